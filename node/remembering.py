"""What a replica is born with again, out of what its member found on its disk."""

from consensus.messages import CertifiedBlock, Nonce
from consensus.restart import Remembered
from consensus.state import Mute
from consensus.types import BatchNumber
from ledger.ledger import Ledger
from node.restored import LostDisk, Restored


def remembered_of(restored: Restored, *, executed: tuple[BatchNumber, ...], nonce: Nonce | None) -> Remembered:
    """The replica's part of it; `executed` has the last batch that ran for each author, as the ledger says."""
    blocks = tuple(CertifiedBlock(each.header, each.proposal, each.votes or ()) for each in restored.blocks)
    return Remembered(
        stable=restored.stable,
        checkpoint=restored.checkpoint,
        certified=restored.certified,
        blocks=blocks,
        tip=restored.tip,
        view=restored.view,
        statements=restored.statements,
        votes=restored.votes,
        prepared=restored.prepared,
        executed_batches=executed,
        mute=mute_of(restored.lost, nonce=nonce),
    )


def mute_of(lost: LostDisk | None, *, nonce: Nonce | None) -> Mute | None:
    """What a member that lost an earlier disk is born with, to ask under `nonce`."""
    if lost is None:
        return None
    assert nonce is not None, "M2: each life of a member without its disk asks under a nonce of its own"
    return Mute(nonce, lost.view, lost.until)


def last_batches(ledger: Ledger, *, voters: int) -> tuple[BatchNumber, ...]:
    """For each author, the last batch that ran."""
    return tuple(BatchNumber(ledger.last_batch(index)) for index in range(voters))
