"""The live world: real processes of this machine, a real bus, real disks; SIGKILL, SIGSTOP, lost and torn files.

The plan is the same as in virtual time, and so are its LinkPolicies and liars: each member is started with a key of
this story, and commanded over a topic of its own (desk.py, network/faulty.py). A step is done when every member that
can hear it has acknowledged it.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from canonical.hashing import Digest
from consensus.explain import Explanation
from consensus.quorum import Committee
from ledger.envelope import Envelope, transaction_ids
from network.policy import LinkPolicy
from node.home.institutions import voters
from node.home.keys import verify_signature
from node.simulation.chance import stream
from scenarios.adversary import CENSOR
from scenarios.certificates import Examiner
from scenarios.consortium import LiveConsortium
from scenarios.desk import Desk
from scenarios.distances import distances
from scenarios.errors import MemberCrashed
from scenarios.false_answers import FALSE_ANSWERS
from scenarios.live_disks import LiveDisks
from scenarios.live_load import LiveLoad
from scenarios.live_looks import LiveLooks
from scenarios.live_reach import Reach
from scenarios.load import Clients
from scenarios.plan import NEAR, Capability, Load
from scenarios.shop import RULES
from scenarios.world import Findings, Happening, Look, Story, Undo

LOOK_EVERY_S = 0.05
"""How often members are asked where they are."""


class LiveWorld:
    """A plan's world on this machine."""

    name = "live"
    capabilities = frozenset(Capability) - {Capability.MESSAGES}
    unseen_checks = frozenset[str]()

    def __init__(
        self,
        members: int,
        directory: Path,
        *,
        seed: int,
        network: str = NEAR,
        buses: Sequence[str] = (),
        recorded: bool = False,
    ) -> None:
        """Prepare a consortium of `members` in `directory`, which must not exist.

        It brings a broker of its own, unless `buses` are given; those are nobody's to stop here. `recorded` leaves a
        recording in each member's home.

        Raises: ValueError for a network profile that does not exist; BadBusUrl.
        """
        if buses:
            self.capabilities -= {Capability.BROKER}
        self.roles = tuple(str(each.role) for each in voters(members))
        self.story = Story()
        self._seed = seed
        self._desk = Desk(seed=seed)
        self._consortium = LiveConsortium(
            directory,
            members=members,
            founded_ms=time.time_ns() // 1_000_000,
            buses=buses,
            parameters=RULES,
            new_life=self._desk.new_life,
            recorded=recorded,
            report=lambda said: self._tell(-1, "noticed", said),
            on_unasked_end=self._on_unasked_end,
        )
        self._ids = tuple(each.id for each in voters(members))
        self._desk.policies = distances(self._ids, network)
        self._disks = LiveDisks(directory, self._ids, seed=seed)
        self._reach = Reach(self._ids, self._desk)
        self._liars: set[int] = set()
        self._gave_up: list[str] = []
        """What is known of members that ended by themselves, until it is told."""
        self._wiped: set[int] = set()
        self._looks = LiveLooks(members, tell=self._tell)
        self._told_final: set[Digest] = set()
        self._began = time.monotonic()

    def id_of(self, member: int) -> str:
        """The member's id."""
        return self._ids[member]

    @property
    def _now_ms(self) -> float:
        return (time.monotonic() - self._began) * 1_000

    def _tell(self, member: int, what: str, text: str = "") -> None:
        self.story.add(Happening(self._now_ms, member, what, text))

    # Life

    async def open(self) -> None:
        """Bring everything up.

        Raises: ScenarioFault; nothing runs then.
        """
        await self._consortium.__aenter__()
        try:
            self._desk.open(self._consortium.charter, self._consortium.buses)
            await self._desk.heard_by(self._ids)
        except BaseException:
            await self._desk.close()
            await self._consortium.close()
            raise
        self._began = time.monotonic()
        charter, first = self._consortium.charter, time.time_ns() // 1_000_000
        self._clients = Clients(charter, self._consortium.operator_key, stream(self._seed, "load"), nonce_first=first)
        self._load = LiveLoad(
            self._clients,
            [self._consortium.members[each].url for each in self._ids],
            told_final=self._on_told_final,
            examiner=Examiner(charter, verify_signature),
        )

    def _on_told_final(self, gateway: int, envelope: Envelope) -> None:
        """A client was told so; what a liar tells is not believed."""
        if gateway not in self._liars:
            self._told_final.update(transaction_ids(envelope, chain=self._consortium.chain))

    async def close(self) -> Findings:
        """Bring everything down, and read the disks."""
        await self._load.close()
        for member in sorted(self._reach.frozen):
            self._consortium.members[self.id_of(member)].send_signal(signal.SIGCONT)
        await self._looks.close()
        await self._desk.close()
        await self._consortium.close()
        honest = frozenset(range(len(self._ids))) - self._liars
        read = self._disks.read(self._consortium.charter, honest=honest)
        halted = sorted(self._ids[each] for each in self._looks.halted & honest)
        return Findings(
            honest=honest,
            blocks=read.blocks,
            violations=(
                *(f"{each} halted: it computed another block than the quorum" for each in halted),
                *read.violations,
            ),
            asked=frozenset(self._clients.asked),
            unsound=read.unsound,
            unrecorded=read.unrecorded,
            accused=frozenset(self._looks.accused),
            views=tuple(() if each in self._wiped else tuple(views) for each, views in enumerate(self._looks.views)),
            acknowledged=frozenset(self._told_final),
            history=self._clients.history,
            believed=dict(self._load.heard.believed),
            false_answers=frozenset(self._load.heard.false),
            doubted=frozenset(self._load.heard.doubts),
        )

    # What is seen

    def _on_unasked_end(self, member: str, code: int) -> None:
        """Whoever is killed from outside is only started again; whoever ends by itself has found itself wrong."""
        if code > 0:
            log = self._consortium.members[member].log
            self._gave_up.append(f"{member} ended by itself, with exit code {code}. What to do: read {log}.")

    async def look(self) -> Look:
        """Ask all members where they are.

        Raises: MemberCrashed where one has ended by itself since the last look.
        """
        if self._gave_up:
            told, self._gave_up = " ".join(self._gave_up), []
            raise MemberCrashed(told)
        return Look(round(self._now_ms), await self._looks.look(self._urls(), liars=self._liars))

    async def explain(self) -> dict[int, Explanation]:
        """Ask the gateways of those that are up."""
        return await self._looks.explain(self._urls())

    def _urls(self) -> list[str | None]:
        """Where each member is asked; None for one that cannot answer."""
        return [
            self._consortium.members[name].url if self._reach.answers(member) else None
            for member, name in enumerate(self._ids)
        ]

    async def wait(self, until: Callable[[Look], bool], *, within_ms: int) -> bool:
        """Let time pass, and look again and again.

        Raises: MemberFailed where a member could not be kept up.
        """
        deadline = time.monotonic() + within_ms / 1_000
        assert self._consortium.failed is not None, "the consortium was entered"
        while not until(await self.look()):
            if self._consortium.failed.done():
                self._consortium.failed.result()
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(LOOK_EVERY_S)
        return True

    async def said(self, *_: object, **__: object) -> bool:
        """Nobody sees here what members say to each other."""
        raise AssertionError("the live world declares no messages")

    # Verbs

    async def load(self, load: Load | None, gateways: Sequence[int]) -> None:
        """Clients send from now on, or fall silent."""
        await self._load.send(load, gateways)

    async def kill(self, member: int) -> None:
        """SIGKILL."""
        self._reach.end(member)
        self._tell(member, "killed")
        await self._consortium.kill(self.id_of(member))

    async def start(self, member: int) -> None:
        """Start the process again, and tell it how its world is.

        Raises: MemberFailed, CommandFailed.
        """
        await self._consortium.start(self.id_of(member))
        self._reach.down.discard(member)
        if self.id_of(member) in self._desk.full:
            await self._let_end(member)
        await self._reach.heard_by([member])
        self._tell(member, "started")

    async def pause(self, member: int) -> None:
        """SIGSTOP."""
        self._reach.frozen.add(member)
        self._tell(member, "paused")
        self._consortium.members[self.id_of(member)].send_signal(signal.SIGSTOP)

    async def resume(self, member: int) -> None:
        """SIGCONT; it is told what it missed.

        Raises: CommandFailed.
        """
        self._reach.frozen.discard(member)
        self._tell(member, "resumed")
        self._consortium.members[self.id_of(member)].send_signal(signal.SIGCONT)
        await self._reach.heard_by([member])

    async def wipe(self, member: int) -> None:
        """Lose the database of a member that is down; its keys are kept elsewhere, as they should be."""
        assert member in self._reach.down, "only the disk of a member that is down is lost"
        self._wiped.add(member)
        self._tell(member, "wiped")
        self._disks.wipe(member)
        self._looks.forget(member)

    async def tear_next_write(self, member: int) -> None:
        """SIGKILL, and the log as it is when the power goes in the middle of a write."""
        await self.kill(member)
        self._tell(member, "torn", self._disks.tear(member))

    async def hand_over(self, member: int) -> None:
        """SIGTERM: the last turn of a primary says that it stops."""
        self._reach.end(member)
        self._tell(member, "stopped")
        await self._consortium.stop(self.id_of(member))

    async def slow_disk(self, member: int, *, by_ms: int) -> None:
        """Let its writes wait.

        Raises: CommandFailed.
        """
        self._tell(member, "disk", f"{by_ms} ms slower")
        self._desk.sync_ms[self.id_of(member)] = by_ms
        await self._reach.command()

    async def fill_disk(self, member: int) -> None:
        """Let its database grow no more: SQLite refuses, and the node stops and says why.

        Raises: CommandFailed.
        """
        self._tell(member, "disk", "full")
        self._desk.full.add(self.id_of(member))
        if member not in self._reach.down:
            await self._let_end(member)
        await self._reach.command()

    async def make_room(self, member: int) -> None:
        """Let its database grow again.

        Raises: CommandFailed.
        """
        self._tell(member, "disk", "has room")
        self._desk.full.discard(self.id_of(member))
        await self._reach.command()
        if member not in self._reach.down:
            await self._consortium.look_after(self.id_of(member))

    async def _let_end(self, member: int) -> None:
        """Let nobody start it again when it ends of a full disk; it is down then."""

        def on_end() -> None:
            self._reach.end(member)
            self._tell(member, "killed", "its disk was full")

        await self._consortium.let_end(self.id_of(member), on_end)

    async def stop_broker(self) -> Undo:
        """Kill the embedded broker; healing starts one at the same address."""
        self._tell(-1, "killed", "broker")
        self._reach.broker_is_up = False
        await self._consortium.kill_broker()

        async def heal() -> None:
            self._tell(-1, "started", "broker")
            await self._consortium.start_broker()
            self._reach.broker_is_up = True
            await self._reach.heard_by(range(len(self._ids)))

        return heal

    async def set_clock(self, member: int, *, offset_ms: int, drift_ppm: int) -> None:
        """Put the clock that the member reads; its timers go by the machine's.

        Raises: CommandFailed.
        """
        self._tell(member, "clock", f"{offset_ms} ms, {drift_ppm} ppm")
        self._desk.clocks[self.id_of(member)] = (offset_ms, drift_ppm)
        await self._reach.command()

    async def links(self, policies: Sequence[LinkPolicy]) -> Undo:
        """Let policies hold at both ends of the links that they concern.

        Raises: CommandFailed.
        """
        self._desk.policies += tuple(policies)
        await self._reach.command()

        async def heal() -> None:
            # By identity: two faults may be equal, and each is healed for itself.
            ended = set(map(id, policies))
            self._desk.policies = tuple(each for each in self._desk.policies if id(each) not in ended)
            await self._reach.command()

        return heal

    async def lie(self, members: Sequence[int], way: str, *, to: Sequence[int]) -> Undo:
        """Make them lie. Who lied once is never believed again, even when healed.

        Liars that lead are told last: they begin what the others must know how to answer.

        Raises: CommandFailed.
        """
        self._liars.update(members)
        for member in members:
            self._tell(member, "lies", way)
        names = [self.id_of(each) for each in members]
        if way == CENSOR:
            return await self.links([LinkPolicy(target=tuple(names), tags=("batch",), drop=1.0)])
        if way in FALSE_ANSWERS:
            self._load.asks_for_proofs = True
            self._load.false.update(members)
        self._desk.roles |= {name: (way, tuple(map(self.id_of, to))) for name in names}
        leads = Committee(len(self._ids)).primary(Look(0, tuple(self._looks.last)).top_view())
        await self._desk.tell(wait_for=self._reach.listeners(each for each in members if each != leads), only=True)
        await self._reach.command()

        async def heal() -> None:
            for name in names:
                del self._desk.roles[name]
            await self._reach.command()
            self._load.false.difference_update(members)

        return heal
