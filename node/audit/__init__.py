"""What a member checks of its own database before it votes: every row, against what was signed."""
