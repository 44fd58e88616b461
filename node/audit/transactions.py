"""The index from a transaction to its place: exactly what the blocks' receipts say, by the writer's own rule."""

from ledger.receipts import Status
from node.audit.blocks import AuditedBlock
from node.audit.context import AuditContext
from node.storage.writer import RECORD_TRANSACTION

_RECORD = RECORD_TRANSACTION.format(table="temp.expected_transactions")


class ExpectedTransactions:
    """Gathers, block by block, where each transaction was executed."""

    def __init__(self, context: AuditContext) -> None:
        """Begin with none."""
        self._context = context
        self._unjudged: list[int] = []
        context.connection.execute(
            "CREATE TEMP TABLE expected_transactions(id BLOB PRIMARY KEY, height INTEGER, position INTEGER)"
            " WITHOUT ROWID"
        )

    def add(self, block: AuditedBlock) -> None:
        """Note the block's transactions; those of a block whose receipts do not stand are not judged."""
        if block.receipts is None:
            self._unjudged.append(block.height)
            return
        self._context.connection.executemany(
            _RECORD,
            [
                (receipt.transaction, block.height, position, receipt.status is Status.ACCEPTED)
                for position, receipt in enumerate(block.receipts)
            ],
        )

    def compare(self) -> None:
        """Find rows that were edited, inserted or removed."""
        execute, findings, unjudged = self._context.connection.execute, self._context.findings, set(self._unjudged)
        for id_, height, position, true_height, true_position in execute(
            "SELECT found.id, found.height, found.position, expected.height, expected.position"
            " FROM transactions AS found LEFT JOIN temp.expected_transactions AS expected ON expected.id = found.id"
            " WHERE found.height IS NOT expected.height OR found.position IS NOT expected.position"
        ):
            row = f"id={id_.hex()}"
            if true_height is None:
                if height not in unjudged:
                    findings.add("transactions", row, "", "no block has this transaction")
            elif height != true_height:
                findings.add("transactions", row, "height", f"block {true_height} has it")
            elif position != true_position:
                findings.add("transactions", row, "position", f"it is number {true_position} in block {height}")
        for id_, height in execute(
            "SELECT id, height FROM temp.expected_transactions WHERE id NOT IN (SELECT id FROM transactions)"
        ):
            findings.add("transactions", f"id={id_.hex()}", "", f"the row is missing: block {height} has it")
