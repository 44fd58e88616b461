"""Both ends of taking over a ledger at one member: what it fetches, and what it serves."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from consensus.bundle import Signed
from consensus.certificate import is_block_certificate
from consensus.effects import Outgoing, SetTimer
from consensus.messages import CheckpointProof, Data, Fetch, MetaData
from consensus.state import State
from consensus.types import ReplicaId, SequenceNumber
from ledger.snapshot import Making
from node.serving import Server
from node.transfer import Complete, Transfer

SNAPSHOT_SLICE = "snapshot-slice"
"""The kind of the one timer in here: the next slice of a snapshot is due."""

SLICE_PAUSE_MS = 10
"""Between two slices: about as long as one takes, so that a snapshot has half a core at most."""


@dataclass(slots=True)
class StateTransfer:
    """One member's transfer and its server, bound to its replica."""

    replica: State
    transfer: Transfer
    server: Server
    bans: Counter[ReplicaId] = field(default_factory=Counter)
    """How often each member sent a state that was none, over all transfers."""
    timers: list[SetTimer] = field(default_factory=list)
    """Asked for since the core last took them."""
    _generation: int = 0

    @classmethod
    def of(cls, replica: State, begin_snapshot: Callable[[int], Making | None]) -> "StateTransfer":
        """Begin with nothing to fetch and nothing to serve."""

        def is_stable(proof: CheckpointProof) -> bool:
            settings = replica.settings
            header = proof.header
            return (
                header.epoch == settings.epoch
                and header.height % settings.checkpoint_interval == 0
                and is_block_certificate(
                    header, proof.votes, chain=settings.chain, committee=settings.committee, verify=replica.verify
                )
            )

        return cls(replica, Transfer(is_stable), Server(begin_snapshot))

    def on_tick(self) -> list[Outgoing]:
        """A status interval is over: begin, go on or give up."""
        return self._fetches(self.transfer.on_tick(executed=self.replica.executed, stable=self._stable()))

    def hear(self, signed: Signed) -> list[Outgoing]:
        """Serve a FETCH, or take in what came for one of this member's own."""
        why: str | None = None
        match signed.item:
            case Fetch():
                was_making = self.server.making is not None
                answer = self.server.answer(
                    signed.sender, signed.item, stable=self.replica.checkpoint, tick=self.replica.tick
                )
                if not was_making:
                    self._go_on_later()
                return [] if answer is None else [Outgoing(answer, to=signed.sender)]
            case MetaData():
                why = self.transfer.on_meta_data(signed.sender, signed.item)
            case Data():
                why = self.transfer.on_data(signed.sender, signed.item)
        if why is not None:
            self.bans[signed.sender] += 1
        if self.transfer.target is None:
            return []
        helpers = self.transfer.helpers(executed=self.replica.executed, stable=self._stable())
        return self._fetches(self.transfer.ask(helpers))

    def fire(self, generation: int) -> None:
        """The timer ran out: do the next slice. One of an earlier generation is stale and nothing."""
        if generation == self._generation and self.server.making is not None:
            self.server.work(tick=self.replica.tick)
            self._go_on_later()

    def take_timers(self) -> list[SetTimer]:
        """Hand out the timers asked for."""
        timers, self.timers = self.timers, []
        return timers

    def complete(self) -> Complete | None:
        """A whole state later than this member's own, once it is here."""
        found = self.transfer.complete()
        return found if found is not None and found.checkpoint.header.height > self.replica.executed else None

    def _go_on_later(self) -> None:
        if self.server.making is not None:
            self._generation += 1
            self.timers.append(SetTimer(SNAPSHOT_SLICE, self._generation, SLICE_PAUSE_MS))

    def _stable(self) -> dict[ReplicaId, SequenceNumber]:
        return {replica: peer.status.stable for replica, peer in self.replica.peers.items()}

    def _fetches(self, fetches: list[tuple[ReplicaId, Fetch]]) -> list[Outgoing]:
        return [Outgoing(fetch, to=peer) for peer, fetch in fetches]
