"""The authorization to treat a person's data: its words, the proof that it was given, and who says so."""
