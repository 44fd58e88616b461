"""Model and ledger side by side: the same blocks, and the first difference stops everything."""

from collections import Counter
from dataclasses import dataclass, field

from ledger.charter import Charter, chain_id
from ledger.envelope import Envelope
from ledger.execute import AuthoredBatch, BlockResult
from ledger.invariants import holdings_match_owners, recent_matches_trails, violations
from ledger.judge import Guilt
from ledger.ledger import Ledger
from ledger.parameters import figures_of
from ledger.receipts import Receipt
from tests.ledger.naive.comparing import differences
from tests.ledger.naive.model import Model
from tests.ledger.naive.reasons import Reason
from tests.ledger.naive.statements import convicts

EPOCH_RULES = ("R2.1", "R3.1", "R10.5", "R11.2")
"""What is reported of an epoch, at the end of a block's report; the model says nothing of the detectors' R11.2."""


class Difference(AssertionError):
    """Model and ledger disagree."""

    def __init__(self, message: str, *about: object) -> None:
        """`about` is what a shorter life must differ in too, if it is to be the same difference."""
        super().__init__(message)
        self.about = about


@dataclass(frozen=True)
class Block:
    """What is given to both, with nothing left to chance."""

    now_ms: int
    author: int
    envelopes: tuple[Envelope, ...]
    is_restart: bool
    """Whether the ledger is put down and taken up again after it."""


