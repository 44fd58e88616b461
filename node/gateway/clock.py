"""This member's clock, as the gateway reads it."""

import time


def now_ms() -> int:
    """Unix milliseconds by this member's clock."""
    return time.time_ns() // 1_000_000
