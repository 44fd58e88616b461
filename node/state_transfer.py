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
from ledger.charter import Charter
from ledger.snapshot import Making
from node.installing import Installing, WholeLedger
from node.serving import Server
from node.transfer import Transfer
from node.writes import StoreEntries

SNAPSHOT_SLICE = "snapshot-slice"
"""The kind of a timer: the next slice of the snapshot that is made for others is due."""

INSTALL_SLICE = "install-slice"
"""The kind of a timer: the next slice of the ledger that is taken over is due."""

SLICE_KINDS = frozenset({SNAPSHOT_SLICE, INSTALL_SLICE})

SNAPSHOT_PAUSE_MS = 10
"""Between two slices for others: about as long as one takes, so that a snapshot has half a core at most."""

INSTALL_PAUSE_MS = 2
"""Between two slices of its own: a member so far behind has little else to do, and need only not be deaf."""


@dataclass(slots=True)
class StateTransfer:
    """One member's transfer and its server, bound to its replica."""

    replica: State
    charter: Charter
    transfer: Transfer
    server: Server
    installing: Installing | None = None
    """The ledger that is being put together, while one is."""
    bans: Counter[ReplicaId] = field(default_factory=Counter)
    """How often each member sent a state that was none, over all transfers."""
    timers: list[SetTimer] = field(default_factory=list)
    """Asked for since the core last took them."""
    _generations: Counter[str] = field(default_factory=Counter)
    """By kind, that of the last timer asked for."""
    _aside: list[StoreEntries] = field(default_factory=list)
    _installed: WholeLedger | None = None

    @classmethod
    def of(cls, replica: State, charter: Charter, begin_snapshot: Callable[[int], Making | None]) -> "StateTransfer":
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

        return cls(replica, charter, Transfer(is_stable), Server(begin_snapshot))

    def on_tick(self) -> list[Outgoing]:
        """A status interval is over: begin, go on or give up. What is all here is put together before more is asked."""
        if self.installing is not None:
            self.transfer.rest()
            return []
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
                if not was_making and self.server.making is not None:
                    self._go_on_later(SNAPSHOT_SLICE)
                return [] if answer is None else [Outgoing(answer, to=signed.sender)]
            case MetaData():
                why = self.transfer.on_meta_data(signed.sender, signed.item)
            case Data():
                why = self.transfer.on_data(signed.sender, signed.item)
        if why is not None:
            self.bans[signed.sender] += 1
        self._begin_installing()
        if self.transfer.target is None:
            return []
        helpers = self.transfer.helpers(executed=self.replica.executed, stable=self._stable())
        return self._fetches(self.transfer.ask(helpers))

    def fire(self, kind: str, generation: int) -> None:
        """A timer ran out: do the next slice. One of an earlier generation is stale and nothing."""
        if generation != self._generations[kind]:
            return
        if kind == INSTALL_SLICE:
            self._install_more()
        elif self.server.making is not None:
            self.server.work(tick=self.replica.tick)
            if self.server.making is not None:
                self._go_on_later(SNAPSHOT_SLICE)

    def take_timers(self) -> list[SetTimer]:
        """Hand out the timers asked for."""
        timers, self.timers = self.timers, []
        return timers

    def take_aside(self) -> list[StoreEntries]:
        """Hand out the entries that are to be set aside on disk."""
        aside, self._aside = self._aside, []
        return aside

    def take_installed(self) -> WholeLedger | None:
        """Hand out a ledger later than this member's own, once one is whole."""
        installed, self._installed = self._installed, None
        return installed

    def _begin_installing(self) -> None:
        """S6: all parts are here. A small ledger is whole after the first slice."""
        complete = self.transfer.complete()
        if complete is not None:
            self.installing = Installing.of(complete, self.charter)
            self._install_more()

    def _install_more(self) -> None:
        """Do a slice, unless blocks got there first, or this member halted meanwhile: then it is dropped."""
        installing = self.installing
        if installing is None:
            return
        if installing.checkpoint.header.height <= self.replica.executed or self.replica.halted:
            self.installing = None
            return
        self._installed = installing.work()
        entries = installing.take_entries()
        if entries is not None:
            self._aside.append(entries)
        if self._installed is None:
            self._go_on_later(INSTALL_SLICE)
        else:
            self.installing = None

    def _go_on_later(self, kind: str) -> None:
        self._generations[kind] += 1
        pause_ms = INSTALL_PAUSE_MS if kind == INSTALL_SLICE else SNAPSHOT_PAUSE_MS
        self.timers.append(SetTimer(kind, self._generations[kind], pause_ms))

    def _stable(self) -> dict[ReplicaId, SequenceNumber]:
        return {replica: peer.status.stable for replica, peer in self.replica.peers.items()}

    def _fetches(self, fetches: list[tuple[ReplicaId, Fetch]]) -> list[Outgoing]:
        return [Outgoing(fetch, to=peer) for peer, fetch in fetches]
