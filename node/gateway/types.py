"""What the gateway answers, as JSON or MessagePack objects with named fields; the OpenAPI document is made of these.

Requests carry the ledger's own envelopes, bytes in base64 where the body is JSON. Answers are for people and programs
that have no decoder of ours: identifiers are lower-case hexadecimal, figures in refusals and events stand by name.
"""

import enum
from typing import Annotated

import msgspec

from ledger.envelope import Envelope
from ledger.receipts import Event, Receipt, Refusal, Status

JSON = "application/json"
MESSAGE_PACK = "application/msgpack"

ENVELOPES_PER_REQUEST_MAX = 1_000
"""Envelopes one request may carry: a tenth of a second of signature checks, shared with the turns of the node."""

BODY_BYTES_MAX = 2 << 20
"""Longest request body: two full batches. A longer one is refused before it is read (413)."""

Envelopes = Annotated[tuple[Envelope, ...], msgspec.Meta(min_length=1, max_length=ENVELOPES_PER_REQUEST_MAX)]
"""The body of a submission: one or many envelopes, in an array."""

Hex = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{2})*\Z")]
"""Bytes in lower-case hexadecimal."""


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of everything the gateway says."""


class TransactionStatus(enum.StrEnum):
    """What the gateway knows of a transaction."""

    PENDING = "pending"
    """On this member's disk, not final yet. Indefinite: it may still become final; ask again by its id."""
    QUEUED = "queued"
    """Handed in, not on this member's disk yet: its earlier batches wait for the chain. Indefinite, and lost if this
    member is killed now; sending the same bytes again is harmless and tells more."""
    FINAL = "final"
    """In a certified block, for good; the receipt says whether it took effect."""
    REFUSED = "refused"
    """Definitely not taken in: as things stand the rules refuse every transaction of its envelope."""
    UNAVAILABLE = "unavailable"
    """Definitely not taken in: this member has no room or has stopped. Send the same bytes again, here or elsewhere."""
    UNKNOWN = "unknown"
    """This member has never stored it; another member may hold it in a batch that is on its way."""


class RefusalReply(Reply, frozen=True):
    """One rule's reason."""

    code: str
    """Stable, for programs: `E_HOLD`."""
    rule: str
    """`R10.1`; those beginning with L are the ledger's own."""
    tenet: int
    """1 to 11, or 0 for the ledger's own."""
    message: str
    """One English sentence."""
    params: dict[str, str]
    """The figures in the message, by name."""
    retry_at_ms: int | None
    """Unix milliseconds from which this rule no longer refuses; None where waiting does not help."""


class EventReply(Reply, frozen=True):
    """Something that happened to the ledger's things."""

    name: str
    params: dict[str, str]


class ReceiptReply(Reply, frozen=True):
    """The outcome of an ordered transaction."""

    transaction: Hex
    status: Status
    refusals: tuple[RefusalReply, ...]
    """Every rule that refused; empty if accepted."""
    events: tuple[EventReply, ...]
    """What it did; empty if refused."""


class TransactionReply(Reply, frozen=True):
    """What became of one transaction."""

    id: Hex
    status: TransactionStatus
    refusals: tuple[RefusalReply, ...] = ()
    """With status `refused`: every rule that refuses it. Where a part of its envelope could succeed, the whole is taken
    in, and what is refused of it has its receipt in a block."""
    receipt: ReceiptReply | None = None
    """With status `final`."""
    height: int | None = None
    """The block, with status `final`."""
    position: int | None = None
    """Its place in the block, from 0, with status `final`."""


class Unavailability(Reply, frozen=True):
    """Why an envelope was not taken in although nothing is wrong with it."""

    reason: str
    retry_after_ms: int


class EnvelopeReply(Reply, frozen=True):
    """What became of one envelope."""

    transactions: tuple[TransactionReply, ...]
    """In the envelope's order."""
    unavailable: Unavailability | None = None
    """With status `unavailable`."""


