"""What a plan is run in: the verbs that the simulated and the live world have in common, and what can be seen of it.

Every verb names members by number. Faults of links are LinkPolicies, the same values in both worlds.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from canonical.hashing import Digest
from consensus.explain import Explanation
from consensus.types import View
from ledger.receipts import Status
from network.policy import LinkPolicy
from scenarios.history import History
from scenarios.plan import Capability, Load, MessageKind

Undo = Callable[[], Awaitable[None]]
"""Ends a fault."""


@dataclass(frozen=True, slots=True)
class MemberLook:
    """What is seen of one member."""

    up: bool
    """Whether it runs and is not frozen."""
    view: int
    active: bool
    """Whether it votes in `view`."""
    executed: int
    certified: int


@dataclass(frozen=True, slots=True)
class Look:
    """All members at one moment."""

    now_ms: int
    """Milliseconds since the run began."""
    members: tuple[MemberLook, ...]

    def top_view(self) -> View:
        """The highest view that somebody who is up votes in; the highest anybody was in where nobody is up."""
        active = [each.view for each in self.members if each.up and each.active]
        return View(max(active or [each.view for each in self.members]))


@dataclass(frozen=True, slots=True)
class SeenBlock:
    """A block as one member has it on disk."""

    height: int
    digest: Digest
    parent: Digest
    state_root: Digest
    timestamp_ms: int
    is_final: bool
    transactions: tuple[Digest, ...]
    statuses: tuple[Status, ...]
    """What became of each transaction, in the same order."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a run leaves for the checkers."""

    honest: frozenset[int]
    blocks: tuple[tuple[SeenBlock, ...], ...]
    """Of each member, in the order of heights."""
    violations: tuple[str, ...] = ()
    """What the ledger's own invariants say of the members' states, and what a member stopped for."""
    asked: frozenset[Digest] | None = None
    """Every transaction that a client signed in this run; None where nobody counted them."""
    unsound: tuple[str, ...] = ()
    """Certificates on honest members' disks that do not prove what they stand beside, in sentences."""
    unrecorded: tuple[str, ...] = ()
    """What honest members said that binds them and was not on their disks, in sentences."""
    accused: frozenset[int] = frozenset()
    """Members of whom somebody holds proof that they lied."""
    views: tuple[tuple[int, ...], ...] = ()
    """Of each member, the views it was seen in, in order of time, one life after the other."""
    acknowledged: frozenset[Digest] = frozenset()
    """Transactions that an honest gateway said were on its disk and that were told final."""
    believed: Mapping[Digest, Status] = field(default_factory=dict)
    """What clients believed of gateways that lied, since a proof came with it."""
    false_answers: frozenset[int] = frozenset()
    """Members whose gateways told a client what is not so."""
    doubted: frozenset[int] = frozenset()
    """Members whose gateways some client found out."""
    history: History = field(default_factory=History)
    """What clients asked of the shop, and what they were told when."""
    trace_hash: str = ""
    """Names what happened, to the last event; empty where a world can not repeat itself."""


@dataclass(slots=True)
class Happening:
    """One thing that a picture shows."""

    time_ms: float
    member: int
    what: str
    """`sent`, `block`, `killed`, `stopped`, `started`, `paused`, `resumed`, `wiped`, `torn`, `disk`, `clock`, `lies`,
    `view`, `step`, `accused`, `noticed`, `explain`."""
    text: str = ""
    to: int | None = None
    """For `sent`: to whom."""
    arrives_ms: float | None = None
    """For `sent`: when it arrived; None for one that never did."""


@dataclass(slots=True)
class Story:
    """What happened, for the trace and the picture; bounded, the last is what matters."""

    happenings: list[Happening] = field(default_factory=list)
    dropped: int = 0
    """Happenings that were left out, the oldest first."""

    def add(self, happening: Happening) -> None:
        """Note one more."""
        self.happenings.append(happening)
        if len(self.happenings) > HAPPENINGS_MAX:
            kept = HAPPENINGS_MAX // 2
            self.dropped += len(self.happenings) - kept
            del self.happenings[:-kept]


HAPPENINGS_MAX = 200_000
"""Some minutes of four busy members; then the older half is let go."""


class World(Protocol):
    """The verbs. A verb that a world does not declare in `capabilities` is never called."""

    @property
    def name(self) -> str:
        """`simulated` or `live`."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it can do beside what every world can."""

    @property
    def unseen_checks(self) -> frozenset[str]:
        """Checks that could not fail here, since what they read can not be seen; they are left out, which is said."""

    @property
    def roles(self) -> Sequence[str]:
        """What the institutions are, by number of the member."""

    @property
    def story(self) -> Story:
        """What happened so far."""

    async def open(self) -> None:
        """Bring everything up."""

    async def close(self) -> Findings:
        """Bring everything down, and tell what is on the disks."""

    async def look(self) -> Look:
        """See all members."""

    async def explain(self) -> Mapping[int, Explanation]:
        """Where each member that is up says it stands, and what it waits for; who does not answer is left out."""

    async def wait(self, until: Callable[[Look], bool], *, within_ms: int) -> bool:
        """Let time pass until `until` holds; False when it did not within the time."""

    async def said(
        self, kind: MessageKind, *, sources: Sequence[int], targets: Sequence[int], count: int, within_ms: int
    ) -> bool:
        """Let time pass until so many messages of a kind were sent, and not longer; False when they were not."""

    async def load(self, load: Load | None, gateways: Sequence[int]) -> None:
        """Clients send from now on, or fall silent."""

    async def kill(self, member: int) -> None:
        """Cut the power."""

    async def start(self, member: int) -> None:
        """Start one that is down."""

    async def pause(self, member: int) -> None:
        """Freeze."""

    async def resume(self, member: int) -> None:
        """Let go on."""

    async def wipe(self, member: int) -> None:
        """Lose the disk of one that is down."""

    async def tear_next_write(self, member: int) -> None:
        """The next turn's write is torn."""

    async def set_clock(self, member: int, *, offset_ms: int, drift_ppm: int) -> None:
        """Make its clock wrong."""

    async def hand_over(self, member: int) -> None:
        """Stop it as its operator does: it may say that it stops, and has ended on return."""

    async def slow_disk(self, member: int, *, by_ms: int) -> None:
        """Make each of its syncs take so much longer; 0 for as quick as it is."""

    async def fill_disk(self, member: int) -> None:
        """Let nothing more fit on its disk; a member whose write fails stops, and is started by nobody."""

    async def make_room(self, member: int) -> None:
        """Let there be room on its disk again."""

    async def links(self, policies: Sequence[LinkPolicy]) -> Undo:
        """Let policies hold, all from one moment on."""

    async def lie(self, members: Sequence[int], way: str, *, to: Sequence[int]) -> Undo:
        """Make them lie to those named, all from one moment on."""

    async def stop_broker(self) -> Undo:
        """Take the bus away."""

    def id_of(self, member: int) -> str:
        """The member's id, as policies name it."""
