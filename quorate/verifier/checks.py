"""The offline verifier: is this proof true, by the charter and nothing else?

It shares no code with the nodes on purpose. What they encode with msgspec it reads with msgpack; the quorum formula,
the Merkle tree and the domain tags are written here a second time. Somebody who doubts the nodes need not trust them in
order to check them, and a fault in one of the two shows as a disagreement (tests/quorate holds one against the other).
What every proof begins with is checked in `block.py`; here is what a transaction's certificate adds, and the choice
between the two kinds of files.
"""

from dataclasses import dataclass

from quorate.verifier.block import BlockChecks, BlockFile, Check, Outcome, Question, hold
from quorate.verifier.contents import Header, Receipt, Transaction, read_receipt, read_transaction
from quorate.verifier.format import CertificateFile, CharterFile, read_certificate
from quorate.verifier.hashing import (
    account_signed_bytes,
    is_signed_by,
    leaf_hash,
    root_along_sides,
    root_from_path,
    transaction_id,
)
from quorate.verifier.statement_checks import StatementChecks, StatementContents
from quorate.verifier.statements import is_statement

REGISTRATION = "register_work"
CONTENT_HASH_PLACE = 5
"""Of a registration's arguments: work, title, creator, holder, source, then the content's hash."""


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
    contents: Contents | StatementContents | None
    """None where the proof does not hold: what it says is then not to be shown as anything."""

    @property
    def holds(self) -> bool:
        """Whether every check passed."""
        return all(check.outcome is Outcome.PASSED for check in self.checks)

    def failed(self) -> tuple[str, ...]:
        """The names of the checks that failed."""
        return tuple(check.name for check in self.checks if check.outcome is Outcome.FAILED)


def verify(certificate: bytes, charter: bytes, content_hash: bytes | None = None) -> Report:
    """Check the bytes of a certificate or statement file against those of a charter file, and content against both.

    `content_hash` is the SHA-256 of the file that a work is about, where somebody has it. Never raises, whatever the
    bytes are.
    """
    if is_statement(certificate):
        statement = StatementChecks(certificate, charter, content_hash)
        checks, holds = statement.put_all()
        return Report(checks, statement.contents() if holds else None)
    transaction = _TransactionChecks(certificate, charter, content_hash)
    checks, holds = transaction.put_all()
    return Report(checks, transaction.contents() if holds else None)


class _TransactionChecks(BlockChecks):
    """What a transaction's certificate adds: who signed it, that it stands in the block, what became of it."""

    def __init__(self, certificate_data: bytes, charter_data: bytes, content_hash: bytes | None) -> None:
        super().__init__(charter_data)
        self.certificate_data = certificate_data
        self.content_hash = content_hash
        self.certificate: CertificateFile | None = None
        self.transaction: Transaction | None = None
        self.transaction_id = b""
        self.receipt: Receipt | None = None

    def further(self) -> tuple[Question, ...]:
        """The transaction's own checks."""
        asked: tuple[Question, ...] = (
            ("transaction", self.check_transaction, ("chain",)),
            ("transaction signature", self.check_transaction_signature, ("transaction",)),
            ("transaction path", self.check_transaction_path, ("header", "transaction")),
            ("receipt", self.check_receipt, ("format",)),
            ("receipt path", self.check_receipt_path, ("header", "receipt")),
            ("receipt matches transaction", self.check_receipt_matches, ("transaction", "receipt")),
        )
        return asked if self.content_hash is None else (*asked, ("content", self.check_content, ("transaction",)))

    def check_format(self) -> str:
        """The certificate file is exactly of the form that docs/CERTIFICATE.md defines."""
        self.certificate = read_certificate(self.certificate_data)
        self.block = BlockFile(self.certificate.chain, self.certificate.header, self.certificate.votes)
        return f"{len(self.certificate_data)} bytes"

    def check_transaction(self) -> str:
        """The transaction is canonical MessagePack of a nonce, a deadline and an operation."""
        certificate = self._certificate()
        self.transaction = read_transaction(certificate.transaction)
        self.transaction_id = transaction_id(
            certificate.account, certificate.public_key, certificate.transaction, chain=self.chain
        )
        return self.transaction_id.hex()[:16]

    def check_transaction_signature(self) -> str:
        """The key in the envelope signed the root that the transaction's id leads to."""
        certificate = self._certificate()
        root = root_from_path(
            self.transaction_id,
            index=certificate.envelope_index,
            count=certificate.envelope_count,
            path=certificate.envelope_path,
        )
        hold(root is not None, "index, count and path of the envelope do not fit together")
        assert root is not None, "held above"
        content = account_signed_bytes(certificate, root=root, chain=self.chain)
        signed = is_signed_by(certificate.public_key, content, certificate.envelope_signature)
        hold(signed, f"not signed by the key {certificate.public_key.hex()[:16]} for account {certificate.account}")
        return f"{certificate.account}, key {certificate.public_key.hex()[:16]}"

    def check_transaction_path(self) -> str:
        """The transaction's id leads to the header's transactions root."""
        certificate = self._certificate()
        root = root_along_sides(self.transaction_id, sides=certificate.sides, path=certificate.transaction_path)
        hold(root == self.block_header().transactions_root, "the transaction is not in this block at this place")
        return f"{len(certificate.sides)} steps to the transactions root"

    def check_receipt(self) -> str:
        """The receipt is canonical MessagePack of a receipt."""
        self.receipt = read_receipt(self._certificate().receipt)
        return self.receipt.status

    def check_receipt_path(self) -> str:
        """The receipt leads to the header's receipts root, from the same place as the transaction."""
        certificate = self._certificate()
        root = root_along_sides(leaf_hash(certificate.receipt), sides=certificate.sides, path=certificate.receipt_path)
        hold(root == self.block_header().receipts_root, "the receipt is not in this block at this place")
        return f"{len(certificate.sides)} steps to the receipts root"

    def check_receipt_matches(self) -> str:
        """The receipt is that of this transaction."""
        assert self.receipt is not None, "the receipt was checked"
        hold(self.receipt.transaction == self.transaction_id, "the receipt is another transaction's")
        return self.transaction_id.hex()[:16]

    def check_content(self) -> str:
        """The content is the one whose hash was registered."""
        assert self.transaction is not None, "the transaction was checked"
        assert self.content_hash is not None, "it is asked where there is one"
        asked, arguments = self.transaction.operation, self.transaction.arguments
        hold(
            asked == REGISTRATION and len(arguments) > CONTENT_HASH_PLACE,
            f"a {asked} names no content; a {REGISTRATION} does",
        )
        registered = arguments[CONTENT_HASH_PLACE] == self.content_hash
        hold(registered, "the content is not the one that was registered")
        return self.content_hash.hex()[:16]

    def contents(self) -> Contents:
        """What was read; every check passed."""
        _, charter = self.files()
        assert self.transaction is not None, "the transaction was checked"
        assert self.receipt is not None, "the receipt was checked"
        return Contents(charter, self._certificate(), self.block_header(), self.transaction, self.receipt)

    def _certificate(self) -> CertificateFile:
        assert self.certificate is not None, "the format was checked"
        return self.certificate