class SubmitReply(Reply, frozen=True):
    """The answer to a submission: given only when what is pending or final is on this member's disk."""

    envelopes: tuple[EnvelopeReply, ...]
    """In the request's order."""


class CanTransferReply(Reply, frozen=True):
    """Whether a gift would be accepted now; asking changes nothing."""

    allowed: bool
    refusals: tuple[RefusalReply, ...]
    """Every rule that refuses, not the first."""


class LinkReply(Reply, frozen=True):
    """The connection to one broker."""

    url: str
    """Without the password."""
    state: str
    """connecting, connected, waiting or closed."""
    protocol: str
    connections: int
    """How often a connection was made since start."""
    reason: str
    """Why it is not connected; empty where it is."""


class StatusReply(Reply, frozen=True):
    """How a member is doing."""

    member: str
    chain: Hex
    """Digest of the charter: the chain's id."""
    replica: int
    """The member's number in the committee."""
    view: int
    primary: str
    """The member that is the view's primary."""
    phase: str
    """What the oldest open sequence number waits for: pre-prepare, prepare, commit or execute; empty without one."""
    executed: int
    """Height of the last block executed."""
    certified: int
    """Height up to which every block is final here."""
    stable: int
    """Last stable checkpoint."""
    base: int
    """There is no block at or below it here, as the ledger was taken over whole at that height; 0 where all are."""
    highest_seen: int
    """The highest sequence number anybody spoke of; far above `executed`, this member is catching up."""
    state_root: Hex
    """Commitment to the ledger as of `executed`."""
    timestamp_ms: int
    """Block time of `executed`, Unix milliseconds."""
    transactions: int
    """Transactions that became final since this node started."""
    pool: int
    """Transactions admitted here and not executed."""
    halted: bool
    """This node computed another block than a quorum and takes part no more."""
    links: tuple[LinkReply, ...]
    """One for each broker."""
    refused: dict[str, int]
    """What peers and outsiders sent that was refused, by reason."""
    dropped: dict[str, int]
    """Messages of the bus that went no further, by reason."""


class BlockReply(Reply, frozen=True):
    """A block as this member executed it."""

    height: int
    digest: Hex
    parent: Hex
    proposal: Hex
    """Digest of what was ordered."""
    timestamp_ms: int
    transactions_root: Hex
    receipts_root: Hex
    state_root: Hex
    compliance_root: Hex
    final: bool
    """Whether its certificate is here."""
    certified_by: tuple[str, ...]
    """Members whose block votes make the certificate."""
    transactions: tuple[Hex, ...]
    """Ids, in order."""
    refused: int
    """How many of them were refused."""


class BlockEvent(Reply, frozen=True):
    """One final block, as the event stream tells it."""

    height: int
    state_root: Hex
    """Commitment to the ledger after it."""
    timestamp_ms: int
    """Block time, Unix milliseconds."""
    transactions: int
    accepted: int
    refused: int


class Problem(Reply, frozen=True):
    """An error as RFC 9457 has it (application/problem+json), with three members of our own."""

    type: str
    """`about:blank`: the code says more than a page would."""
    title: str
    """The HTTP status in words."""
    status: int
    detail: str
    """What happened, in one sentence."""
    code: str
    """Stable, for programs: `unknown-transaction`."""
    cure: str
    """What to do about it."""
    retry_after_ms: int | None = None
    """When to try again, where trying again helps."""


def refusal_reply(refusal: Refusal) -> RefusalReply:
    """Return the refusal with its figures by name."""
    return RefusalReply(
        refusal.code, refusal.rule, refusal.tenet, refusal.message, dict(refusal.params), refusal.retry_at_ms
    )


def event_reply(event: Event) -> EventReply:
    """Return the event with its particulars by name."""
    return EventReply(event.name, dict(event.params))


def receipt_reply(receipt: Receipt) -> ReceiptReply:
    """Return the receipt with its figures by name."""
    return ReceiptReply(
        receipt.transaction.hex(),
        receipt.status,
        tuple(map(refusal_reply, receipt.refusals)),
        tuple(map(event_reply, receipt.events)),
    )
