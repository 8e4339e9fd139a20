"""Whether an uploaded file may be opened, and whether it is a scan."""
