"""A plan: a scenario as a value. What is run, printed in the report, hashed, replayed and made smaller.

The Python and the YAML spelling of a scenario both compile to it. A plan says nothing of the world it runs in; what a
step needs of a world is in `needs`, so that a world that cannot do it skips the plan with the reason.
"""

import enum
from hashlib import sha256
from typing import Annotated

import msgspec

from network.commands import SYNC_MS_MAX

Selector = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
"""Who, by part played at the moment of the step: see selectors.py."""

HandleName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,40}\Z")]
"""What a later step calls a fault in order to undo it."""

Span = Annotated[int, msgspec.Meta(ge=0, le=86_400_000)]
"""A stretch of time in milliseconds, a day at most."""

NEAR = "lan"
"""The network that every world has."""

CHECKED_ALWAYS = ("agreement", "prefix", "exactly-once", "validity", "certificates", "recorded", "no-coin")
"""What holds in every run, whatever it is about: a plan that says nothing of checks has these (checkers.py)."""

STEPS_MAX = 500
"""Far above any story; bounds what a plan from a file can make a world do."""


class Capability(enum.StrEnum):
    """What a world may be able to do. Every world can kill, start, submit, wait and be looked at."""

    LINKS = "lose, delay, copy, change or reorder what single members send each other"
    LIARS = "make a member lie"
    CLOCKS = "set single members' clocks"
    TORN_WRITES = "tear a member's last write"
    WIPE = "lose a member's disk"
    PAUSE = "freeze a member and let it go on"
    DISKS = "make a member's disk slow or full"
    BROKER = "stop the message broker"
    MESSAGES = "stop at the very moment when a member says something"
    DISTANCE = "put members as far apart as the plan's network says"


class PlanUnreadable(Exception):
    """A plan that breaks its form; the text names the place and what is permitted there."""


class Quantity(enum.StrEnum):
    """What an `until` may wait for."""

    HEIGHT = "height"
    """The lowest final block among those selected."""
    VIEW = "view"
    """The lowest view in which the selected members vote."""
    TOP = "top"
    """The highest final block among those selected."""
    EXECUTED = "executed"
    """The lowest executed block among those selected, final or not yet."""
    BETWEEN_VIEWS = "between-views"
    """How many of the selected have left their view and wait for the next one to be opened."""


class MessageKind(enum.StrEnum):
    """What an `until-said` may wait for, and what `links` may be about."""

    PRE_PREPARE = "pre-prepare"
    PREPARE = "prepare"
    COMMIT = "commit"
    BLOCK_VOTE = "block-vote"
    SUSPECT = "suspect"
    VIEW_CHANGE = "view-change"
    NEW_VIEW = "new-view"
    FORWARDED = "forwarded"
    STATUS = "status"
    CERTIFIED_BLOCK = "certified-block"
    BATCH = "batch"
    QUERY_STABLE = "query-stable"
    REPLY_STABLE = "reply-stable"
    FETCH = "fetch"
    META_DATA = "meta-data"
    DATA = "data"
    EQUIVOCATION = "equivocation"


class LoadKind(enum.StrEnum):
    """What clients are after."""

    OPEN = "open"
    """Accounts: each transaction by itself, and always valid."""
    DROP = "drop"
    """A limited series that goes on sale: everybody wants one, most go away empty-handed. Some only look."""
    GIFTS = "gifts"
    """As in a drop, and whoever has one gives it away, at times twice at once. Some only look."""


class Load(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Transactions whose times are fixed before the run: a slow chain does not slow them down."""

    rate_per_s: Annotated[float, msgspec.Meta(gt=0, le=100_000)]
    arrival: Annotated[str, msgspec.Meta(pattern=r"^(poisson|even)\Z")] = "poisson"
    gateways: Selector = "all"
    """Whose gateways clients talk to; one after the other."""
    kind: LoadKind = LoadKind.OPEN


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="step"):
    """Base of everything that can stand in a plan."""


class OpenLoad(Step, frozen=True, tag="load"):
    """From now on clients send transactions."""

    load: Load


class StopLoad(Step, frozen=True, tag="stop-load"):
    """From now on they send none."""


class Wait(Step, frozen=True, tag="wait"):
    """Let time pass."""

    lasting_ms: Span


class Until(Step, frozen=True, tag="until"):
    """Wait until a quantity is reached; a failure of liveness if it is not."""

    quantity: Quantity
    at_least: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    who: Selector = "honest"
    within_ms: Span = 10_000


class UntilSaid(Step, frozen=True, tag="until-said"):
    """Wait until messages of a kind were sent, from now on; what follows happens before the last of them arrives."""

    kind: MessageKind
    source: Selector = "all"
    target: Selector = "all"
    count: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1
    within_ms: Span = 10_000


class Kill(Step, frozen=True, tag="kill"):
    """A power cut at each selected member; what it had not put on disk is lost."""

    who: Selector
    handle: HandleName = "kill"


class Start(Step, frozen=True, tag="start"):
    """Start members that are down: those selected, or those that the same words selected when they went down."""

    who: Selector


class Pause(Step, frozen=True, tag="pause"):
    """Freeze members; they lose nothing but time."""

    who: Selector
    handle: HandleName = "pause"


class Wipe(Step, frozen=True, tag="wipe"):
    """Lose the disk of members that are down."""

    who: Selector


class TearNextWrite(Step, frozen=True, tag="tear"):
    """The next turn that the member writes is lost in the middle, and the member with it."""

    who: Selector


class SetClock(Step, frozen=True, tag="clock"):
    """Members' clocks are wrong by `offset_ms` from now on, and run off by `drift_ppm` parts in a million."""

    who: Selector
    offset_ms: Annotated[int, msgspec.Meta(ge=-(10**9), le=10**9)]
    drift_ppm: Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)] = 0
    handle: HandleName = "clock"


