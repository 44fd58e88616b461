"""A whole committee in virtual time, on a network that does what the test says.

Frames wait in `wire` until somebody delivers, drops or repeats them. Invariants are checked after every turn of every
honest member; what a member said, decided and executed is remembered over all its lives.
"""

import random
from collections.abc import Callable, Iterable

from canonical.encoding import encode
from canonical.hashing import Digest
from consensus import invariants, normal_case
from consensus.bundle import Bundle
from consensus.carried import CarriedOver
from consensus.events import TimerKind
from consensus.guard import vote_phase, vote_view
from consensus.messages import Commit, Forwarded, ViewChange, ViewStatement, Vote, header_digest
from consensus.types import ReplicaId, SequenceNumber, View, VotePhase
from tests.consensus.machine import STATEMENTS, VOTES, Broken, Crashed, Frame, Machine
from tests.consensus.makers import CHAIN, EPOCH, START_MS, settings, verify

Twist = Callable[[Frame], Iterable[Frame]]
"""What becomes of a frame on its way out: nothing, itself, a lie, several."""


class Cluster:
    """n members. `liars` are not held to any invariant."""

    def __init__(self, n: int = 4, *, liars: Iterable[int] = (), **sizes: int) -> None:
        self.now_ms = START_MS
        self.wire: list[Frame] = []
        self.liars = frozenset(liars)
        self.twists: dict[int, Twist] = {}
        """By sender: applied to every frame it sends."""
        self.loss: Callable[[Frame], bool] = lambda frame: False
        """Whether the network loses a frame."""
        self.steps = 0
        """Driver steps so far, of all members."""
        self.crash_at: int | None = None
        """The driver step before which whoever makes it loses power."""
        self.said: dict[tuple[int, VotePhase, View, SequenceNumber], Vote] = {}
        self.decided: dict[SequenceNumber, dict[ReplicaId, Digest]] = {}
        self.headers: dict[SequenceNumber, dict[ReplicaId, Digest]] = {}
        self.views: dict[int, View] = {}
        self.stated: dict[tuple[int, type, View], ViewStatement] = {}
        self.committed: dict[tuple[SequenceNumber, View], Digest] = {}
        """What committed-local, and in which view."""
        self.opened: dict[tuple[View, Digest], CarriedOver] = {}
        """What each view, by its NEW-VIEW, started from."""
        self.seen: dict[int, int] = {}
        """How many of each machine's decisions of this life were checked."""
        self.sent = 0
        """Frames put on the wire, the lost ones too."""
        self.machines = [
            Machine(settings(n, each, **sizes), send=self._send, step=self._step, now=lambda: self.now_ms)
            for each in range(n)
        ]
        for machine in self.machines:
            self.turn(machine.id)

    @property
    def honest(self) -> list[Machine]:
        return [each for each in self.machines if each.id not in self.liars]

    @property
    def up(self) -> list[Machine]:
        return [each for each in self.machines if each.is_up]

    # What a test asks for

    def submit(self, author: int, content: bytes = b"") -> None:
        self.machines[author].submit(content)
        self.turn(author)

    def turn(self, replica: int) -> None:
        machine = self.machines[replica]
        try:
            machine.turn()
        except Crashed:
            machine.crash()
            return
        self.check(machine)

    def deliver(self, frame: Frame, *, keep: bool = False) -> None:
        """Hand over one frame that waits; `keep` leaves it on the wire, so that it arrives again."""
        if not keep:
            del self.wire[next(index for index, each in enumerate(self.wire) if each is frame)]
        machine = self.machines[frame.to]
        if machine.is_up:
            machine.receive(frame.content)
            self.turn(frame.to)

    def settle(self, only: Callable[[Frame], bool] = lambda frame: True) -> None:
        """Deliver what waits, oldest first, and what that leads to, until nothing is left that `only` admits."""
        while True:
            frame = next((each for each in self.wire if only(each)), None)
            if frame is None:
                return
            self.deliver(frame)

    def drop(self, only: Callable[[Frame], bool] = lambda frame: True) -> int:
        lost = [each for each in self.wire if only(each)]
        self.wire = [each for each in self.wire if not only(each)]
        return len(lost)

    def fire(self, replica: int, kind: TimerKind = TimerKind.STATUS) -> None:
        machine = self.machines[replica]
        if machine.is_up and kind in machine.deadlines:
            machine.fire(kind)
            self.turn(replica)

    def tick(self, count: int = 1) -> None:
        """Let whole status intervals pass on a network that delivers at once what it does not lose."""
        for _ in range(count):
            end = self.now_ms + self.machines[0].settings.status_interval_ms
            self.settle()
            while due := self._due(end):
                deadline, replica, kind = due
                self.now_ms = max(self.now_ms, deadline)
                self.fire(replica, kind)
                self.settle()
            self.now_ms = end

    def ticks_until(self, done: Callable[[], bool], *, most: int) -> int:
        """Tick until `done`; how many it took. A test fails after `most`."""
        for count in range(most):
            self.settle()
            if done():
                return count
            self.tick()
        assert done(), f"not within {most} status intervals: {self.heights()}, {[self.explain(m) for m in self.up]}"
        return most

    def hand_over(self, replica: int) -> None:
        self.machines[replica].hand_over()
        self.turn(replica)

    def crash(self, replica: int) -> None:
        self.machines[replica].crash()

    def restart(self, replica: int) -> None:
        self.machines[replica].boot()
        self.seen[replica] = 0
        self.turn(replica)

    def wipe(self, replica: int) -> None:
        """Its disk is lost, its keys are not; what it says is judged over all its lives all the same."""
        self.machines[replica].wipe()
        self.views.pop(replica, None)

    def cut(self, *replicas: int) -> None:
        """Cut members off from all others, in both directions; none given heals."""
        self.loss = lambda frame: (frame.sender in replicas) != (frame.to in replicas)

    def lossy(self, chance: random.Random, probability: float) -> None:
        self.loss = lambda frame: chance.random() < probability

    # What it may look at

    def heights(self) -> list[int]:
        return [len(each.disk.headers) for each in self.machines]

    def certified(self) -> list[int]:
        return [len(each.disk.certificates) for each in self.machines]

    def is_done(self, batches: int, *, everybody: Iterable[int] | None = None) -> bool:
        """Whether so many batches are executed, in blocks with certificates, at all honest members that are up."""
        members = [m for m in self.honest if m.is_up and (everybody is None or m.id in everybody)]
        return all(len(m.disk.executed) == batches and len(m.disk.certificates) == len(m.disk.headers) for m in members)

    def explain(self, machine: Machine) -> str:
        state = machine.replica.state
        view = f"v{state.view}" if state.active else f"waits for v{state.view}"
        marks = f"{view} e{state.executed} c{state.certified} d{state.decided} s{state.stable}"
        return f"{machine.id}: {marks} slots {sorted(state.log.slots)}"

    # The world the machines live in

    def _due(self, end: int) -> tuple[int, int, TimerKind] | None:
        timers = [
            (deadline, machine.id, kind)
            for machine in self.up
            for kind, (deadline, _) in machine.deadlines.items()
            if deadline <= end
        ]
        return min(timers, default=None)

    def _step(self, replica: int) -> None:
        self.steps += 1
        if self.steps == self.crash_at:
            raise Crashed

    def _send(self, frame: Frame) -> None:
        if frame.sender not in self.liars and isinstance(frame.content, Bundle):
            for item in frame.content.items:
                if isinstance(item, VOTES):
                    self._check_vote(self.machines[frame.sender], item)
                elif isinstance(item, STATEMENTS):
                    self._check_statement(self.machines[frame.sender], item)
        twist = self.twists.get(frame.sender)
        for each in [frame] if twist is None else twist(frame):
            self.sent += 1
            if not self.loss(each):
                self.wire.append(each)

    def _check_vote(self, machine: Machine, vote: Vote) -> None:
        self.demand(invariants.vote_is_durable(vote, machine.disk.ever))
        key = (machine.id, vote_phase(vote), vote_view(vote), vote.sequence)
        self.demand(invariants.no_contradiction(self.said.setdefault(key, vote), vote))
        if isinstance(vote, Commit) and vote.sequence > machine.disk.stable:
            self.demand(invariants.commit_is_prepared(vote, machine.disk.prepared))

    def _check_statement(self, machine: Machine, said: ViewStatement) -> None:
        self.demand(invariants.statement_is_durable(said, machine.disk.ever))
        key = (machine.id, type(said), said.view)
        self.demand(invariants.one_statement_a_view(self.stated.setdefault(key, said), said))

    def _check_views(self, machine: Machine) -> None:
        state = machine.replica.state
        if (
            state.view
            and not machine.was_wiped
            and not any(isinstance(each, ViewChange) for each in machine.disk.statements)
        ):
            self.demand(f"I22: replica {machine.id} is in view {state.view} and its own VIEW-CHANGE is not on disk")
        for slot in state.log.after(SequenceNumber(state.stable)):
            if slot.pre_prepare and slot.digest and normal_case.is_committed_local(state, slot):
                self._note_committed(slot.sequence, slot.pre_prepare.view, slot.digest)
        if state.active and state.new_view is not None:
            key = (state.view, state.new_view.digest)
            if key not in self.opened:
                self.opened[key] = state.carried
                for (sequence, view), digest in self.committed.items():
                    self._check_carried(sequence, view, digest, state.view, state.carried)

    def _note_committed(self, sequence: SequenceNumber, view: View, digest: Digest) -> None:
        if self.committed.setdefault((sequence, view), digest) == digest:
            for (later, _), carried in self.opened.items():
                self._check_carried(sequence, view, digest, later, carried)

    def _check_carried(
        self, sequence: SequenceNumber, view: View, digest: Digest, later: View, carried: CarriedOver
    ) -> None:
        if view < later:
            self.demand(invariants.is_carried_over(sequence, digest, carried, chain=CHAIN, epoch=EPOCH))

    def _check_evidence(self, machine: Machine) -> None:
        accused = [proof.first_vote.sender for proof in machine.evidence]
        if len(set(accused)) != len(accused):
            self.demand(f"I15: replica {machine.id} accuses one member twice")
        committee = machine.settings.committee
        for proof in machine.evidence:
            self.demand(
                invariants.evidence_convicts(
                    proof, liars=self.liars, chain=CHAIN, epoch=EPOCH, committee=committee, verify=verify
                )
            )

    def check(self, machine: Machine) -> None:
        """Everything that must hold of an honest member after a turn, and of all of them together."""
        if machine.id in self.liars:
            return
        state = machine.replica.state
        for found in invariants.broken(state):
            self.demand(found)
        self.demand(invariants.view_never_falls(self.views.get(machine.id, View(0)), state.view))
        self.views[machine.id] = state.view
        self._check_views(machine)
        self._check_evidence(machine)
        for decided in machine.decided[self.seen.get(machine.id, 0) :]:
            known = self.decided.setdefault(decided.sequence, {})
            known[ReplicaId(machine.id)] = decided.digest
            self.demand(invariants.agreement(decided.sequence, known))
        self.seen[machine.id] = len(machine.decided)
        for height in range(state.stable + 1, state.executed + 1):
            self._check_block(machine, SequenceNumber(height))
        states = [each.replica.state for each in self.honest if each.is_up]
        for sequence in list(state.log.slots):
            self.demand(invariants.prepared_agree(sequence, states))

    def _check_block(self, machine: Machine, height: SequenceNumber) -> None:
        known = self.headers.setdefault(height, {})
        if ReplicaId(machine.id) in known:
            return
        header = machine.disk.headers[height]
        known[ReplicaId(machine.id)] = header_digest(header, chain=CHAIN)
        self.demand(invariants.same_header(height, known))
        self.demand(invariants.is_linked(machine.disk.headers.get(SequenceNumber(height - 1)), header, chain=CHAIN))

    def demand(self, found: str | None) -> None:
        if found:
            raise Broken(found)


def votes_in(frames: Iterable[Frame], kind: type | tuple[type, ...]) -> list[tuple[int, int, Vote]]:
    """(sender, receiver, vote) for each vote of a kind in these frames."""
    return [
        (frame.sender, frame.to, item)
        for frame in frames
        if isinstance(frame.content, Bundle)
        for item in frame.content.items
        if isinstance(item, VOTES) and isinstance(item, kind)
    ]


def carries(frame: Frame, kind: type | tuple[type, ...]) -> bool:
    """Whether a frame holds an item of a kind, forwarded ones too."""
    if not isinstance(frame.content, Bundle):
        return False
    items = [each.statement if isinstance(each, Forwarded) else each for each in frame.content.items]
    return any(isinstance(each, kind) for each in items)


def same_bytes(one: Vote, other: Vote) -> bool:
    return encode(one) == encode(other)
