"""What a case remembers: its two tracks, its letters, what it owes, what a person should look at."""
