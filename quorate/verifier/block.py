"""What every proof begins with: a header of the charter's chain, and a quorum of its members' votes for it.

Checks run in a fixed order and each is reported by name: passed, failed with the reason, or skipped because it rests on
one that failed or was skipped itself. Under another chain's charter that leaves one failure, `chain`: members, keys and
digests of another chain say nothing about this proof. A proof holds when all pass.
"""

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from quorate.verifier.contents import Header, read_header
from quorate.verifier.format import CharterFile, VoteFile, read_charter
from quorate.verifier.hashing import chain_id, committee_digest, header_digest, is_signed_by, vote_signed_bytes
from quorate.verifier.json import UnreadableError


class Outcome(enum.StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One question that was put to the certificate."""

    name: str
    outcome: Outcome
    detail: str
    """What was found, one clause; for a failure what is wrong."""


class FailedError(Exception):
    """A check did not hold: the text says why. Never leaves the verifier."""


def quorum(members: int) -> int:
    """How many of n `members` must sign: ceil((n+f+1)/2), f = (n-1)//3; two quorums then share an honest member."""
    faults = (members - 1) // 3
    return -(-(members + faults + 1) // 2)


@dataclass(frozen=True, slots=True)
class BlockFile:
    """What every proof file holds of its block."""

    chain: bytes
    header: bytes
    """Canonical MessagePack of the block header."""
    votes: tuple[VoteFile, ...]


Question = tuple[str, Callable[[], str], tuple[str, ...]]
"""A check's name, what asks it, and the checks it rests on."""


class BlockChecks(ABC):
    """The checks of a proof in order, with what the earlier ones established for the later ones."""

    def __init__(self, charter_data: bytes) -> None:
        """Check against the charter in these bytes."""
        self.charter_data = charter_data
        self.block: BlockFile | None = None
        """Set by `check_format`."""
        self.charter: CharterFile | None = None
        self.chain = b""
        self.header: Header | None = None
        self.signers: set[int] = set()

    @abstractmethod
    def check_format(self) -> str:
        """The file is exactly of the form that docs/CERTIFICATE.md defines; sets `block`."""

    @abstractmethod
    def further(self) -> tuple[Question, ...]:
        """What is asked beyond the block."""

    def put_all(self) -> tuple[tuple[Check, ...], bool]:
        """Put every question, in the order in which docs/CERTIFICATE.md lists them; whether all checks passed."""
        questions: tuple[Question, ...] = (
            ("format", self.check_format, ()),
            ("charter", self.check_charter, ()),
            ("chain", self.check_chain, ("format", "charter")),
            ("header", self.check_header, ("format",)),
            ("committee", self.check_committee, ("chain", "header")),
            ("votes", self.check_votes, ("chain", "header")),
            ("quorum", self.check_quorum, ("chain", "header")),
            *self.further(),
        )
        checks: list[Check] = []
        passed: set[str] = set()
        for name, question, needs in questions:
            check = _put(name, question, [need for need in needs if need not in passed])
            checks.append(check)
            if check.outcome is Outcome.PASSED:
                passed.add(name)
        return tuple(checks), len(passed) == len(questions)

    def check_charter(self) -> str:
        """The charter file is a charter; its digest is the chain's id, whatever the certificate calls it."""
        self.charter = read_charter(self.charter_data)
        self.chain = chain_id(self.charter)
        return f"{len(self.charter.members)} members, {len(self.charter.voters())} of them vote"

    def check_chain(self) -> str:
        """The certificate is of the charter's chain."""
        block, _ = self.files()
        hold(block.chain == self.chain, "the file names another chain than this charter founds")
        return self.chain.hex()[:16]

    def check_header(self) -> str:
        """The header is canonical MessagePack of a block header."""
        assert self.block is not None, "the format was checked"
        self.header = read_header(self.block.header)
        return f"height {self.header.height}"

    def check_committee(self) -> str:
        """The charter's voters are the ones who certify this block and, in this version, the next."""
        block, charter = self.files()
        header = self.block_header()
        voters = charter.voters()
        hold(header.epoch == 0, f"epoch {header.epoch}: a charter founds epoch 0 only")
        hold(header.next_members == committee_digest(voters), "the header names other members than the charter")
        hold(all(vote.sender < len(voters) for vote in block.votes), "somebody voted who is no voter")
        return ", ".join(member.id for member in voters)

    def check_votes(self) -> str:
        """Each vote is its sender's signature on a bundle that holds a BLOCK-VOTE for this header."""
        block, charter = self.files()
        header = self.block_header()
        voters = charter.voters()
        digest = header_digest(block.header, chain=self.chain)
        senders = [vote.sender for vote in block.votes]
        for vote in block.votes:
            if vote.sender >= len(voters):
                continue
            content = vote_signed_bytes(vote, height=header.height, digest=digest, chain=self.chain, epoch=header.epoch)
            if content is not None and is_signed_by(voters[vote.sender].node_key, content, vote.signature):
                self.signers.add(vote.sender)
        bad = sorted(set(senders) - self.signers)
        hold(not bad, f"member {', '.join(map(str, bad))} did not sign this header")
        hold(senders == sorted(self.signers), "votes are not by ascending member, each member once")
        return f"{len(senders)} signatures hold"

    def check_quorum(self) -> str:
        """Members with a valid signature, counted once each, are a quorum of the charter's voters."""
        _, charter = self.files()
        needed = quorum(len(charter.voters()))
        found = f"{len(self.signers)} of {len(charter.voters())} members signed; {needed} are a quorum"
        hold(len(self.signers) >= needed, found)
        return found

    def files(self) -> tuple[BlockFile, CharterFile]:
        """The block's part of the file, and the charter; both were read."""
        assert self.block is not None, "the format was checked"
        assert self.charter is not None, "the charter was checked"
        return self.block, self.charter

    def block_header(self) -> Header:
        """The header, which was read."""
        assert self.header is not None, "the header was checked"
        return self.header


def _put(name: str, question: Callable[[], str], open_needs: list[str]) -> Check:
    if open_needs:
        return Check(name, Outcome.SKIPPED, f"rests on {' and '.join(open_needs)}")
    try:
        return Check(name, Outcome.PASSED, question())
    except (FailedError, UnreadableError) as error:
        return Check(name, Outcome.FAILED, str(error))


def hold(condition: bool, fault: str) -> None:
    """Fail the check that is put, for this reason, unless `condition` holds."""
    if not condition:
        raise FailedError(fault)
