"""The offline verifier: is this certificate true, by the charter and nothing else?

It shares no code with the nodes on purpose. What they encode with msgspec it reads with msgpack; the quorum formula,
the Merkle tree and the domain tags are written here a second time. Somebody who doubts the nodes need not trust them in
order to check them, and a fault in one of the two shows as a disagreement (tests/quorate holds one against the other).

Checks run in a fixed order and each is reported by name: passed, failed with the reason, or skipped because it rests on
one that failed or was skipped itself. Under another chain's charter that leaves one failure, `chain`: members, keys and
digests of another chain say nothing about this certificate. The certificate holds when all pass.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from quorate.verifier.contents import Header, Receipt, Transaction, read_header, read_receipt, read_transaction
from quorate.verifier.format import CertificateFile, CharterFile, read_certificate, read_charter
from quorate.verifier.hashing import (
    account_signed_bytes,
    chain_id,
    committee_digest,
    header_digest,
    is_signed_by,
    leaf_hash,
    root_along_sides,
    root_from_path,
    transaction_id,
    vote_signed_bytes,
)
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


@dataclass(frozen=True, slots=True)
class Contents:
    """What a certificate that holds was read as."""

    charter: CharterFile
    certificate: CertificateFile
    header: Header
    transaction: Transaction
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the verifier found."""

    checks: tuple[Check, ...]
    contents: Contents | None
    """None where the certificate does not hold: what it says is then not to be shown as anything."""

    @property
    def holds(self) -> bool:
        """Whether every check passed."""
        return all(check.outcome is Outcome.PASSED for check in self.checks)

    def failed(self) -> tuple[str, ...]:
        """The names of the checks that failed."""
        return tuple(check.name for check in self.checks if check.outcome is Outcome.FAILED)


class FailedError(Exception):
    """A check did not hold: the text says why. Never leaves the verifier."""


def verify(certificate: bytes, charter: bytes) -> Report:
    """Check the bytes of a certificate file against those of a charter file. Never raises, whatever the bytes are."""
    verification = _Verification(certificate, charter)
    return verification.run()


