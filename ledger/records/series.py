"""Editions of a work."""

from ledger.operations.series import Anchor, Disclosure, Tag
from ledger.records.record import Record


class SeriesRecord(Record, frozen=True):
    """`series/<series id>`: editions of a work. Always issued <= minted <= edition_cap <= 10,000."""

    work: str
    issuer: str
    """The platform that made it."""
    title: str
    price_fen: int
    """Lowest disclosed price of the primary sale; compared, never owed or held."""
    sellers: tuple[str, ...]
    """Sorted, each once."""
    anchors: tuple[Anchor, ...]
    disclosure: Disclosure
    edition_cap: int
    """Until sealing what was announced, from then on what was minted."""
    minted: int
    """Editions 1 to `minted` exist."""
    issued: int
    """Editions 1 to `issued` have been sold, in order."""
    sealed: bool
    """No more can be minted, and sale may begin."""
    price_highest_fen: int | None = None
    """The other end of the disclosed band; None: `price_fen` is the only price."""
    tags: tuple[Tag, ...] = ()
    """Sorted, each once."""
    cosigner: str | None = None
    """The institution that put its name to it (R2.2)."""
    burned: int = 0
    """Sold editions that ended, refunds among them; `issued` still counts them, so no number is given twice."""
    refunded: int = 0
    """Sold editions that ended because the buyer got his money back and may buy another (R6.3): not at a wind-down."""
    taken_down: str | None = None
    """The case in which it was taken down, with all its editions; None if it was not."""
