"""Which registered works resemble a picture: perceptual hashes at a small Hamming distance, found by seven lookups."""

from ledger.records.works import LikenessRecord
from ledger.state import State

BANDS = ((0, 10), (10, 9), (19, 9), (28, 9), (37, 9), (46, 9), (55, 9))
"""First bit and width. Six differences fall into at most six of seven bands, so that one band is the same."""

LIKENESS_WORKS_MAX = 64
"""Works in one row: a registrar that enters thousands of near alike pictures makes others wait, not the node."""


def _rows(perceptual_hash: bytes) -> list[str]:
    number = int.from_bytes(perceptual_hash, "big")
    return [f"{band}-{number >> first & (1 << width) - 1:03x}" for band, (first, width) in enumerate(BANDS)]


def find(state: State, bits_max: int, perceptual_hash: bytes) -> str | None:
    """The nearest known work within `bits_max` (0 to 6) differences, of equally near ones the smallest id, or None.

    Smallest in ASCII. Not the first to be registered: a row knows the order of its own works, not of other rows'.
    Where none is near, the first work of a full row, the smallest id if several are full: what cannot be compared is
    looked at by people.
    """
    number = int.from_bytes(perceptual_hash, "big")
    nearest: tuple[int, str] | None = None
    first_of_full: str | None = None
    for row in _rows(perceptual_hash):
        record = state.likenesses.get(row)
        if record is None:
            continue
        for work, known in zip(record.works, record.hashes, strict=True):
            distance = (number ^ int.from_bytes(known, "big")).bit_count()
            if distance <= bits_max and (nearest is None or (distance, work) < nearest):
                nearest = (distance, work)
        if len(record.works) == LIKENESS_WORKS_MAX:
            first_of_full = min(first_of_full or record.works[0], record.works[0])
    return first_of_full if nearest is None else nearest[1]


def enter(state: State, work: str, perceptual_hash: bytes) -> None:
    """Remember a work's hash in its seven rows, as far as they have room."""
    for row in _rows(perceptual_hash):
        record = state.likenesses.get(row) or LikenessRecord((), ())
        if len(record.works) < LIKENESS_WORKS_MAX:
            state.likenesses.put(row, LikenessRecord((*record.works, work), (*record.hashes, perceptual_hash)))
