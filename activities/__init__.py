"""The steps that touch the world, each holding the ports it needs."""
