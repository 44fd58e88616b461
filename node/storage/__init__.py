"""A member's disk: one SQLite file, written a turn at a time, read beside the writer."""
