"""Equivocators who collude: two faces of each proposal, one for each half of the honest, and votes for both.

With f of them nothing comes of it. With f+1 each half finds a quorum for its face, executes it, and, since the liars
confirm to everybody whatever he voted for, holds a certificate for its block: a fork, with the proof of who made it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from canonical.hashing import Digest
from consensus.messages import BlockVote, CertifiedBlock, Commit, Item, Prepare, PrePrepare, Status, proposal_digest
from consensus.types import Epoch, SequenceNumber
from node.simulation import Said, SimulatedMember, Simulation
from node.simulation.chance import stream
from scenarios.campaign.plan import Liar, LiarKind
from scenarios.campaign.rewriting import Rewriting, bundle_of

ECHOES_MAX = 16
"""Block votes that an equivocator adds to one frame: the last ones."""


@dataclass(slots=True)
class Conspiracy:
    """What equivocators share: who sees which face, and what the others believe."""

    chain: Digest
    fooled: frozenset[str]
    """Members that are shown the other face."""
    faces: dict[Digest, Digest] = field(default_factory=dict)
    believed: dict[str, dict[SequenceNumber, Digest]] = field(default_factory=dict)
    """By member who does not lie: the blocks that it voted for."""

    def listen(self, member: SimulatedMember, said: Said) -> None:
        """Note what a member votes for."""
        believed = self.believed.get(member.id)
        bundle = None if believed is None else bundle_of(said)
        if believed is not None and bundle is not None:
            believed.update((item.sequence, item.digest) for item in bundle.items if isinstance(item, BlockVote))


@dataclass(slots=True)
class Equivocator(Rewriting):
    """Two faces: as primary it proposes something else to some, and votes for what each half saw (T-C1)."""

    conspiracy: Conspiracy
    _confirmed: dict[str, set[SequenceNumber]] = field(default_factory=dict)
    """By target: the heights that it was sent a BLOCK-VOTE for. Each status repeats them, since one may be lost."""

    def rewrite(self, items: tuple[Item, ...], target: str) -> list[Item]:
        """What `target` is meant to believe, with COMMIT said before anything is prepared."""
        fooled = target in self.conspiracy.fooled
        said = [face for item in items for face in self._faces(item, target, fooled)]
        again = any(isinstance(item, Status) for item in items)
        return said + self._echoes(target, again=again)

    def _faces(self, item: Item, target: str, fooled: bool) -> list[Item]:
        if isinstance(item, PrePrepare):
            true = proposal_digest(item.proposal, chain=self.chain, epoch=Epoch(0), sequence=item.sequence)
            other = msgspec.structs.replace(item.proposal, timestamp_ms=item.proposal.timestamp_ms + 1)
            false = proposal_digest(other, chain=self.chain, epoch=Epoch(0), sequence=item.sequence)
            self.conspiracy.faces[true] = false
            shown = msgspec.structs.replace(item, proposal=other) if fooled else item
            return [shown, Commit(item.view, item.sequence, false if fooled else true)]
        if isinstance(item, Prepare | Commit) and item.digest in self.conspiracy.faces:
            shown_digest = self.conspiracy.faces[item.digest] if fooled else item.digest
            vote = msgspec.structs.replace(item, digest=shown_digest)
            # A backup in the plot does not wait to be prepared either.
            return [vote, Commit(item.view, item.sequence, shown_digest)] if isinstance(item, Prepare) else [vote]
        if isinstance(item, BlockVote | CertifiedBlock) and target in self.conspiracy.believed:
            # Its own ledger knows one story only; whoever does not lie is confirmed in his.
            return [] if isinstance(item, BlockVote) or fooled else [item]
        return [item]

    def _echoes(self, target: str, *, again: bool) -> list[Item]:
        """A vote for each of the last blocks that `target` voted for, if it was not confirmed in them or `again`."""
        believed = self.conspiracy.believed.get(target, {})
        confirmed = self._confirmed.setdefault(target, set())
        last = sorted(believed)[-ECHOES_MAX:]
        echoes: list[Item] = [BlockVote(each, believed[each]) for each in last if again or each not in confirmed]
        confirmed.update(last)
        return echoes


def conspiracy_of(simulation: Simulation, liars: Iterable[Liar]) -> Conspiracy:
    """Half of those who do not lie are shown the other face. Nobody listens where nobody equivocates."""
    kinds = {liar.member: liar.kind for liar in liars}
    lying = set(kinds)
    honest = [member.id for member in simulation.members if member.index not in lying]
    chance = stream(simulation.seed, "conspiracy")
    fooled = frozenset(chance.sample(honest, len(honest) // 2))
    conspiracy = Conspiracy(simulation.chain, fooled, believed={each: {} for each in honest})
    if LiarKind.EQUIVOCATE in kinds.values():
        simulation.on_said.append(conspiracy.listen)
    return conspiracy
