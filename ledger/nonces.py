"""Which nonces an account has used: the sliding window of RFC 4303 §3.4.3.

Transactions of one account may be ordered differently from how they were signed, so "one above the last" would refuse
honest ones. The window remembers the last `WINDOW` numbers below the highest; what lies further back counts as used.
"""

WINDOW = 1_024
"""Numbers remembered, the highest included. RFC 4303 asks for at least 32; an envelope holds up to 1,000."""

_MASK = (1 << WINDOW) - 1


def is_too_old(highest: int, nonce: int) -> bool:
    """Whether `nonce` lies before the window, where nothing is remembered."""
    return highest - nonce >= WINDOW


def is_used(highest: int, used: bytes, nonce: int) -> bool:
    """Whether `nonce`, which is not too old, was used."""
    behind = highest - nonce
    return behind >= 0 and behind >> 3 < len(used) and bool(used[behind >> 3] >> (behind & 7) & 1)


def use(highest: int, used: bytes, nonce: int) -> tuple[int, bytes]:
    """The window after `nonce`, which is neither too old nor used: the highest number and the bits."""
    bits = int.from_bytes(used, "little")
    if nonce > highest:
        ahead = nonce - highest
        bits = 1 if ahead >= WINDOW else (bits << ahead | 1) & _MASK
        highest = nonce
    else:
        bits |= 1 << (highest - nonce)
    return highest, bits.to_bytes((bits.bit_length() + 7) >> 3, "little")
