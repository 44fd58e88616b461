"""What lies on a stopped member's disk, as the checkers want it."""

from pathlib import Path

from ledger.charter import Charter
from ledger.invariants import violations
from ledger.ledger import Ledger
from node.errors import NodeFault
from node.storage.reads import StorageReader
from scenarios.world import SeenBlock


def read_disk(database: Path, charter: Charter, *, member: str) -> tuple[tuple[SeenBlock, ...], list[str]]:
    """A member's blocks, and what is wrong with its ledger, in sentences."""
    seen: list[SeenBlock] = []
    try:
        with StorageReader(database) as reader:
            tip = reader.tip()
            if tip is None:
                return (), []
            height = tip.header.height
            for block in reader.blocks(1, height):
                receipts = reader.receipts(block.header.height)
                header = block.header
                seen.append(
                    SeenBlock(
                        header.height,
                        block.digest,
                        header.parent,
                        header.state_root,
                        header.timestamp_ms,
                        block.certified() is not None,
                        tuple(each.transaction for each in receipts),
                        tuple(each.status for each in receipts),
                    )
                )
            ledger = Ledger.restore(charter, reader.entries(), height=height, timestamp_ms=tip.header.timestamp_ms)
    except NodeFault as fault:
        return tuple(seen), [f"{member}: {fault}"]
    wrong = [f"{member}: {each}" for each in violations(ledger.state)]
    if ledger.state_root != tip.header.state_root:
        wrong.append(f"{member}: the ledger on disk is not that of its last block")
    return tuple(seen), wrong