def quorum(members: int) -> int:
    """How many of n `members` must sign: ceil((n+f+1)/2), f = (n-1)//3; two quorums then share an honest member."""
    faults = (members - 1) // 3
    return -(-(members + faults + 1) // 2)


class _Verification:
    """The checks in order, with what the earlier ones established for the later ones."""

    def __init__(self, certificate_data: bytes, charter_data: bytes) -> None:
        self.certificate_data = certificate_data
        self.charter_data = charter_data
        self.certificate: CertificateFile | None = None
        self.charter: CharterFile | None = None
        self.chain = b""
        self.header: Header | None = None
        self.signers: set[int] = set()
        self.transaction: Transaction | None = None
        self.transaction_id = b""
        self.receipt: Receipt | None = None

    def run(self) -> Report:
        """Put every question, in the order in which docs/CERTIFICATE.md lists them."""
        questions: tuple[tuple[str, Callable[[], str], tuple[str, ...]], ...] = (
            ("format", self.check_format, ()),
            ("charter", self.check_charter, ()),
            ("chain", self.check_chain, ("format", "charter")),
            ("header", self.check_header, ("format",)),
            ("committee", self.check_committee, ("chain", "header")),
            ("votes", self.check_votes, ("chain", "header")),
            ("quorum", self.check_quorum, ("chain", "header")),
            ("transaction", self.check_transaction, ("chain",)),
            ("transaction signature", self.check_transaction_signature, ("transaction",)),
            ("transaction path", self.check_transaction_path, ("header", "transaction")),
            ("receipt", self.check_receipt, ("format",)),
            ("receipt path", self.check_receipt_path, ("header", "receipt")),
            ("receipt matches transaction", self.check_receipt_matches, ("transaction", "receipt")),
        )
        checks: list[Check] = []
        passed: set[str] = set()
        for name, question, needs in questions:
            check = _put(name, question, [need for need in needs if need not in passed])
            checks.append(check)
            if check.outcome is Outcome.PASSED:
                passed.add(name)
        return Report(tuple(checks), self._contents() if len(passed) == len(questions) else None)

    def check_format(self) -> str:
        """The certificate file is exactly of the form that docs/CERTIFICATE.md defines."""
        self.certificate = read_certificate(self.certificate_data)
        return f"{len(self.certificate_data)} bytes"

    def check_charter(self) -> str:
        """The charter file is a charter; its digest is the chain's id, whatever the certificate calls it."""
        self.charter = read_charter(self.charter_data)
        self.chain = chain_id(self.charter)
        return f"{len(self.charter.members)} members, {len(self.charter.voters())} of them vote"

    def check_chain(self) -> str:
        """The certificate is of the charter's chain."""
        certificate, _ = self._files()
        _hold(certificate.chain == self.chain, "the certificate names another chain than this charter founds")
        return self.chain.hex()[:16]

    def check_header(self) -> str:
        """The header is canonical MessagePack of a block header."""
        assert self.certificate is not None, "the format was checked"
        self.header = read_header(self.certificate.header)
        return f"height {self.header.height}"

    def check_committee(self) -> str:
        """The charter's voters are the ones who certify this block and, in this version, the next."""
        certificate, charter = self._files()
        header = self._block_header()
        voters = charter.voters()
        _hold(header.epoch == 0, f"epoch {header.epoch}: a charter founds epoch 0 only")
        _hold(header.next_members == committee_digest(voters), "the header names other members than the charter")
        _hold(all(vote.sender < len(voters) for vote in certificate.votes), "somebody voted who is no voter")
        return ", ".join(member.id for member in voters)

    def check_votes(self) -> str:
        """Each vote is its sender's signature on a bundle that holds a BLOCK-VOTE for this header."""
        certificate, charter = self._files()
        header = self._block_header()
        voters = charter.voters()
        digest = header_digest(certificate.header, chain=self.chain)
        senders = [vote.sender for vote in certificate.votes]
        for vote in certificate.votes:
            if vote.sender >= len(voters):
                continue
            content = vote_signed_bytes(vote, height=header.height, digest=digest, chain=self.chain, epoch=header.epoch)
            if content is not None and is_signed_by(voters[vote.sender].node_key, content, vote.signature):
                self.signers.add(vote.sender)
        bad = sorted(set(senders) - self.signers)
        _hold(not bad, f"member {', '.join(map(str, bad))} did not sign this header")
        _hold(senders == sorted(self.signers), "votes are not by ascending member, each member once")
        return f"{len(senders)} signatures hold"

    def check_quorum(self) -> str:
        """Members with a valid signature, counted once each, are a quorum of the charter's voters."""
        _, charter = self._files()
        needed = quorum(len(charter.voters()))
        found = f"{len(self.signers)} of {len(charter.voters())} members signed; {needed} are a quorum"
        _hold(len(self.signers) >= needed, found)
        return found

    def check_transaction(self) -> str:
        """The transaction is canonical MessagePack of a nonce, a deadline and an operation."""
        certificate, _ = self._files()
        self.transaction = read_transaction(certificate.transaction)
        self.transaction_id = transaction_id(certificate.account, certificate.transaction, chain=self.chain)
        return self.transaction_id.hex()[:16]

    def check_transaction_signature(self) -> str:
        """The key in the envelope signed the root that the transaction's id leads to."""
        certificate, _ = self._files()
        root = root_from_path(
            self.transaction_id,
            index=certificate.envelope_index,
            count=certificate.envelope_count,
            path=certificate.envelope_path,
        )
        _hold(root is not None, "index, count and path of the envelope do not fit together")
        assert root is not None, "held above"
        content = account_signed_bytes(certificate, root=root, chain=self.chain)
        signed = is_signed_by(certificate.public_key, content, certificate.envelope_signature)
        _hold(signed, f"not signed by the key {certificate.public_key.hex()[:16]} for account {certificate.account}")
        return f"{certificate.account}, key {certificate.public_key.hex()[:16]}"

    def check_transaction_path(self) -> str:
        """The transaction's id leads to the header's transactions root."""
        certificate, _ = self._files()
        root = root_along_sides(self.transaction_id, sides=certificate.sides, path=certificate.transaction_path)
        _hold(root == self._block_header().transactions_root, "the transaction is not in this block at this place")
        return f"{len(certificate.sides)} steps to the transactions root"

    def check_receipt(self) -> str:
        """The receipt is canonical MessagePack of a receipt."""
        assert self.certificate is not None, "the format was checked"
        self.receipt = read_receipt(self.certificate.receipt)
        return self.receipt.status

    def check_receipt_path(self) -> str:
        """The receipt leads to the header's receipts root, from the same place as the transaction."""
        certificate = self.certificate
        assert certificate is not None, "the format was checked"
        root = root_along_sides(leaf_hash(certificate.receipt), sides=certificate.sides, path=certificate.receipt_path)
        _hold(root == self._block_header().receipts_root, "the receipt is not in this block at this place")
        return f"{len(certificate.sides)} steps to the receipts root"

    def check_receipt_matches(self) -> str:
        """The receipt is that of this transaction."""
        assert self.receipt is not None, "the receipt was checked"
        _hold(self.receipt.transaction == self.transaction_id, "the receipt is another transaction's")
        return self.transaction_id.hex()[:16]

    def _contents(self) -> Contents:
        certificate, charter = self._files()
        assert self.transaction is not None, "the transaction was checked"
        assert self.receipt is not None, "the receipt was checked"
        return Contents(charter, certificate, self._block_header(), self.transaction, self.receipt)

    def _files(self) -> tuple[CertificateFile, CharterFile]:
        assert self.certificate is not None, "the format was checked"
        assert self.charter is not None, "the charter was checked"
        return self.certificate, self.charter

    def _block_header(self) -> Header:
        assert self.header is not None, "the header was checked"
        return self.header


def _put(name: str, question: Callable[[], str], open_needs: list[str]) -> Check:
    if open_needs:
        return Check(name, Outcome.SKIPPED, f"rests on {' and '.join(open_needs)}")
    try:
        return Check(name, Outcome.PASSED, question())
    except (FailedError, UnreadableError) as error:
        return Check(name, Outcome.FAILED, str(error))


def _hold(condition: bool, fault: str) -> None:
    if not condition:
        raise FailedError(fault)
