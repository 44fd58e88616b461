"""Asking one member: which height a question is about, what to say where it is forgotten, and the proof."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from canonical.hashing import Digest
from consensus.messages import CheckpointProof
from ledger.ledger import Ledger
from node.driver import Driver
from node.gateway.errors import RequestRefused, bad_request, unavailable
from node.gateway.queries.history import history
from node.gateway.queries.pace import Pace
from node.gateway.queries.proofs import ROWS_PROVED_MAX, ProofReply, proof_reply
from node.gateway.queries.table import Query
from node.gateway.queries.types import (
    Answer,
    Asked,
    AskedOfCompliance,
    AskedOfHistory,
    ComplianceAnswer,
    HistoryAnswer,
    RuleReply,
)
from node.statement_file import Kind, is_subject, read_rows, statement_file
from node.storage.reads import StorageReader

RETRY_AFTER_MS = 500
"""A block is certified within a round or two."""


class Asking:
    """Answers questions from what one member knows; nothing here changes anything."""

    def __init__(self, driver: Driver, reader: StorageReader) -> None:
        """Ask the ledger that `driver` drives, and the blocks on its disk."""
        self._driver = driver
        self._reader = reader
        self._pace = Pace()

    @property
    def _ledger(self) -> Ledger:
        return self._driver.core.ledger

    def answer(self, query: Query, asked: Asked, *, now_ms: int) -> Answer:
        """The answer to a question, with its proof if that was asked.

        Raises: RequestRefused for a height that is not known any more, or not yet, or not certified yet.
        """
        ledger = self._ledger
        default = min(self._driver.certified, ledger.height) if asked.proof else ledger.height
        height = default if asked.height is None else asked.height
        view = ledger.at(height)
        if view is None:
            raise out_of_reach(height, oldest=ledger.oldest, newest=ledger.height)
        # The past is judged by its own clock: what could be given now is not asked.
        answered = query.answer(view, asked, now_ms if asked.height is None else view.timestamp_ms)
        if not asked.proof:
            return answered
        return msgspec.structs.replace(answered, proof=self._proof(height, view.state.reads))

    def _proof(self, height: int, rows: Mapping[str, bytes | None]) -> ProofReply:
        certified = self._certified(height)
        keys = [key.encode() for key in list(rows)[:ROWS_PROVED_MAX]]
        if height == self._ledger.height:
            proofs = self._ledger.prove_at(height, keys)
        else:
            with self._pace.dear():
                proofs = self._ledger.prove_at(height, keys)
        if proofs is None:
            raise RequestRefused(
                HTTPStatus.NOT_FOUND,
                "proof-out-of-reach",
                f"too much has changed since block {height} to prove anything under its state root",
                "ask for the proof without a height: the last certified block is near enough",
            )
        return proof_reply(certified, rows, proofs)

    def statement(self, kind: Kind, subject: str, height: int | None, *, chain: Digest) -> bytes:
        """The file by which anybody who has the charter can check what the state says of `subject`.

        Raises: RequestRefused for what cannot be stated, or a height that is not known any more, or not certified yet.
        """
        if kind is Kind.COMPLIANCE:
            return self._compliance_statement(subject, chain=chain)
        ledger = self._ledger
        at = min(self._driver.certified, ledger.height) if height is None else height
        view = ledger.at(at)
        if view is None:
            raise out_of_reach(at, oldest=ledger.oldest, newest=ledger.height)
        fault = read_rows(view, kind, subject)
        if fault is not None:
            raise RequestRefused(
                HTTPStatus.NOT_FOUND,
                "nothing-to-state",
                f"{fault} after block {at}",
                "check the name; of what does not exist ask for a statement of absence or of holdings",
            )
        return statement_file(chain, kind, subject, self._proof(at, view.state.reads), None)

    def _compliance_statement(self, subject: str, *, chain: Digest) -> bytes:
        if not is_subject(Kind.COMPLIANCE, subject):
            raise bad_request("bad-identifier", f"{subject[:80]!r} is no height", "write it in decimal digits, from 1")
        height = self._final(int(subject))
        entries = self._reader.compliance(height)
        if entries is None:
            raise out_of_reach(height, oldest=self._driver.base + 1, newest=self._driver.certified)
        return statement_file(chain, Kind.COMPLIANCE, subject, proof_reply(self._certified(height), {}, ()), entries)

    def history(self, asked: AskedOfHistory) -> HistoryAnswer:
        """What happened to a token, from the blocks on this member's disk.

        Raises: RequestRefused for a height that is not certified here, or where somebody asked just now.
        """
        height = self._final(asked.height)
        with self._pace.dear():
            return history(self._reader, asked.token, height=height, lowest=self._driver.base + 1)

    def compliance(self, asked: AskedOfCompliance) -> ComplianceAnswer:
        """A block's compliance report.

        Raises: RequestRefused for a height that is not certified here, or of which this member has no block.
        """
        height = self._final(asked.height)
        entries = self._reader.compliance(height)
        if entries is None:
            raise out_of_reach(height, oldest=self._driver.base + 1, newest=self._driver.certified)
        proof = proof_reply(self._certified(height), {}, ()) if asked.proof else None
        rules = tuple(RuleReply(each.rule, each.checked, each.refused) for each in entries)
        return ComplianceAnswer(height=height, entries=rules, proof=proof)

    def _final(self, height: int | None) -> int:
        if height is None:
            return self._driver.certified
        if height > self._driver.certified:
            raise out_of_reach(height, oldest=self._driver.base + 1, newest=self._driver.certified)
        return height

    def _certified(self, height: int) -> CheckpointProof:
        """The header of a block with its certificate."""
        stored = self._reader.block(height)
        proof = None if stored is None else stored.proof()
        if proof is not None:
            return proof
        base = self._reader.base()
        if base is not None and base.header.height == height:
            return base
        raise unavailable(
            f"block {height} has no certificate here: it is the beginning, or not certified yet",
            retry_after_ms=RETRY_AFTER_MS,
        )


def out_of_reach(height: int, *, oldest: int, newest: int) -> RequestRefused:
    """The height is forgotten, or still to come."""
    what = "is still to come here" if height > newest else "is forgotten here"
    return RequestRefused(
        HTTPStatus.NOT_FOUND,
        "height-out-of-reach",
        f"height {height} {what}: this member knows heights {oldest} to {newest}",
        f"ask for one from {oldest} to {newest}, or without a height for the latest",
    )
