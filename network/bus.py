"""What every bus speaks: channels, what arrives, what was dropped and why, and how each broker's link is doing.

A bus carries bytes and promises nothing: a message may be lost, repeated, delayed, overtaken or forged. The protocol's
STATUS messages repair loss; signatures inside the bytes settle who spoke. The topic only says whose it claims to be.
This module is pure, so that the core of a node can name a channel without knowing a socket.
"""

import enum
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

PAYLOAD_BYTES_MAX = 4 << 20
"""No payload is longer: 4 MiB, the longest VIEW-CHANGE of a hundred members (consensus/sizes.py)."""


class Channel(enum.StrEnum):
    """What a topic is for. A member publishes on its own votes and batches, and on the inbox of another."""

    VOTES = "votes"
    """Bundles of votes and status, for everybody."""
    BATCHES = "batches"
    """Payload, for everybody."""
    INBOX = "inbox"
    """Repairs for one member, from any other."""
    CONTROL = "control"
    """Commands for one member, from whoever tells a story with it. Only a node that was started for one listens."""
    REPORT = "report"
    """What a commanded member answers."""


class Inbound(msgspec.Struct, frozen=True, gc=False):
    """One message as it came off a bus; nothing about it is verified."""

    channel: Channel
    member: str
    """Whose topic it came on: who claims to speak, or on the inbox channel this member itself."""
    payload: bytes
    bus: int
    """Which bus delivered it first: the index of its URL on the command line."""


class DropReason(enum.StrEnum):
    """Why a message went no further; each is counted."""

    OUTBOUND_FULL = "outbound-full"
    """The queue towards a broker was full; the oldest message went."""
    OUTBOUND_OVERSIZED = "outbound-oversized"
    """Longer than `payload_bytes_max`; it was never queued."""
    INBOUND_FULL = "inbound-full"
    """Its topic's lane was full; the newcomer went."""
    INBOUND_OVERSIZED = "inbound-oversized"
    """Longer than `payload_bytes_max`; it was not even buffered."""
    MALFORMED = "malformed"
    """A PUBLISH without a readable topic."""
    UNKNOWN_TOPIC = "unknown-topic"
    """A topic that was not subscribed to."""
    RETAINED = "retained"
    """Stored by the broker before anybody here listened. Members never publish such, so it is an outsider's replay."""
    DUPLICATE = "duplicate"
    """Another bus had delivered it already."""
    POLICY = "policy"
    """A story's LinkPolicy lost it."""
    HELD_FULL = "held-full"
    """A story's LinkPolicy made it late, and as much as may be was late already; the newcomer went."""
    NOT_COMMANDED = "not-commanded"
    """It came, or was to leave, before a node that was started for a story had its first command."""
    COMMAND_MALFORMED = "command-malformed"
    """On the control topic and no command for this member, or too long for one."""
    COMMAND_UNSIGNED = "command-unsigned"
    """A command that whoever tells the story did not sign."""
    COMMAND_OLD = "command-old"
    """A command with a number below the last one's."""


@dataclass(slots=True)
class BusCounters:
    """Running totals since start, over all buses; never reset."""

    published: int = 0
    """Messages handed to a broker's socket; one on two buses counts twice."""
    published_bytes: int = 0
    """Their payloads' bytes."""
    received: int = 0
    """Messages that reached the inbox."""
    received_bytes: int = 0
    """Their payloads' bytes."""
    dropped: Counter[DropReason] = field(default_factory=Counter)
    """Messages that went no further, by reason."""


class LinkState(enum.StrEnum):
    """How the connection to one broker is doing."""

    CONNECTING = "connecting"
    """For the first time."""
    CONNECTED = "connected"
    """Subscribed to everything."""
    WAITING = "waiting"
    """Lost or refused; further attempts follow by themselves."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """One broker as `status` shows it."""

    bus: int
    """The index of its URL on the command line."""
    url: str
    """Without the password."""
    state: LinkState
    protocol: str
    """The MQTT version in use or last tried: "5" or "3.1.1"."""
    connections: int
    """How often a connection was made since start."""
    reason: str
    """Why the link is not connected; empty where it is."""


@dataclass(frozen=True, slots=True)
class BusLimits:
    """Bounds of everything a bus holds."""

    payload_bytes_max: int = PAYLOAD_BYTES_MAX
    """Longer payloads are dropped in both directions."""
    outbound_count_max: int = 8_192
    """Messages that wait for one broker."""
    outbound_bytes_max: int = 32 << 20
    """Bytes of payload that wait for one broker: some seconds of batches."""
    lane_count_max: int = 4_096
    """Messages that wait on one topic."""
    inbound_bytes_max: int = 64 << 20
    """Bytes that wait on all topics together, shared evenly; a lane always gets room for one longest payload."""
    duplicates_window: int = 16_384
    """Digests remembered to recognise the second copy, with several buses."""


class Bus(Protocol):
    """A member's end of the bus, or of several that carry the same."""

    def start(self) -> None:
        """Begin to connect; returns at once and never fails because a broker is away."""

    def publish(self, channel: Channel, payload: bytes, *, to: str | None = None) -> None:
        """Queue `payload` for this member's own topic, or for the inbox of member `to`; never blocks, never raises."""

    def drain(self, *, count_max: int = 1_024, bytes_max: int = 8 << 20) -> list[Inbound]:
        """Take what waits, a message from each topic in turn; wakes the driver again where something remains."""

    def links(self) -> tuple[LinkStatus, ...]:
        """How each broker's link is doing, in the order of the URLs."""

    @property
    def counters(self) -> BusCounters:
        """Running totals."""

    async def close(self) -> None:
        """Send what is queued within half a second, disconnect, leave no task behind."""
