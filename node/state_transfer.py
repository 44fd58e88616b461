"""Both ends of taking over a ledger at one member: what it fetches, and what it serves."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from consensus.bundle import Signed
from consensus.certificate import is_block_certificate
from consensus.effects import Outgoing
from consensus.messages import CheckpointProof, Data, Fetch, MetaData
from consensus.state import State
from consensus.types import ReplicaId, SequenceNumber
from ledger.snapshot import Snapshot
from node.serving import Server
from node.transfer import Complete, Transfer


@dataclass(slots=True)
class StateTransfer:
    """One member's transfer and its server, bound to its replica."""

    replica: State
    transfer: Transfer
    server: Server
    bans: Counter[ReplicaId] = field(default_factory=Counter)
    """How often each member sent a state that was none, over all transfers."""

    @classmethod
    def of(cls, replica: State, snapshot_at: Callable[[int], Snapshot | None]) -> "StateTransfer":
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

        return cls(replica, Transfer(is_stable), Server(snapshot_at))

    def on_tick(self) -> list[Outgoing]:
        """A status interval is over: begin, go on or give up."""
        return self._fetches(self.transfer.on_tick(executed=self.replica.executed, stable=self._stable()))

    def hear(self, signed: Signed) -> list[Outgoing]:
        """Serve a FETCH, or take in what came for one of this member's own."""
        why: str | None = None
        match signed.item:
            case Fetch():
                answer = self.server.answer(
                    signed.sender, signed.item, stable=self.replica.checkpoint, tick=self.replica.tick
                )
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

    def complete(self) -> Complete | None:
        """A whole state later than this member's own, once it is here."""
        found = self.transfer.complete()
        return found if found is not None and found.checkpoint.header.height > self.replica.executed else None

    def _stable(self) -> dict[ReplicaId, SequenceNumber]:
        return {replica: peer.status.stable for replica, peer in self.replica.peers.items()}

    def _fetches(self, fetches: list[tuple[ReplicaId, Fetch]]) -> list[Outgoing]:
        return [Outgoing(fetch, to=peer) for peer, fetch in fetches]
