"""Load, measurements and reports: one question a file."""
