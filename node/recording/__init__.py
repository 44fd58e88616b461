"""What went into a member's core, and what it asked for, kept so that the same core can be asked again."""
