"""The simulated bus: what is published arrives at each listener after the delay of its link, unless a policy objects.

Messages between two members keep their order, as over one MQTT connection, until a policy lets them overtake.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random

from consensus.types import MEMBERS_MAX
from network.bus import Channel
from network.policy import LinkPolicy, passages, tags_of
from node.simulation.agenda import Agenda
from node.simulation.profiles import Profile

Deliver = Callable[[int, int, Channel, bytes], None]
"""deliver(source, target, channel, payload): by index of the member."""


MEMBER_BITS = (MEMBERS_MAX - 1).bit_length()
MEMBER_MASK = (1 << MEMBER_BITS) - 1
"""Room for a member's index below a time: an arrival is one integer, and a list of integers is quickly sorted."""


@dataclass(slots=True)
class Handle:
    """A fault that lasts until it is healed."""

    _heal: Callable[[], None]
    healed: bool = False

    def heal(self) -> None:
        """End it. Twice is once."""
        if not self.healed:
            self.healed = True
            self._heal()


@dataclass(slots=True)
class Flock:
    """One message on its way to many."""

    deliver: Deliver
    source: int
    channel: Channel
    payload: bytes
    arrivals: list[int]
    """Those that are still to come, the last first."""

    def arrive(self) -> int | None:
        """Let it arrive at the next; return when the one after is due."""
        arrivals = self.arrivals
        self.deliver(self.source, arrivals.pop() & MEMBER_MASK, self.channel, self.payload)
        return arrivals[-1] >> MEMBER_BITS if arrivals else None


@dataclass(slots=True)
class Links:
    """Every link between the members of one world."""

    ids: tuple[str, ...]
    profile: Profile
    agenda: Agenda
    chance: Random
    """How long each message is on its way."""
    deliver: Deliver
    fault_chance: Random
    """Whom a fault befalls: a stream of its own, so that a fault more or less does not reshuffle the delays."""
    dropped: int = 0
    """Messages that never arrived."""
    sent: int = 0
    """Messages on their way to one receiver."""
    _policies: list[LinkPolicy] = field(default_factory=list)
    _latest: list[list[int]] = field(init=False)
    """The arrival of the last message in order from one to another: by sender and, as in `_others`, by receiver."""
    _others: list[list[int]] = field(init=False)
    """Everybody but the sender, by sender."""

    def __post_init__(self) -> None:
        """Begin with nothing on its way."""
        everybody = range(len(self.ids))
        self._others = [[each for each in everybody if each != source] for source in everybody]
        self._latest = [list(others) for others in self._others]

    def add(self, policy: LinkPolicy) -> Handle:
        """Let `policy` hold until it is healed."""
        self._policies.append(policy)
        return Handle(partial(self._remove, policy))

    def partition(self, groups: Sequence[Iterable[str]]) -> Handle:
        """Let members hear only those of their own group; whoever is in none hears nobody, and nobody hears him."""
        parts = [tuple(group) for group in groups]
        alone = [(each,) for each in self.ids if not any(each in part for part in parts)]
        handles = []
        for part in (*parts, *alone):
            others = tuple(each for each in self.ids if each not in part)
            if others:
                handles.append(self.add(LinkPolicy(source=part, target=others, drop=1.0)))

        def heal() -> None:
            for handle in handles:
                handle.heal()

        return Handle(heal)

    def heal(self) -> None:
        """End every fault."""
        self._policies.clear()

    def broadcast(self, source: int, channel: Channel, payload: bytes, *, at_us: int) -> None:
        """Put one message on its way to every other member."""
        others = self._others[source]
        if self._policies:
            for target in others:
                self.send(source, target, channel, payload, at_us=at_us)
            return
        self.sent += len(others)
        delays_us = self.profile.delays_us(source, others, self.chance)
        drawn = [at_us + delay_us << MEMBER_BITS | target for delay_us, target in zip(delays_us, others, strict=True)]
        # None overtakes the one before it.
        arrivals = self._latest[source] = list(map(max, drawn, self._latest[source]))
        if arrivals:
            arrivals = sorted(arrivals, reverse=True)
            flock = Flock(self.deliver, source, channel, payload, arrivals)
            self.agenda.follow(arrivals[-1] >> MEMBER_BITS, flock.arrive)

    def send(self, source: int, target: int, channel: Channel, payload: bytes, *, at_us: int) -> None:
        """Put one message on its way."""
        self.sent += 1
        delay_us = self.profile.delay_us(source, target, self.chance)
        if not self._policies:
            self._arrive(source, target, channel, payload, at_us + delay_us, in_order=True)
            return
        names, carried = (self.ids[source], self.ids[target]), frozenset[str]()
        if any(policy.tags for policy in self._policies):
            carried = tags_of(payload)
        concerned = [each for each in self._policies if each.concerns(*names, channel, carried)]
        arrivals = passages(payload, concerned, self.fault_chance)
        self.dropped += not arrivals
        for each in arrivals:
            arrives_us = at_us + delay_us + each.delay_ms * 1_000
            self._arrive(source, target, channel, each.payload, arrives_us, in_order=each.in_order)

    def _arrive(
        self, source: int, target: int, channel: Channel, payload: bytes, time_us: int, *, in_order: bool
    ) -> None:
        if in_order:
            place = target if target < source else target - 1
            arrival = max(time_us << MEMBER_BITS | target, self._latest[source][place])
            self._latest[source][place], time_us = arrival, arrival >> MEMBER_BITS
        self.agenda.at(time_us, partial(self.deliver, source, target, channel, payload))

    def _remove(self, policy: LinkPolicy) -> None:
        # By identity: two faults may be equal, and each is healed for itself.
        self._policies = [each for each in self._policies if each is not policy]
