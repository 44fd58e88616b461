"""The sign guard: a second line, inside the signer, that refuses a second digest for the same slot.

The protocol never asks for one. A bug, a restored backup or a disk that lost a write might; two different votes signed
for one (view, sequence) would be proof that this member lies. Saying the same thing again is allowed: that is what a
restart does (CometBFT's privval rule, and T-F1).
"""

from dataclasses import dataclass, field

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.merkle import leaf_hash
from consensus.messages import BlockVote, Commit, Prepare, PrePrepare, ViewStatement, Vote, statement_digest
from consensus.types import SequenceNumber, View, VotePhase


def vote_phase(vote: Vote) -> VotePhase:
    """Which of the four votes it is."""
    match vote:
        case PrePrepare():
            return VotePhase.PRE_PREPARE
        case Prepare():
            return VotePhase.PREPARE
        case Commit():
            return VotePhase.COMMIT
        case BlockVote():
            return VotePhase.BLOCK


def vote_view(vote: Vote) -> View:
    """The view a vote belongs to; a block is the same in every view, so its votes count as of view 0."""
    return View(0) if isinstance(vote, BlockVote) else vote.view


@dataclass(slots=True)
class SignGuard:
    """What was signed above the last stable checkpoint."""

    floor: SequenceNumber = SequenceNumber(0)
    """Nothing at or below it is signed any more: its votes are forgotten, so they could not be compared."""
    signed: dict[tuple[VotePhase, View, SequenceNumber], Digest] = field(default_factory=dict)

    statements: dict[tuple[type, View], Digest] = field(default_factory=dict)
    """VIEW-CHANGEs and NEW-VIEWs since birth, one each for a view; views are few."""

    def settles(self, said: Vote | ViewStatement) -> bool:
        """Whether a stable checkpoint leaves nobody in need of a vote."""
        return not isinstance(said, ViewStatement) and said.sequence <= self.floor

    def admit(self, said: Vote | ViewStatement) -> bool:
        """Whether it may be signed; if so it is remembered."""
        if isinstance(said, ViewStatement):
            content = statement_digest(said)
            return self.statements.setdefault((type(said), said.view), content) == content
        return not self.settles(said) and self._admit_vote(said)

    def _admit_vote(self, vote: Vote) -> bool:
        content = leaf_hash(encode(vote))
        return self.signed.setdefault((vote_phase(vote), vote_view(vote), vote.sequence), content) == content

    def raise_floor(self, stable: SequenceNumber) -> None:
        """Forget what a stable checkpoint has settled."""
        self.floor = max(self.floor, stable)
        for key in [each for each in self.signed if each[2] <= stable]:
            del self.signed[key]
