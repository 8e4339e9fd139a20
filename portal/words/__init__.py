"""What a case calls by short names and codes, in Spanish."""