@dataclass
class Counts:
    """What was met, so that it can be seen whether it was enough."""

    executed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By rule and code."""
    blocks: int = 0
    restarts: int = 0

    def add(self, other: "Counts") -> None:
        self.executed += other.executed
        self.refused += other.refused
        self.codes += other.codes
        self.blocks += other.blocks
        self.restarts += other.restarts


def judge(proof: bytes) -> Guilt | None:
    """The ledger's judge of evidence, who says what the model's says."""
    guilt = convicts(proof)
    return None if guilt is None else Guilt(*guilt)


class Both:
    """A model, a ledger, and the blocks they were given."""

    def __init__(self, charter: Charter) -> None:
        self.charter = charter
        self.chain = chain_id(charter)
        self.model = Model(charter)
        self.ledger = Ledger.genesis(charter)
        self.ledger.appoint(judge)
        self.blocks: list[tuple[Block, BlockResult]] = []
        self.counts = Counts()
        self.judged_by: list[dict[str, int]] = []
        """The figures of each block, by the model."""

    def execute(self, block: Block, expected: list[list[list[Reason]]] | None = None) -> None:
        """Give the block to both; `expected` where the model took its envelopes already, one after the other.

        Raises: Difference for the first thing of which they say different things.
        """
        known = self.model.known
        known.now_ms = block.now_ms
        self.judged_by.append(known.figures)
        checked = self.ledger.check(block.envelopes[0], block.now_ms) if block.envelopes else ()
        if expected is None:
            expected = [self.model.take_all(envelope) for envelope in block.envelopes]
        batch = AuthoredBatch(block.author, self.ledger.last_batch(block.author) + 1, block.envelopes)
        result = self.ledger.execute(known.height, block.now_ms, [batch])
        self.blocks.append((block, result))
        refused = self._compare_receipts(block, expected, result)
        told = [[refusal.code for refusal in refusals] for refusals in checked]
        before = [[refusal.code for refusal in receipt.refusals] for receipt in result.receipts[: len(told)]]
        if told != before:
            raise Difference(f"block {known.height}: check said {told}, execution {before}")
        self._compare_reports(refused, self.model.end_block(block.author), result)
        found = differences(known, self.ledger)
        if found:
            raise Difference(f"after block {known.height - 1}: " + "; ".join(found), found[0].partition("/")[0])
        self.counts.blocks += 1
        if block.is_restart:
            self.restart()

    def _compare_receipts(self, block: Block, expected: list[list[list[Reason]]], result: BlockResult) -> Counter[str]:
        """How many transactions each rule refused."""
        receipts = iter(result.receipts)
        refused: Counter[str] = Counter()
        for envelope, of_envelope in zip(block.envelopes, expected, strict=True):
            for transaction, reasons in zip(envelope.transactions, of_envelope, strict=True):
                receipt, kind = next(receipts), str(transaction.operation.__struct_config__.tag)
                told = [(each.rule, each.code) for each in receipt.refusals]
                model = [(reason.rule, reason.code) for reason in reasons]
                if told != model:
                    raise Difference(
                        f"block {self.model.known.height}, {envelope.account}: {transaction}\n"
                        f"  model  {model}\n  ledger {told}\n  {_messages(receipt)}",
                        kind,
                        sorted(set(told) - set(model)),
                        sorted(set(model) - set(told)),
                    )
                (self.counts.refused if told else self.counts.executed)[kind] += 1
                self.counts.codes.update(set(told))
                refused.update({rule for rule, _ in told})
        return refused

    def _compare_reports(
        self, refused: Counter[str], of_epoch: dict[str, tuple[int, int]], result: BlockResult
    ) -> None:
        """What the compliance report counts of transactions, and, behind that, of an epoch that ended."""
        height, entries = self.ledger.height, result.compliance
        if of_epoch:
            entries, added = entries[: -len(EPOCH_RULES)], entries[-len(EPOCH_RULES) :]
            told = {entry.rule: (entry.checked, entry.refused) for entry in added if entry.rule in of_epoch}
            if told != of_epoch:
                raise Difference(f"epoch at {height}: model {of_epoch}, ledger {told}", "epoch")
        counted = {entry.rule: entry.refused for entry in entries if entry.refused}
        if counted != dict(refused):
            raise Difference(f"block {height}: report counts {counted}, receipts {dict(refused)}", "report")

    def restart(self) -> None:
        """The ledger from its entries alone, which a snapshot carries too, goes on in its place."""
        old = self.ledger
        snapshot = old.snapshot(old.height)
        assert snapshot is not None
        if snapshot.state_root != old.state_root:
            raise Difference(f"block {old.height}: the snapshot folds up to another root")
        entries = [entry for _, part in sorted(snapshot.parts.items()) for entry in part]
        self.ledger = Ledger.restore(self.charter, entries, height=old.height, timestamp_ms=old.timestamp_ms)
        self.ledger.appoint(judge)
        if self.ledger.state_root != old.state_root or self.ledger.parameters != old.parameters:
            raise Difference(f"block {old.height}: restored, it has another root or other figures")
        self.counts.restarts += 1

    def end(self) -> None:
        """Every invariant holds, and the whole life again from genesis is the same, byte for byte."""
        state = self.ledger.state
        found = [
            *violations(state),
            *holdings_match_owners(state, self.ledger._holdings),
            *recent_matches_trails(state, self.ledger._recent, self.ledger.timestamp_ms),
        ]
        if found:
            raise Difference(f"at the end: {found}")
        for height, figures in enumerate(self.judged_by, start=1):
            if figures_of(self.ledger.parameters_at(height)) != figures:
                raise Difference(f"block {height} was judged by other figures than the ledger says at the end")
        again = Ledger.genesis(self.charter)
        again.appoint(judge)
        for height, (block, result) in enumerate(self.blocks, start=1):
            batch = AuthoredBatch(block.author, again.last_batch(block.author) + 1, block.envelopes)
            repeated = again.execute(height, block.now_ms, [batch])
            if (repeated.receipts, repeated.state_root) != (result.receipts, result.state_root):
                raise Difference(f"block {height} replayed is another")


def _messages(receipt: Receipt) -> str:
    return " | ".join(f"{each.code}: {each.message}" for each in receipt.refusals)


def replay(charter: Charter, blocks: list[Block]) -> Both:
    """The same blocks from the beginning, the model deciding anew.

    Raises: Difference.
    """
    both = Both(charter)
    for block in blocks:
        both.execute(block)
    both.end()
    return both


__all__ = ["Block", "Both", "Counts", "Difference", "replay"]
