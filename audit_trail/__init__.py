"""Who did what, on which case, from where: the trail that says so, and the chain that shows nobody changed it since."""
