"""Notes what happens in a simulation as happenings of a story: for the trace of a run and for pictures.

It listens and changes nothing: a run that is told has the trace hash of one that is not.
"""

from collections.abc import Sequence
from functools import partial

from consensus.messages import Equivocation
from network.bus import Channel
from network.policy import tags_of
from node.simulation import Said, SimulatedMember, Simulation
from node.simulation.links import Deliver
from node.writes import StoreBlock
from scenarios.world import Happening, Story

SHOWN = frozenset(
    {"pre-prepare", "prepare", "commit", "block-vote", "suspect", "view-change", "new-view", "certified-block"}
)
"""What is drawn of a bundle's items; a status would hide the rest."""

NAMED_BY_BYTES = 64
"""The end of a frame tells it from others on its link: its signature, or the end of a batch."""


class Storyteller:
    """Tells messages, blocks, views and proofs of one simulation."""

    def __init__(self, simulation: Simulation, story: Story, copies: Sequence[SimulatedMember]) -> None:
        """Listen from now on; `copies` are the lines of the picture: the members, and their twins where there are any.

        Begin before the first event: what is under way already is not told.
        """
        self._simulation = simulation
        self._story = story
        self._numbers = {id(each): number for number, each in enumerate(copies)}
        self._named: dict[str, list[int]] = {}
        for number, each in enumerate(copies):
            self._named.setdefault(each.id, []).append(number)
        self._views = [0] * len(copies)
        self._under_way: dict[tuple[int, int, Channel, bytes], list[Happening]] = {}
        simulation.on_said.append(self._on_said)
        simulation.on_executed.append(self._on_executed)
        simulation.on_evidence.append(self._on_evidence)
        links = simulation.network.links
        links.deliver = partial(self._on_delivered, links.deliver)

    @property
    def _time_ms(self) -> float:
        return self._simulation.agenda.now_us / 1_000

    def _on_said(self, member: SimulatedMember, said: Said) -> None:
        number = self._observe(member)
        tags = tags_of(said.payload) & SHOWN
        if not tags and said.channel is not Channel.BATCHES:
            return
        for target in self._named[said.target]:
            told = Happening(self._time_ms, number, "sent", " ".join(sorted(tags)) or "batch", target)
            under_way = (number, target, said.channel, said.payload[-NAMED_BY_BYTES:])
            self._under_way.setdefault(under_way, []).append(told)
            self._story.add(told)

    def _on_delivered(self, deliver: Deliver, source: int, target: int, channel: Channel, payload: bytes) -> None:
        under_way = (source, target, channel, payload[-NAMED_BY_BYTES:])
        waiting = self._under_way.get(under_way)
        if waiting:
            # The same bytes may have been sent before, and lost: what arrives is the last of them.
            waiting.pop().arrives_ms = self._time_ms
            if not waiting:
                del self._under_way[under_way]
        deliver(source, target, channel, payload)

    def _on_executed(self, member: SimulatedMember, block: StoreBlock) -> None:
        number = self._observe(member)
        self._story.add(Happening(self._time_ms, number, "block", str(block.header.height)))

    def _on_evidence(self, member: SimulatedMember, proof: Equivocation) -> None:
        if member.wrapper is None:
            text = f"has proof against {proof.first_vote.sender}"
            self._story.add(Happening(self._time_ms, self._numbers[id(member)], "accused", text))

    def _observe(self, member: SimulatedMember) -> int:
        """Note whether a member came into another view since it was seen last; return its number."""
        number, view = self._numbers[id(member)], member.core.replica.state.view
        if view != self._views[number]:
            self._views[number] = view
            self._story.add(Happening(self._time_ms, number, "view", str(view)))
        return number
