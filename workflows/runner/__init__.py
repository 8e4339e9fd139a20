"""How workflow code is run: in the sandbox, and guarded against the time of an earlier task."""
