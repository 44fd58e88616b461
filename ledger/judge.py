"""Who tells the ledger whether a proof convicts a member: the ledger knows nothing of consensus, so it asks.

Every member must ask the same judge, or their ledgers would part: node/judge.py makes it of the charter alone.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guilt:
    """Who contradicted himself, and in what."""

    member: str
    """The member's id."""
    offence: str
    """The one thing of which he said two, such as `prepare-3-17`: lower-case letters, digits and hyphens, 1 to 64. The
    same for every proof of the same lie, in whatever order and wrapping, so that it is acted on once."""


Judge = Callable[[bytes], Guilt | None]
"""judge(proof): the guilty member, or None where it proves nothing. Pure, and never raises."""


def nobody_is_guilty(_: bytes) -> Guilt | None:
    """The judge of a ledger that stands alone: no consensus, nobody to convict."""
    return None
