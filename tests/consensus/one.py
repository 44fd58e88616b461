"""One replica on its own: a test plays everybody else by hand."""

from typing import Any

from consensus.bundle import OpenBundle
from consensus.effects import Ready, Reason
from consensus.events import BatchStored, Event, Executed, Received, TimerFired, TimerKind
from consensus.messages import BatchReference, BlockHeader, Item, PrePrepare, Proposal, proposal_digest
from consensus.replica import Replica
from consensus.restart import Remembered
from consensus.types import SequenceNumber
from tests.consensus.makers import CHAIN, EPOCH, START_MS, new_view, received, sealed, settings, verify, view_change


class One:
    """Replica `replica` of n. `ready` is what the last call asked for; own votes return at once unless `holds_back`."""

    def __init__(
        self,
        replica: int = 1,
        n: int = 4,
        *,
        remembered: Remembered | None = None,
        holds_back: bool = False,
        **sizes: Any,
    ) -> None:
        self.settings = settings(n, replica, **sizes)
        self.replica = Replica(self.settings, verify=verify, remembered=remembered)
        self.state = self.replica.state
        self.holds_back = holds_back
        self.wall_ms = START_MS
        self.ready = self.replica.take()

    def step(self, event: Event) -> Ready:
        self.replica.step(event, wall_ms=self.wall_ms)
        self.ready = self.replica.take()
        if not self.holds_back:
            self.loop_back(self.ready)
        return self.ready

    def loop_back(self, ready: Ready) -> None:
        """Its own broadcasts return to it; what that leads to is added to `ready`."""
        said = [each.item for each in [*ready.send, *ready.send_after] if each.to is None]
        while said:
            self.replica.step(Received(sealed(self.settings.replica, *said)), wall_ms=self.wall_ms)
            more = self.replica.take()
            said = [each.item for each in [*more.send, *more.send_after] if each.to is None]
            for name in (
                "records",
                "send",
                "send_after",
                "timers",
                "decided",
                "certified",
                "pushes",
                "rejected",
                "evidence",
            ):
                getattr(ready, name).extend(getattr(more, name))
            ready.stable = more.stable or ready.stable
            ready.halt = ready.halt or more.halt

    def hear(self, sender: int, *items: Item) -> Ready:
        return self.step(received(sender, *items))

    def open(self, bundle: OpenBundle) -> Ready:
        return self.step(Received(bundle))

    def hold(self, *references: BatchReference) -> Ready:
        for each in references:
            ready = self.step(BatchStored(each))
        return ready

    def fire(self, kind: TimerKind = TimerKind.STATUS) -> Ready:
        return self.step(TimerFired(kind, self.state.timers[kind]))

    def execute(self, proposal: Proposal, mark: bytes = b"") -> Ready:
        """Report the next height executed, as an honest ledger would, or another with another `mark`."""
        return self.step(self.executed(proposal, mark))

    def executed(self, proposal: Proposal, mark: bytes = b"") -> Executed:
        last = self.state.requests.streams
        return Executed(
            self.header(proposal, mark),
            tuple(each for each in proposal.batches if each.number == last[each.author].executed + 1),
        )

    def header(self, proposal: Proposal, mark: bytes = b"") -> BlockHeader:
        height = SequenceNumber(self.state.executed + 1)
        ordered = proposal_digest(proposal, chain=CHAIN, epoch=EPOCH, sequence=height)
        root = type(CHAIN)(bytes(31) + (mark or b"\1"))
        return BlockHeader(
            height, self.state.executed_digest, EPOCH, ordered, proposal.timestamp_ms, root, root, root, root, root
        )

    def reasons(self) -> list[Reason]:
        return [each.reason for each in self.ready.rejected]

    def said(self, kind: type) -> list[Item]:
        """What of this kind it said last, to everybody or to one."""
        return [each.item for each in [*self.ready.send, *self.ready.send_after] if isinstance(each.item, kind)]

    def accept(self, message: PrePrepare) -> Ready:
        """Hold its batches and hear it from the primary of view 0."""
        self.hold(*message.proposal.batches)
        return self.hear(0, message)

    @property
    def where(self) -> tuple[int, bool]:
        """Its view, and whether it is active there."""
        return self.state.view, self.state.active


def enter_view_1(one: One) -> None:
    """0, 1 and 3 change to view 1, whose primary names them."""
    said = [(sender, view_change(1)) for sender in (0, 1, 3)]
    for sender, message in said:
        one.hear(sender, message)
    one.hear(1, new_view(1, *said))
    assert one.where == (1, True)
