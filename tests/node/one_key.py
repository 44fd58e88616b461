"""Attackers who hold one member's key: each stands between its member's honest code and the network."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import msgspec

from canonical.encoding import encode
from consensus.bundle import Bundle, seal
from consensus.messages import Item, PrePrepare, Status, Suspect, SuspectReason, ViewChange
from consensus.types import Epoch, ReplicaId, SequenceNumber, View
from network.bus import Channel
from node.simulation import Said, SimulatedMember, Simulation

BUNDLES = msgspec.msgpack.Decoder(Bundle)
FAR = 2**62


def bundle_of(said: Said) -> Bundle | None:
    """The bundle in a frame; None for a batch."""
    try:
        return BUNDLES.decode(said.payload)
    except msgspec.DecodeError:
        return None


@dataclass
class Rewriter:
    """Says other items in place of its own, with its own key; `also` adds whole frames."""

    simulation: Simulation
    rewrite: Callable[[Bundle, Said], list[Item]]

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        bundle = bundle_of(said)
        if bundle is None:
            return [said]
        items = self.rewrite(bundle, said)
        return [self.sealed(member, said, items)] if items else []

    def sealed(self, member: SimulatedMember, said: Said, items: list[Item]) -> Said:
        sender = ReplicaId(member.index)
        opened = seal(items, chain=self.simulation.chain, epoch=Epoch(0), sender=sender, sign=member.sign)
        return replace(said, payload=encode(opened.bundle))


@dataclass
class Flooder(Rewriter):
    """After each frame with a status, many frames of its own to the same receiver."""

    flood: Callable[[Status, int], Item] = field(kw_only=True)
    count: int = field(kw_only=True, default=20)
    number: int = 0

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        bundle = bundle_of(said)
        status = next((each for each in bundle.items if isinstance(each, Status)), None) if bundle else None
        frames = [said]
        for _ in range(self.count if status is not None else 0):
            assert status is not None
            self.number += 1
            frames.append(self.sealed(member, said, [self.flood(status, self.number)]))
        return frames


def ask_for_everything(status: Status, number: int) -> Item:
    """A status of the highest number that holds nothing and asks for all there is."""
    none = SequenceNumber(0)
    asked = ReplicaId(number % 4)
    return msgspec.structs.replace(
        status,
        number=status.number + number,
        asked=asked,
        stable=none,
        executed=none,
        certified=none,
        slots=(),
        blocks=(),
    )


def view_change_storm(status: Status, number: int) -> Item:
    """Ever later views."""
    return ViewChange(View(status.view + 1 + number), None, ())


def complain(status: Status, number: int) -> Item:
    """Complaints, as such and in statuses."""
    if number % 2:
        return Suspect(View(status.view + number % 3), SuspectReason.NO_PROGRESS)
    return msgspec.structs.replace(status, number=status.number + number, complains=True)


@dataclass
class SlowPrimary(Rewriter):
    """Keeps each PRE-PREPARE back for so long."""

    delay_ms: int = field(kw_only=True)

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        bundle = bundle_of(said)
        if bundle is None:
            return [said]
        late: list[Item] = [each for each in bundle.items if isinstance(each, PrePrepare)]
        others: list[Item] = [each for each in bundle.items if not isinstance(each, PrePrepare)]
        if late:
            kept = self.sealed(member, said, late)
            simulation = self.simulation
            simulation.at(
                simulation.now_ms + self.delay_ms,
                lambda: simulation._send(member.index, kept, simulation.agenda.now_us),
            )
        return [self.sealed(member, said, others)] if others else []


@dataclass
class SilentTo:
    """Says nothing to one member."""

    victim: str

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        del member
        return [] if said.target == self.victim else [said]


@dataclass
class BatchesTo:
    """Shows its batches to one member only, and pushes none."""

    friend: str

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        del member
        is_batch = said.channel is not Channel.VOTES and bundle_of(said) is None
        return [] if is_batch and said.target != self.friend else [said]


def dated(by_ms: int) -> Callable[[Bundle, Said], list[Item]]:
    """As primary, propose times so far ahead."""

    def rewrite(bundle: Bundle, said: Said) -> list[Item]:
        del said
        return [
            msgspec.structs.replace(
                each, proposal=msgspec.structs.replace(each.proposal, timestamp_ms=each.proposal.timestamp_ms + by_ms)
            )
            if isinstance(each, PrePrepare)
            else each
            for each in bundle.items
        ]

    return rewrite
