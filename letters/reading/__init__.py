"""Whether the pictures of a scan are the issued letter, signed. Nothing here opens a file."""