class Links(Step, frozen=True, tag="links"):
    """What `source` sends to `target` is lost, late, changed, overtaken or comes twice, with the given chances."""

    source: Selector
    target: Selector
    drop: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    duplicate: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    corrupt: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """One byte of it is another on arrival."""
    reorder: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """It may overtake what was sent before it."""
    types: Annotated[tuple[MessageKind, ...], msgspec.Meta(max_length=64)] = ()
    """Only what carries one of these; empty for everything."""
    delay_ms: Span = 0
    jitter_ms: Span = 0
    handle: HandleName = "links"


class Partition(Step, frozen=True, tag="partition"):
    """Members hear only those with whom they share a group; a member may be in several, and is then a bridge."""

    groups: Annotated[tuple[Selector, ...], msgspec.Meta(min_length=1, max_length=64)]
    handle: HandleName = "partition"


class SlowDisk(Step, frozen=True, tag="slow-disk"):
    """Each sync takes `by_ms` longer from now on. A member waits for its disk, and does nothing else meanwhile."""

    who: Selector
    by_ms: Annotated[int, msgspec.Meta(ge=1, le=SYNC_MS_MAX)]
    handle: HandleName = "slow-disk"


class FillDisk(Step, frozen=True, tag="fill-disk"):
    """Nothing more fits on the disk: a member whose write fails stops. Healed, there is room and it is started."""

    who: Selector
    handle: HandleName = "full-disk"


class HandOver(Step, frozen=True, tag="hand-over"):
    """Stop members as their operators do, one after the other: who leads says so first, and nobody has to miss it."""

    who: Selector
    handle: HandleName = "hand-over"


class Lie(Step, frozen=True, tag="lie"):
    """From now on the member lies in the way named: see adversary.py."""

    who: Selector
    way: str
    to: Selector = "all"
    """Whom it lies to; to the others it is honest."""
    handle: HandleName = "lie"


class StopBroker(Step, frozen=True, tag="stop-broker"):
    """The message broker is gone."""

    handle: HandleName = "broker"


class Heal(Step, frozen=True, tag="heal"):
    """Undo a fault; the killed are started, the paused go on."""

    handle: HandleName


class Stabilise(Step, frozen=True, tag="stabilise"):
    """From here on the world is kind: links heal, clocks are right, and a quorum of honest members is up."""


class Progress(Step, frozen=True, tag="progress"):
    """So many more blocks become final at every honest member that is up; a failure of liveness if not."""

    blocks: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    within_ms: Span = 10_000


AnyStep = (
    OpenLoad
    | StopLoad
    | Wait
    | Until
    | UntilSaid
    | Kill
    | Start
    | Pause
    | Wipe
    | TearNextWrite
    | SetClock
    | Links
    | Partition
    | SlowDisk
    | FillDisk
    | HandOver
    | Lie
    | StopBroker
    | Heal
    | Stabilise
    | Progress
)
"""Everything that can stand in a plan."""

Fault = Kill | Pause | SetClock | Links | Partition | SlowDisk | FillDisk | HandOver | Lie | StopBroker
"""Steps that a `heal` can undo."""

_NEEDS: tuple[tuple[type[Step], Capability], ...] = (
    (UntilSaid, Capability.MESSAGES),
    (Links, Capability.LINKS),
    (Partition, Capability.LINKS),
    (Lie, Capability.LIARS),
    (SetClock, Capability.CLOCKS),
    (TearNextWrite, Capability.TORN_WRITES),
    (SlowDisk, Capability.DISKS),
    (FillDisk, Capability.DISKS),
    (Wipe, Capability.WIPE),
    (Pause, Capability.PAUSE),
    (StopBroker, Capability.BROKER),
)


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A committee, a network, ordered steps and checks."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,60}\Z")]
    says: str
    """What it is about, in a sentence."""
    members: Annotated[int, msgspec.Meta(ge=1, le=64)]
    network: str = NEAR
    """Delays between members: a profile by name."""
    steps: Annotated[tuple[AnyStep, ...], msgspec.Meta(max_length=STEPS_MAX)] = ()
    checks: tuple[str, ...] = CHECKED_ALWAYS
    """What must hold, by name: see checkers.py."""
    must_break: tuple[str, ...] = ()
    """Checks that must fail: a plan with more liars than the protocol bears shows that they would be seen."""

    def needs(self) -> frozenset[Capability]:
        """What a world must be able to do for this plan."""
        needed = {capability for step in self.steps for kind, capability in _NEEDS if isinstance(step, kind)}
        return frozenset(needed | ({Capability.DISTANCE} if self.network != NEAR else set()))

    def digest(self) -> str:
        """Names the plan: the same digest, the same run under the same seed."""
        return sha256(_ENCODER.encode(self)).hexdigest()


_ENCODER = msgspec.json.Encoder(order="deterministic")


def encode_plan(plan: Plan) -> bytes:
    """The plan as people read it: indented JSON, every field by its name."""
    return msgspec.json.format(_ENCODER.encode(plan), indent=2) + b"\n"
