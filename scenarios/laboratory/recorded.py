"""A recorded ledger under other rules: every batch that a member's database holds, executed again from the charter on.

What was voted about the figures that a policy fixes takes no effect; everything else takes its course, so that whoever
was refused yesterday may have today what he then gives away. Under the recorded rules the replay must come to the
recorded state roots, block for block: that is checked first, and makes the comparison worth something.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from canonical.encoding import Reader
from consensus.messages import BlockHeader
from ledger.charter import Charter
from ledger.execute import AuthoredBatch
from ledger.ledger import Ledger
from node.batch import BATCH_BYTES_MAX, Batch
from node.home.keys import verify_signature
from node.judge import judge_of
from node.register import Register
from node.storage.reads import StorageReader
from scenarios.errors import LedgerNotReplayed
from scenarios.laboratory.outcome import Outcome, Policy
from scenarios.laboratory.tally import Following

RECORDED = Policy(name="recorded", says="The rules that were in force.", figures={})
"""What other policies are compared with."""

BLOCKS_AT_ONCE = 64
"""Headers are read from the database in runs of so many."""


@dataclass(frozen=True, slots=True)
class RecordedLedger:
    """A member's database."""

    path: Path
    charter: Charter

    def replay(self, policy: Policy) -> Outcome:
        """Execute everything under `policy`.

        Raises: LedgerNotReplayed where the database does not reach back to the charter, or where the recorded rules do
        not lead to the recorded state; StorageFailed where it cannot be read; ValueError naming a figure that no
        charter can have.
        """
        ledger = Ledger.what_if(self.charter, policy.figures) if policy.figures else Ledger.genesis(self.charter)
        ledger.appoint(judge_of(Register.of(self.charter), verify_signature))
        following = Following(ledger)
        for header, batches in self._blocks():
            result = ledger.execute(header.height, header.timestamp_ms, batches)
            if not policy.figures and result.state_root != header.state_root:
                raise LedgerNotReplayed(
                    f"{self.path}: under the recorded rules this version of the ledger brings block {header.height} to"
                    " another state than was certified. Nothing is compared. What to do: use the version that recorded"
                    " it, or let `quorate audit` find out whether the database was edited."
                )
            transactions = (each for batch in batches for envelope in batch.envelopes for each in envelope.transactions)
            following.block(transactions, result.receipts)
        if not ledger.height:
            raise LedgerNotReplayed(f"{self.path}: there is no block yet, so there is nothing to compare.")
        return following.outcome(policy)

    def _blocks(self) -> Iterator[tuple[BlockHeader, list[AuthoredBatch]]]:
        batches = Reader(Batch, size_max=BATCH_BYTES_MAX)
        with StorageReader(self.path) as reader:
            base, tip = reader.base(), reader.tip()
            if base is not None:
                raise LedgerNotReplayed(
                    f"{self.path}: this member took a whole ledger over at block {base.header.height}; what came before"
                    " is not here. What to do: use the home of a member that was there from the beginning."
                )
            last = 0 if tip is None else tip.header.height
            for first in range(1, last + 1, BLOCKS_AT_ONCE):
                for block in reader.blocks(first, min(last, first + BLOCKS_AT_ONCE - 1)):
                    opened = [batches.read(payload) for payload in reader.payloads(block.header.height)]
                    yield (
                        block.header,
                        [
                            AuthoredBatch(each.author, each.number, each.envelopes)
                            for each in opened
                            if isinstance(each, Batch)
                        ],
                    )
