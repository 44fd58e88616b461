"""Inputs of a round in a line each, for whoever looks at a difference."""

from collections.abc import Iterable

import msgspec

from consensus.bundle import Bundle
from node.opening import FRAME, BatchHead
from node.recording.records import (
    Answered,
    AnyRecord,
    Arrived,
    BecameDurable,
    Born,
    Ended,
    Entries,
    Fired,
    HandedOver,
    Sealed,
    Sealing,
    Signed,
    Submitted,
    Took,
)

ITEMS_SHOWN_MAX = 8
"""Of one bundle."""


def inputs_of(records: Iterable[AnyRecord]) -> list[str]:
    """What was handed to the core in a round, in order."""
    return [text for record in records if (text := _spelled_out(record))]


def _spelled_out(record: AnyRecord) -> str:
    match record:
        case Arrived(channel, member, payload, now_ms):
            return f"{now_ms}  frame on {channel.value} of {member}, {len(payload)} bytes: {_frame(payload)}"
        case Submitted(envelope, now_ms):
            count = len(envelope.transactions)
            return f"{now_ms}  envelope of {envelope.account}, {count} transactions"
        case Fired(kind, generation, now_ms):
            return f"{now_ms}  timer {kind}, generation {generation}"
        case HandedOver(now_ms):
            return f"{now_ms}  the node is about to stop"
        case BecameDurable(now_ms):
            return f"{now_ms}  the writes before are on disk"
        case Sealing(to, blocks):
            return f"blocks {', '.join(str(each.header.height) for each in blocks)} for replica {to}"
        case Born() | Entries() | Answered() | Signed() | Sealed() | Took() | Ended():
            return ""


def _frame(payload: bytes) -> str:
    """What a frame holds, as far as it can be read."""
    try:
        frame = msgspec.msgpack.decode(payload, type=FRAME)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "not readable"
    if isinstance(frame, BatchHead):
        return f"batch {frame.author}#{frame.number}"
    assert isinstance(frame, Bundle), "there are two kinds of frames"
    items = [_item(each) for each in frame.items[:ITEMS_SHOWN_MAX]]
    more = len(frame.items) - len(items)
    return ", ".join(items) + (f" and {more} more" if more else "")


def _item(item: msgspec.Struct) -> str:
    """A vote or statement by its kind, and by its view and number where it has them."""
    words = [type(item).__name__]
    words += [f"{name} {getattr(item, name)}" for name in ("view", "sequence") if hasattr(item, name)]
    return " ".join(words)
