"""Uploaded files are looked at in child processes that can do nothing else."""
