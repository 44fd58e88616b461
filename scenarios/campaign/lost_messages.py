"""Single messages: which of them a plan's faults lost, and how just these are lost again without the faults.

A message is named by its link and by its number there, counted from the begin of the run. Delays are drawn from a
stream that no fault touches, and a message that is lost draws its delay too: so a plan in which losses, cuts and
partitions are spelled out message by message goes the way of the one that it spells out.
"""

from dataclasses import dataclass, field

from network.bus import Channel
from node.simulation import Simulation
from node.simulation.links import Links
from node.simulation.world import Network
from scenarios.campaign.plan import LostMessage


@dataclass(slots=True)
class CountedLinks(Links):
    """Links that count the messages of each, lose those they are told to, and note all that was lost."""

    to_lose: frozenset[LostMessage] = frozenset()
    """Until the network is healed."""
    noted: list[LostMessage] = field(default_factory=list)
    """In the order of sending."""
    _counts: dict[tuple[int, int], int] = field(default_factory=dict)

    def broadcast(self, source: int, channel: Channel, payload: bytes, *, at_us: int) -> None:
        """Put one message on its way to every other member."""
        others = self._others[source]
        next_ones = (LostMessage(source, each, self._counts.get((source, each), 0) + 1) for each in others)
        if self._policies or not self.to_lose.isdisjoint(next_ones):
            for target in others:
                self.send(source, target, channel, payload, at_us=at_us)
            return
        for target in others:
            self._counts[source, target] = self._counts.get((source, target), 0) + 1
        Links.broadcast(self, source, channel, payload, at_us=at_us)

    def send(self, source: int, target: int, channel: Channel, payload: bytes, *, at_us: int) -> None:
        """Put one message on its way, or lose it."""
        number = self._counts[source, target] = self._counts.get((source, target), 0) + 1
        message = LostMessage(source, target, number)
        if message in self.to_lose:
            self.sent += 1
            self.dropped += 1
            self.profile.delay_us(source, target, self.chance)
            self.noted.append(message)
            return
        dropped_before = self.dropped
        Links.send(self, source, target, channel, payload, at_us=at_us)
        if self.dropped > dropped_before:
            self.noted.append(message)

    def heal(self) -> None:
        """End every fault; from here on every message arrives."""
        self.to_lose = frozenset()
        Links.heal(self)


def count_messages(simulation: Simulation, lost: tuple[LostMessage, ...]) -> CountedLinks:
    """Give a simulation in which nothing happened yet links that count, and that lose `lost`."""
    links = simulation.network.links
    counted = CountedLinks(
        links.ids, links.profile, links.agenda, links.chance, links.deliver, links.fault_chance, to_lose=frozenset(lost)
    )
    simulation.network = Network(counted)
    return counted
