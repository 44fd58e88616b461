"""How far each member's batches have been executed."""

from ledger.records.record import Record


class GatewayRecord(Record, frozen=True):
    """`gateway/<index>`: how far a member's batches have been executed."""

    last_batch: int
    """The number of the last one."""
    last_batch_before: int = 0
    """The number of the last one of the epoch before (R3.1)."""
