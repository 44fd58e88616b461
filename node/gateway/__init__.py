"""A member's HTTP door: submit, wait, read, prove."""
