"""What a power cut in the middle of a write leaves in SQLite's write-ahead log (node/storage/log.py), made on purpose.

What was synced is never touched here: a disk that loses that breaks its word, and then the member is one that lost its
memory (`wipe`).
"""

from pathlib import Path
from random import Random

from node.storage.log import FRAME_HEADER_BYTES, HEADER_BYTES, log_of, read_log


def tear(database: Path, chance: Random) -> str:
    """Leave the log of a database that nobody has open as if the power had gone in the middle of the next write.

    Returns what was left behind the last transaction, for people.
    """
    path = log_of(database)
    log = path.read_bytes() if path.exists() else b""
    state = read_log(log)
    whole = log[: state.whole_bytes]
    way = chance.choice(("half a frame", "a frame with a flipped bit", "a page of garbage"))
    if len(whole) <= HEADER_BYTES:
        # No transaction since the log was folded into the database: the first write of a new log was under way.
        unfinished = chance.randbytes(chance.randrange(1, HEADER_BYTES))
    else:
        unfinished = _unfinished(whole[-FRAME_HEADER_BYTES - state.page_bytes :], way, chance)
    path.write_bytes(whole + unfinished)
    return f"{way}, {len(unfinished)} bytes behind {len(whole)}"


def _unfinished(frame: bytes, way: str, chance: Random) -> bytes:
    """What a write left of a frame that is like the last one."""
    match way:
        case "half a frame":
            return frame[: chance.randrange(1, len(frame))]
        case "a frame with a flipped bit":
            torn = bytearray(frame)
            torn[chance.randrange(FRAME_HEADER_BYTES, len(frame))] ^= 1 << chance.randrange(8)
            return bytes(torn)
        case _:
            return chance.randbytes(len(frame))
