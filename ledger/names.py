r"""The names things have in the ledger, and the strings people wrote: each with its alphabet and its bound.

Names are lower-case ASCII, so that no two of them look alike, and they are parts of state keys, so that no name
contains the separator ``/``. Patterns end in ``\Z`` because ``$`` would let a final line feed through.
"""

from typing import Annotated

import msgspec

AccountId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}\Z")]
"""`platform` for a member's own account, `platform.name` for a person's account there."""

MemberId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}\Z")]
"""A member's id in the charter, which is also the id of its own account."""

WorkId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,47}\Z")]
"""A registered work."""

SeriesId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,47}\Z")]
"""A series of editions of one work."""

TokenId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,47}-[0-9]{4,5}\Z")]
"""One edition: `<series>-<edition>`, the edition in four digits, or five for 10,000; from 0001."""

CaseId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}\.[a-z0-9][a-z0-9-]{0,47}\Z")]
"""The file number under which a case is known to its parties: `<opener>.<number>`, as in `ant.2026-17`, so that nobody
takes the number that another one was about to use."""

ProposalId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}\.[a-z0-9][a-z0-9-]{0,47}\Z")]
"""The number under which a proposal is known: `<proposer>.<number>`, likewise."""

ChainId = Annotated[str, msgspec.Meta(pattern=r"^(?:[0-9a-f]{64}|[a-z][a-z-]{0,31})\Z")]
"""Another chain: a consortium's chain id, 64 digits in hex, or the name under which one is known, which has no digits:
so that nothing else can stand there (L10)."""

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""A title, a person or an institution as people write it, any script."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
"""A sentence or two in any script."""


Words = Annotated[str, msgspec.Meta(max_length=500)]
"""The same, or nothing, where a rule rather than the decoder says that something must stand there."""


def token_id(series: str, edition: int) -> str:
    """The id of edition `edition` (1 to 10,000) of `series`."""
    return f"{series}-{edition:04d}"


def series_of_token(token: str) -> str:
    """The series in a token's id; an edition has no hyphen, so the last one separates."""
    return token.rpartition("-")[0]


def platform_of(account: str) -> str:
    """The member that keeps `account`: itself for a member's own account."""
    return account.partition(".")[0]


def opener_of(name: str) -> str:
    """The member in whose name a case or a proposal was opened."""
    return name.partition(".")[0]


def epoch_row(epoch: int) -> str:
    """The row of epoch `epoch`, from 1, in the state."""
    return f"{epoch:08d}"


def alert_row(epoch: int, index: int) -> str:
    """The row of an epoch's alert `index`, from 0, in the state."""
    return f"{epoch:08d}/{index:03d}"
