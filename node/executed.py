"""What executing a decision comes to: the header that every member votes for, and what goes on disk."""

from canonical.hashing import Digest
from consensus.effects import Decided
from consensus.messages import BlockHeader
from consensus.types import Epoch
from ledger.execute import BlockResult
from node.writes import StoreBlock


def header_of(
    result: BlockResult, decided: Decided, *, timestamp_ms: int, parent: Digest, epoch: Epoch, next_members: Digest
) -> BlockHeader:
    """The header of the block that `decided` became at block time `timestamp_ms`, above the block called `parent`."""
    return BlockHeader(
        height=decided.sequence,
        parent=parent,
        epoch=epoch,
        proposal=decided.digest,
        timestamp_ms=timestamp_ms,
        transactions_root=result.transactions_root,
        receipts_root=result.receipts_root,
        state_root=result.state_root,
        compliance_root=result.compliance_root,
        next_members=next_members,
    )


def block_of(result: BlockResult, decided: Decided, header: BlockHeader) -> StoreBlock:
    """The block as it is stored."""
    return StoreBlock(
        header,
        decided.proposal,
        decided.batches,
        result.transaction_ids,
        result.receipts,
        result.compliance,
        result.changes,
    )
