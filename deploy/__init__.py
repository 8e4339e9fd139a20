"""What a new environment needs before the worker runs."""
