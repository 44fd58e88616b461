"""How many must agree: ChainMaker's policy words, with exact whole-number arithmetic.

    ANY         one approval of the electorate
    MAJORITY    more than half of it
    ALL         everybody in it
    2/3         at least that share of it
    3           at least so many of it; more than there are can never agree
    SELF        the one member that it concerns, who is the whole electorate then
    FORBIDDEN   never

A policy says nothing about who the electorate is. Approvals of outsiders do not count, nor does anybody twice.
"""

import re
from collections.abc import Collection

SELF = "SELF"
"""The member concerned decides alone."""

FORBIDDEN = "FORBIDDEN"
"""Nobody can."""

WORDS = ("ANY", "MAJORITY", "ALL", SELF, FORBIDDEN)
"""The policies that are one word."""

NUMBER_MAX = 1_024
"""Largest figure in a policy: as many members as a charter may have."""

_FIGURES = re.compile(r"([1-9][0-9]{0,3})(?:/([1-9][0-9]{0,3}))?", re.ASCII)


def read_policy(field: str, text: str) -> str:
    """Return `text` if it is a policy, for `field`.

    Raises: ValueError naming the field, what stands there and what may.
    """
    if not is_policy(text):
        raise ValueError(
            f"{field} is {text!r:.40}; expected {', '.join(WORDS)}, a number of members such as 3,"
            f" or a share such as 2/3 (figures from 1 to {NUMBER_MAX}, a share of at most the whole)"
        )
    return text


def is_policy(text: str) -> bool:
    """Whether `text` is one of the words or figures above. A share above the whole is none: FORBIDDEN says so."""
    if text in WORDS:
        return True
    found = _FIGURES.fullmatch(text)
    if found is None:
        return False
    first, second = int(found[1]), int(found[2] or NUMBER_MAX)
    return first <= NUMBER_MAX and second <= NUMBER_MAX and (found[2] is None or first <= second)


def approvals_needed(policy: str, size: int) -> int | None:
    """How many of an electorate of `size` have to approve; None where no number of them is enough."""
    if size <= 0:
        return None
    match policy:
        case "FORBIDDEN":
            return None
        case "ANY":
            return 1
        case "MAJORITY":
            return size // 2 + 1
        case "ALL" | "SELF":
            return size
    assert is_policy(policy), f"{policy!r} was checked where it came in"
    share, _, whole = policy.partition("/")
    # Rounded up: with 2/3 of 4, three have to agree, for two are less than two thirds.
    needed = -(-int(share) * size // int(whole)) if whole else int(share)
    return needed if needed <= size else None


def is_met(policy: str, approvals: Collection[str], electorate: Collection[str]) -> bool:
    """Whether `approvals` are enough. Those that are not of the electorate count for nothing."""
    members = frozenset(electorate)
    needed = approvals_needed(policy, len(members))
    return needed is not None and len(members & frozenset(approvals)) >= needed


def can_be_met(policy: str, refusals: Collection[str], electorate: Collection[str]) -> bool:
    """Whether it would be enough if everybody approved who did not refuse."""
    members = frozenset(electorate)
    return is_met(policy, members - frozenset(refusals), members)
