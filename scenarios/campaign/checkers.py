"""What must hold all along, and what must have happened in the end: one function or method a property.

Only honest members are judged: those that say what their core says, also where they lost their disk meanwhile. A
violation is raised as `Violated`, which ends the run at that event, while everything still stands as it was.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest
from consensus.bundle import Bundle
from consensus.evidence import is_evidence
from consensus.forensics import culprits
from consensus.guard import vote_phase, vote_view
from consensus.invariants import broken
from consensus.messages import (
    BlockVote,
    CertifiedBlock,
    Commit,
    Equivocation,
    NewView,
    Prepare,
    PrePrepare,
    ViewChange,
    header_digest,
)
from consensus.quorum import Committee
from consensus.types import Epoch, SequenceNumber, View
from ledger.invariants import violations
from ledger.receipts import Status as ReceiptStatus
from node.simulation import Said, SimulatedMember, Simulation
from node.writes import StoreBlock
from scenarios.certificates import Examiner
from scenarios.recorded import Records, told_item

LOOK_MS = 100
"""How often states are looked at as a whole."""

CERTIFICATES_MAX = 100
"""Certificates that are verified at the end of a run: a sample, evenly spread."""

_BUNDLES = msgspec.msgpack.Decoder(Bundle)


class Violated(Exception):
    """A property that must never fail failed; the text says which, at whom and how."""


@dataclass(frozen=True, slots=True)
class Split:
    """Where honest members first came to differ."""

    height: int
    members: tuple[int, ...]
    """Who has which block: one member for each of the two, or the one who halted."""
    reason: str
    """The invariant and what was seen."""


@dataclass(frozen=True, slots=True)
class SeenView:
    """The view of one member at one look."""

    lives: int
    """Its how manieth life it was."""
    view: View
    """That it was in."""
    on_disk: View
    """That it would be born again in."""


@dataclass(slots=True)
class Checkers:
    """Everything that is watched in one run."""

    simulation: Simulation
    dishonest: frozenset[int]
    """Members that lie in this run."""
    wiped: frozenset[int] = frozenset()
    """Members that lose their disk: honest, but what they alone knew may be lost with it."""
    owed: dict[Digest, str] = field(default_factory=dict)
    """Transactions that an honest gateway acknowledged, and by whom."""
    accused: dict[int, Equivocation] = field(default_factory=dict)
    """Who was proved to lie."""
    split: Split | None = None
    """Set once, when agreement is lost. What follows from it is then no news; I2 and I15 are watched on."""
    asked: AbstractSet[Digest] | None = None
    """Every transaction that a client signed; None where nobody counts them."""
    records: Records = field(default_factory=Records)
    _chain: list[tuple[bytes, int]] = field(default_factory=list)
    _accepted: dict[Digest, int] = field(default_factory=dict)
    _batches: dict[int, int] = field(default_factory=dict)
    _said: dict[tuple[int, str, int, int], bytes] = field(default_factory=dict)
    _views: dict[int, SeenView] = field(default_factory=dict)
    _last_payload: bytes = b""

    def watch(self) -> None:
        """Begin to look."""
        self.simulation.on_executed.append(self.on_executed)
        self.simulation.on_said.append(self.on_said)
        self.simulation.on_evidence.append(self.on_evidence)
        self.simulation.on_acknowledged.append(self.on_acknowledged)
        self._look_later()

    def is_honest(self, member: SimulatedMember) -> bool:
        """Whether a member is judged."""
        return member.index not in self.dishonest

    @property
    def honest(self) -> list[SimulatedMember]:
        """Members that are judged."""
        return [each for each in self.simulation.members if self.is_honest(each)]

    def on_executed(self, member: SimulatedMember, block: StoreBlock) -> None:
        """Agreement (I1, I9), prefix (I3), exactly once (I14) and validity, over one chain that all must repeat."""
        if not self.is_honest(member) or self.split is not None:
            return
        height = block.header.height
        digest = header_digest(block.header, chain=self.simulation.chain)
        if height <= len(self._chain):
            first, whose = self._chain[height - 1]
            if first != digest:
                other = self.simulation.members[whose].id
                reason = f"I1: {member.id} executed another block {height} than {other}"
                self.split = Split(height, (whose, member.index), reason)
            return
        if height != len(self._chain) + 1:
            raise Violated(f"I3: {member.id} executed block {height} after {len(self._chain)}")
        self._chain.append((digest, member.index))
        for batch in block.executed:
            if batch.number <= self._batches.get(batch.author, 0):
                raise Violated(f"I14: batch {batch.number} of author {batch.author} executed again in block {height}")
            self._batches[batch.author] = batch.number
        for receipt in block.receipts:
            if self.asked is not None and receipt.transaction not in self.asked:
                raise Violated(f"validity: block {height} has a transaction that no client handed in")
            if receipt.status is ReceiptStatus.ACCEPTED:
                before = self._accepted.setdefault(receipt.transaction, height)
                if before != height:
                    raise Violated(f"exactly once: a transaction took effect in blocks {before} and {height}")

    def on_said(self, member: SimulatedMember, said: Said) -> None:
        """I2: nobody honest says two things for one slot, in all its lives. I5: nor what is not on its disk."""
        if said.payload is self._last_payload or not self.is_honest(member):
            return
        self._last_payload = said.payload
        try:
            bundle = _BUNDLES.decode(said.payload)
        except msgspec.DecodeError:
            return
        for item in bundle.items:
            if not self.records.has(member, item):
                raise Violated(f"I5: {member.id} said {told_item(item)}, and it is not on its disk")
            if isinstance(item, PrePrepare | Prepare | Commit | BlockVote):
                slot = (member.index, vote_phase(item).value, int(vote_view(item)), int(item.sequence))
            elif isinstance(item, ViewChange | NewView):
                slot = (member.index, type(item).__name__, int(item.view), 0)
            else:
                continue
            content = encode(item)
            if self._said.setdefault(slot, content) != content:
                raise Violated(f"I2: {member.id} said two things for {slot[1]}, view {slot[2]}, sequence {slot[3]}")

    def on_evidence(self, member: SimulatedMember, proof: Equivocation) -> None:
        """I15: evidence holds before anybody, and never names an honest member."""
        if not self.is_honest(member):
            return
        named = proof.first_vote.sender
        state = member.core.replica.state
        committee = Committee(len(self.simulation.members))
        if not is_evidence(
            proof, chain=self.simulation.chain, epoch=Epoch(0), committee=committee, verify=state.verify
        ):
            raise Violated(f"I15: {member.id} holds a proof against {named} that proves nothing")
        if named not in self.dishonest:
            raise Violated(f"I15: {member.id} convicts {self.simulation.members[named].id}, who is honest")
        self.accused[named] = proof

    def on_acknowledged(self, member: SimulatedMember, transaction: Digest) -> None:
        """What an honest gateway acknowledged is owed, unless it may have lost it with its disk."""
        if self.is_honest(member) and member.index not in self.wiped:
            self.owed.setdefault(transaction, member.id)

    def look(self) -> None:
        """Invariants over whole states (I6, I12), and I7: views never fall, over restarts too."""
        for member in self.honest:
            if not member.up:
                continue
            state = member.core.replica.state
            if state.halted:
                reason = f"T-E2: {member.id} halted: it computed another block than a quorum"
                self.split = self.split or Split(state.executed, (member.index,), reason)
                continue
            found = broken(state)
            if found:
                raise Violated(f"{member.id}: {'; '.join(found)}")
            self._look_at_view(member)

    def _look_at_view(self, member: SimulatedMember) -> None:
        """I7. A view that was not on disk when a life ended was never spoken of, and is forgotten with that life."""
        view, last = member.core.replica.state.view, self._views.get(member.index)
        if last is not None and not member.wiped:
            at_least = last.view if last.lives == member.lives else last.on_disk
            if view < at_least:
                raise Violated(f"I7: {member.id} fell from view {at_least} to {view}")
        self._views[member.index] = SeenView(member.lives, view, member.disk.view)

    def look_at_ledgers(self) -> None:
        """One owner, never oversold, no coin; and the state is what the last header says."""
        for member in self.honest:
            if not member.up or not member.disk.blocks:
                continue
            ledger = member.core.ledger
            found = violations(ledger.state)
            if found:
                raise Violated(f"{member.id}: {'; '.join(found)}")
            if ledger.height == member.height and ledger.state_root != member.disk.blocks[-1].header.state_root:
                raise Violated(f"state root: {member.id} is not in the state that its block {ledger.height} names")

    def look_at_certificates(self) -> None:
        """What lies beside a final block proves it, for `CERTIFICATES_MAX` heights, at one member each."""
        examiner = Examiner(self.simulation.charter, self.simulation.keyring.verify)
        honest = self.honest
        top = max((each.disk.height for each in honest), default=0)
        for height in range(1, top + 1, top // CERTIFICATES_MAX + 1):
            member = honest[height % len(honest)]
            wrong = examiner.unsound(member.id, member.disk.proofs(height, height))
            if wrong:
                raise Violated(f"certificate: {wrong[0]}")

    def fork(self) -> tuple[CertifiedBlock, CertifiedBlock] | None:
        """Two blocks of one height that members who do not lie hold certificates for; the lowest there are."""
        members = self.simulation.members
        disks = [each.disk for each in members if self.is_honest(each) or each.wrapper is None]
        for height in range(1, max((disk.height for disk in disks), default=0) + 1):
            found: dict[Digest, CertifiedBlock] = {}
            for disk in disks:
                for pushed in disk.blocks_to_push(SequenceNumber(height), SequenceNumber(height), bytes_max=0):
                    block = pushed.certified
                    found.setdefault(header_digest(block.header, chain=self.simulation.chain), block)
            if len(found) > 1:
                first, second = list(found.values())[:2]
                return first, second
        return None

    def blame(self, first: CertifiedBlock, second: CertifiedBlock) -> tuple[Equivocation, ...]:
        """I15 for a fork: who made it.

        Raises: Violated where a proof names an honest member.
        """
        member = self.simulation.members[0]
        committee = Committee(len(self.simulation.members))
        proofs = culprits(
            first, second, chain=self.simulation.chain, committee=committee, verify=member.core.replica.state.verify
        )
        for proof in proofs:
            self.on_evidence(self.honest[0], proof)
        return proofs

    def missing(self) -> list[str]:
        """What is owed and not executed everywhere, by member."""
        found = []
        for member in self.honest:
            base = member.disk.base_height
            lacking = [
                each
                for each in self.owed
                if not member.disk.is_executed(each) and not 0 < self._accepted.get(each, 0) <= base
            ]
            if lacking:
                found.append(f"{member.id} lacks {len(lacking)} of {len(self.owed)}")
        return found

    def _look_later(self) -> None:
        self.simulation.at(self.simulation.now_ms + LOOK_MS, self._look_again)

    def _look_again(self) -> None:
        self.look()
        self._look_later()
