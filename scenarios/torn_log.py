"""What a power cut in the middle of a write leaves in SQLite's write-ahead log, made on purpose.

The log is a header and frames: a page each, with its number, the log's salt and a checksum that runs on from frame to
frame (sqlite.org/fileformat2.html, section 4). A transaction is there when its last frame, which says how large the
database is, is there whole. What was synced is never touched here: a disk that loses that breaks its word, and then the
member is one that lost its memory (`wipe`).
"""

import struct
from pathlib import Path
from random import Random

HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
_PAGE_SIZE = struct.Struct(">I")
_SALTS = slice(16, 24)
_FRAME_SALTS = slice(8, 16)
_SIZE_AFTER = slice(4, 8)


def log_of(database: Path) -> Path:
    """The write-ahead log beside a database."""
    return database.with_name(f"{database.name}-wal")


def synced_bytes(log: bytes) -> int:
    """Where the last whole transaction of this log ends; after it lies nothing, or what a write left unfinished."""
    if len(log) < HEADER_BYTES:
        return 0
    (page_bytes,) = _PAGE_SIZE.unpack(log[8:12])
    end, place, step = HEADER_BYTES, HEADER_BYTES, FRAME_HEADER_BYTES + page_bytes
    while place + step <= len(log) and log[place:][_FRAME_SALTS] == log[_SALTS]:
        frame = log[place : place + FRAME_HEADER_BYTES]
        place += step
        if frame[_SIZE_AFTER] != bytes(4):
            end = place
    return end


def tear(database: Path, chance: Random) -> str:
    """Leave the log of a database that nobody has open as if the power had gone in the middle of the next write.

    Returns what was left behind the last transaction, for people.
    """
    path = log_of(database)
    log = path.read_bytes() if path.exists() else b""
    end = synced_bytes(log)
    way = chance.choice(("half a frame", "a frame with a flipped bit", "a page of garbage"))
    if end <= HEADER_BYTES:
        # No transaction since the log was folded into the database: the first write of a new log was under way.
        left = log[:end] + chance.randbytes(chance.randrange(1, HEADER_BYTES))
    else:
        left = log[:end] + _unfinished(log[:end], way, chance)
    path.write_bytes(left)
    return f"{way}, {len(left) - end} bytes behind {end}"


def _unfinished(log: bytes, way: str, chance: Random) -> bytes:
    """What a write left of the next transaction; `log` ends with the last whole one."""
    (page_bytes,) = _PAGE_SIZE.unpack(log[8:12])
    step = FRAME_HEADER_BYTES + page_bytes
    frame = bytearray(log[-step:])
    match way:
        case "half a frame":
            return bytes(frame[: chance.randrange(1, step)])
        case "a frame with a flipped bit":
            frame[chance.randrange(FRAME_HEADER_BYTES, step)] ^= 1 << chance.randrange(8)
            return bytes(frame)
        case _:
            return chance.randbytes(step)
