"""Stories: a world, verbs, adversaries and checkers."""
