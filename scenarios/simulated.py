"""The simulated world: whole nodes in virtual time. Everything a plan can ask for can be done here, and repeated."""

from collections.abc import Callable, Sequence
from functools import partial

from canonical.hashing import Digest
from consensus.explain import Explanation
from consensus.messages import Equivocation, header_digest
from consensus.types import ReplicaId
from ledger.invariants import violations
from ledger.ledger import Ledger
from network.bus import Channel
from network.policy import LinkPolicy, tags_of
from node.simulation import Handle, Said, SimulatedMember, Simulation
from node.simulation.chance import stream
from node.simulation.links import Deliver
from node.simulation.member import SYNC_US
from scenarios.adversary import CENSOR, Collusion, Liar
from scenarios.certificates import Examiner
from scenarios.false_answers import FALSE_ANSWERS, FalseTongue
from scenarios.load import Clients
from scenarios.plan import Capability, Load, MessageKind
from scenarios.recorded import Records
from scenarios.shop import RULES
from scenarios.simulated_clients import SimulatedClients
from scenarios.storyteller import Storyteller
from scenarios.world import Findings, Happening, Look, MemberLook, SeenBlock, Story, Undo


class SimulatedWorld:
    """A plan's world in virtual time."""

    name = "simulated"
    capabilities = frozenset(Capability) - {Capability.BROKER}
    unseen_checks = frozenset[str]()

    def __init__(self, members: int, *, seed: int, network: str = "lan", crypto: str = "ideal") -> None:
        """Found a consortium of `members` under `seed`.

        Raises: ValueError for a network profile that does not exist.
        """
        self.simulation = Simulation(members, seed=seed, profile=network, crypto=crypto, rules=RULES)
        self.roles = tuple(str(each.role) for each in self.simulation.charter.voters())
        self.story = Story()
        self._seed = seed
        self._collusion = Collusion()
        self.clients = Clients(self.simulation.charter, self.simulation.keyring.pair, stream(seed, "load"))
        readers = stream(seed, "readers")
        self._clients = SimulatedClients(self.simulation, self.clients, chance=readers, liars=self._liars)
        self._records = Records()
        self._accused: set[int] = set()
        self._views: list[list[int]] = [[0] for _ in range(members)]
        self._final = [0] * members
        self._told_final: set[Digest] = set()
        self._watch()

    def id_of(self, member: int) -> str:
        """The member's id."""
        return self.simulation.members[member].id

    # What is seen

    def _watch(self) -> None:
        simulation = self.simulation
        simulation.on_said.append(self._on_said)
        simulation.on_executed.append(lambda member, _: self._observe(member))
        simulation.on_evidence.append(self._on_evidence)
        Storyteller(simulation, self.story, simulation.members)
        links = simulation.network.links
        links.deliver = partial(self._deliver, links.deliver)

    @property
    def _time_ms(self) -> float:
        return self.simulation.agenda.now_us / 1_000

    def _on_said(self, member: SimulatedMember, said: Said) -> None:
        self._observe(member)
        if member.is_honest and member.index not in self._liars:
            self._records.on_said(member, said)

    def _deliver(self, deliver: Deliver, source: int, target: int, channel: Channel, payload: bytes) -> None:
        """Bring a frame to its receiver, unless that is a liar who does not want to have heard it."""
        liar = self.simulation.members[target].wrapper
        if not isinstance(liar, Liar) or liar.hears(payload):
            deliver(source, target, channel, payload)

    def _on_evidence(self, member: SimulatedMember, proof: Equivocation) -> None:
        if member.wrapper is None:
            self._accused.add(proof.first_vote.sender)

    def _observe(self, member: SimulatedMember) -> None:
        """Note a member's views, and the blocks that its clients were told are final."""
        state = member.core.replica.state
        # A view ahead of the disk may go with the power, and nobody was told of it (I7). One behind the disk was
        # forgotten, which is what the check of views is for: so the lower one counts.
        views, view = self._views[member.index], min(state.view, member.disk.view)
        if view != views[-1]:
            views.append(view)
        first, last = self._final[member.index], min(state.certified, member.disk.height)
        if last > first:
            self._final[member.index] = last
            base = member.disk.base_height
            for block in member.disk.blocks[max(0, first - base) : last - base]:
                if member.is_honest and member.index not in self._liars:
                    self._told_final.update(block.transaction_ids)
                    self._clients.told_final(block)
                else:
                    self._clients.told_by_liar(member, block)

    async def look(self) -> Look:
        """See all members."""
        return self._look()

    async def explain(self) -> dict[int, Explanation]:
        """Ask the cores of those that are up."""
        return {each.index: each.explain() for each in self.simulation.members if each.up and not each.paused}

    def _look(self) -> Look:
        return Look(self.simulation.now_ms, tuple(map(_look_at, self.simulation.members)))

    # Life

    async def open(self) -> None:
        """Everything is up since it was made."""

    async def close(self) -> Findings:
        """Tell what is on the disks."""
        members = self.simulation.members
        honest = frozenset(each.index for each in members if each.wrapper is None and each.index not in self._liars)
        return Findings(
            honest=honest,
            blocks=tuple(tuple(self._seen(member)) for member in members),
            violations=tuple(self._violations(honest)),
            asked=frozenset(self.clients.asked),
            unsound=tuple(each for member in sorted(honest) for each in self._unsound(members[member])),
            unrecorded=tuple(self._records.unrecorded),
            accused=frozenset(self._accused),
            views=tuple(
                () if member.wiped else tuple(views) for member, views in zip(members, self._views, strict=True)
            ),
            acknowledged=frozenset(self._told_final),
            history=self.clients.history,
            believed=dict(self._clients.heard.believed),
            false_answers=frozenset(self._clients.heard.false),
            doubted=frozenset(self._clients.heard.doubts),
            trace_hash=self.simulation.trace_hash(),
        )

    @property
    def _liars(self) -> set[ReplicaId]:
        return self._collusion.liars

    def _seen(self, member: SimulatedMember) -> list[SeenBlock]:
        final = member.core.replica.state.certified
        return [
            SeenBlock(
                block.header.height,
                header_digest(block.header, chain=self.simulation.chain),
                block.header.parent,
                block.header.state_root,
                block.header.timestamp_ms,
                block.header.height <= final,
                block.transaction_ids,
                tuple(each.status for each in block.receipts),
            )
            for block in self.simulation.blocks(member)
        ]

    def _unsound(self, member: SimulatedMember) -> list[str]:
        """What is wrong with the certificates on a member's disk."""
        examiner = Examiner(self.simulation.charter, self.simulation.keyring.verify)
        return examiner.unsound(member.id, member.disk.proofs(1, member.disk.height))

    def _violations(self, honest: frozenset[int]) -> list[str]:
        wrong: list[str] = []
        for member in self.simulation.members:
            if member.index not in honest:
                continue
            restored = member.disk.load()
            tip = restored.tip
            if tip is not None:
                charter = self.simulation.charter
                entries = restored.entries
                ledger = Ledger.restore(charter, entries, height=tip.height, timestamp_ms=tip.timestamp_ms)
                wrong += [f"{member.id}: {each}" for each in violations(ledger.state)]
            if member.core.replica.state.halted:
                wrong.append(f"{member.id} halted: it computed another block than the quorum")
        return wrong

    async def wait(self, until: Callable[[Look], bool], *, within_ms: int) -> bool:
        """Let virtual time pass."""
        return self.simulation.run_until(lambda: until(self._look()), within_ms)

    async def said(
        self, kind: MessageKind, *, sources: Sequence[int], targets: Sequence[int], count: int, within_ms: int
    ) -> bool:
        """Let virtual time pass until so many messages of a kind were sent, and not an event longer."""
        names = frozenset(map(self.id_of, targets))
        left = count

        agenda = self.simulation.agenda

        def listen(member: SimulatedMember, said: Said) -> None:
            nonlocal left
            if member.index in sources and said.target in names:
                left -= kind in tags_of(said.payload)
                if left <= 0:
                    agenda.pause()

        self.simulation.on_said.append(listen)
        agenda.run(until_us=agenda.now_us + within_ms * 1_000)
        self.simulation.on_said.remove(listen)
        return left <= 0

    # Verbs

    async def load(self, load: Load | None, gateways: Sequence[int]) -> None:
        """Clients send from now on, or fall silent."""
        self._clients.open(load, gateways)

    async def kill(self, member: int) -> None:
        """Cut the power."""
        self._tell(member, "killed")
        self.simulation.members[member].kill()

    async def start(self, member: int) -> None:
        """Start one that is down."""
        self._tell(member, "started")
        self.simulation.members[member].start()

    async def pause(self, member: int) -> None:
        """Freeze."""
        self._tell(member, "paused")
        self.simulation.members[member].pause()

    async def resume(self, member: int) -> None:
        """Let go on."""
        self._tell(member, "resumed")
        self.simulation.members[member].resume()

    async def wipe(self, member: int) -> None:
        """Lose the disk."""
        self._tell(member, "wiped")
        self.simulation.members[member].wipe()
        self._final[member] = 0

    async def tear_next_write(self, member: int) -> None:
        """The next turn's write is torn."""
        self.simulation.members[member].tear_next_write()

    async def set_clock(self, member: int, *, offset_ms: int, drift_ppm: int) -> None:
        """Make its clock wrong."""
        self._tell(member, "clock")
        self.simulation.members[member].set_clock(offset_ms, drift_ppm)

    async def hand_over(self, member: int) -> None:
        """Let it say that it stops, and stop."""
        self._tell(member, "stopped")
        self.simulation.members[member].stop()
        if not await self.wait(lambda look: not look.members[member].up, within_ms=STOP_TIMEOUT_MS):
            self.simulation.members[member].kill()

    async def slow_disk(self, member: int, *, by_ms: int) -> None:
        """Let each sync take longer."""
        self._tell(member, "disk")
        self.simulation.members[member].sync_us = SYNC_US + by_ms * 1_000

    async def fill_disk(self, member: int) -> None:
        """The next turn's write ends it."""
        self._tell(member, "disk")
        self.simulation.members[member].disk_is_full = True

    async def make_room(self, member: int) -> None:
        """Writes find room again."""
        self._tell(member, "disk")
        self.simulation.members[member].disk_is_full = False

    def _tell(self, member: int, what: str) -> None:
        self.story.add(Happening(self._time_ms, member, what))

    async def links(self, policies: Sequence[LinkPolicy]) -> Undo:
        """Let policies hold."""
        return _undo([self.simulation.network.add(policy) for policy in policies])

    async def lie(self, members: Sequence[int], way: str, *, to: Sequence[int]) -> Undo:
        """Make them lie. Who lied once is never believed again, even when healed."""
        self._liars.update(map(ReplicaId, members))
        return _undo([self._lie(member, way, to) for member in members])

    def _lie(self, member: int, way: str, to: Sequence[int]) -> Handle:
        self._tell(member, "lies")
        if way == CENSOR:
            inward = LinkPolicy(target=(self.id_of(member),), tags=("batch",), drop=1.0)
            return self.simulation.network.add(inward)
        if way in FALSE_ANSWERS:
            return self._lie_to_clients(member)
        simulated = self.simulation.members[member]
        ids = tuple(each.id for each in self.simulation.members)
        liar = Liar(
            way=way,
            replica=ReplicaId(member),
            members=ids,
            to=frozenset(ids[each] for each in to),
            chain=self.simulation.chain,
            sign=simulated.sign,
            chance=stream(self._seed, f"liar {member}"),
            collusion=self._collusion,
        )
        self.simulation.replace_member(member, liar)
        return Handle(lambda: self.simulation.replace_member(member, None))

    def _lie_to_clients(self, member: int) -> Handle:
        sign, chance = self.simulation.members[member].sign, stream(self._seed, f"liar {member}")
        tongues = self._clients.tongues
        tongues[member] = FalseTongue(self.simulation.charter, ReplicaId(member), sign, chance)

        def be_honest() -> None:
            del tongues[member]

        return Handle(be_honest)

    async def stop_broker(self) -> Undo:
        """There is none."""
        raise AssertionError("the simulated world declares no broker")


STOP_TIMEOUT_MS = 5_000
"""As in member_process.py: whoever has not stopped by then is killed."""


def _look_at(member: SimulatedMember) -> MemberLook:
    state = member.core.replica.state
    up = member.up and not member.paused
    return MemberLook(up, state.view, state.active, state.executed, state.certified)


def _undo(handles: Sequence[Handle]) -> Undo:
    async def heal() -> None:
        for handle in handles:
            handle.heal()

    return heal
