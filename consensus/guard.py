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

    statements: dict[tuple[str, View], Digest] = field(default_factory=dict)
    """VIEW-CHANGEs and NEW-VIEWs, by tag and view: one each, for ever; views are few."""

    def admit_statement(self, statement: ViewStatement) -> bool:
        """Whether `statement` may be signed; if so it is remembered."""
        key = (type(statement).__name__, statement.view)
        content = statement_digest(statement)
        return self.statements.setdefault(key, content) == content

    def admit(self, vote: Vote) -> bool:
        """Whether `vote` may be signed; if so it is remembered."""
        if vote.sequence <= self.floor:
            return False
        content = leaf_hash(encode(vote))
        return self.signed.setdefault((vote_phase(vote), vote_view(vote), vote.sequence), content) == content

    def raise_floor(self, stable: SequenceNumber) -> None:
        """Forget what a stable checkpoint has settled."""
        self.floor = max(self.floor, stable)
        for key in [each for each in self.signed if each[2] <= stable]:
            del self.signed[key]
