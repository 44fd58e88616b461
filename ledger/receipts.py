"""What became of a transaction, in words a machine can act on, and what a block's rules were asked."""

import enum

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest, Domain, digest


class Part(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """Base of everything in a receipt: a tuple in the order of its fields. Free of cycles, hence gc=False."""


class Refusal(Part, frozen=True):
    """One rule's reason for refusing."""

    code: str
    """For programs, stable: `E_HOLD`."""
    rule: str
    """The rule in docs and compliance reports: `R10.1`; those beginning with L are the ledger's own."""
    tenet: int
    """1 to 11, the tenet of the convention that the rule puts into effect; 0 for the ledger's own."""
    message: str
    """One English sentence for people."""
    params: tuple[tuple[str, str], ...]
    """The figures in the message, by name, in a fixed order for each code."""
    retry_at_ms: int | None
    """Unix milliseconds from which this rule no longer refuses, others aside; None where waiting does not help."""


class Status(enum.StrEnum):
    """Whether an ordered transaction took effect."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class Event(Part, frozen=True):
    """Something that happened to the ledger's things."""

    name: str
    """In the past tense or ERC's word: `transfer`, `minted`, `freeze_approved`."""
    params: tuple[tuple[str, str], ...]
    """Its particulars, by name, in a fixed order for each event."""


class Receipt(Part, frozen=True):
    """The outcome of one ordered transaction; block headers commit to it under `receipts_root`."""

    transaction: Digest
    """The transaction's id."""
    status: Status
    refusals: tuple[Refusal, ...]
    """Every rule that refused, in the order of the rule table; empty if accepted."""
    events: tuple[Event, ...]
    """What it did; empty if refused."""


class ComplianceEntry(Part, frozen=True):
    """How often a block's transactions met one rule."""

    rule: str
    checked: int
    """Transactions the rule was asked about."""
    refused: int
    """Those it refused."""


def compliance_root(entries: tuple[ComplianceEntry, ...]) -> Digest:
    """What a block header says of the block's compliance report."""
    return digest(Domain.COMPLIANCE, encode(entries))
