"""A member's directory: charter, keys, settings."""
