"""What a core asks for, item by item, each named in a few words and fixed by a digest: so two runs can be compared."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from canonical.encoding import encode
from node.admission import Admission
from node.effects import CoreReady, Outbound
from node.recording.records import Effect
from node.writes import StoreBatch, StoreBlock, Write

DIGEST_BYTES = 16
"""Two contents are told apart, not proved equal before an adversary."""

SPELLED_OUT_LENGTH_MAX = 400
"""Characters of one item when a difference is shown."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One item a core asked for."""

    what: str
    content: bytes
    """What fixes it; empty where `what` says it all."""
    value: object
    """The item itself."""

    def effect(self) -> Effect:
        """What a recording keeps of it."""
        content = blake2b(self.content, digest_size=DIGEST_BYTES).digest() if self.content else b""
        return Effect(self.what, content)

    def spelled_out(self) -> str:
        """The item for people, cut to a length."""
        text = repr(self.value)
        return text if len(text) <= SPELLED_OUT_LENGTH_MAX else f"{text[:SPELLED_OUT_LENGTH_MAX]}..."


def effects_of(asked: Iterable[Asked]) -> tuple[Effect, ...]:
    """What a recording keeps, in order."""
    return tuple(each.effect() for each in asked)


def asked_in(ready: CoreReady) -> Iterator[Asked]:
    """Everything in a `CoreReady`, in the order in which the driver acts on it."""
    yield from asked_to_send(ready.outbound)
    for write in ready.writes:
        yield Asked(f"write {type(write).__name__}", _fixing(write), write)
    if ready.binds:
        yield Asked("wait for the disk", b"", None)
    for timer in ready.timers:
        yield Asked(f"timer {timer.kind}, generation {timer.generation}, {timer.after_ms} ms", b"", timer)
    for push in ready.pushes:
        yield Asked(f"push {type(push).__name__} to {push.to}", encode(push), push)
    if ready.admitted:
        yield Asked(f"acknowledge {len(ready.admitted)} transactions", b"".join(ready.admitted), ready.admitted)
    for block in ready.executed:
        yield Asked(f"executed {block.header.height}", b"", block.header)
    for height in ready.certified:
        yield Asked(f"certified {height}", b"", height)
    if ready.mark is not None:
        yield Asked(f"mark the key: view {ready.mark}", b"", ready.mark)
    if ready.installed is not None:
        yield Asked(f"installed {ready.installed}", b"", ready.installed)
    if ready.halt is not None:
        yield Asked(f"halt at {ready.halt.sequence}", encode(ready.halt), ready.halt)


def _fixing(write: Write) -> bytes:
    """Bytes that fix a write: of a block its header, whose roots fix receipts and state, rather than all of these."""
    match write:
        case StoreBlock(header, proposal, executed):
            return encode((header, proposal, executed))
        case StoreBatch(_, payload):
            return payload
        case _:
            return encode(write)


def asked_to_send(outbound: Sequence[Outbound]) -> Iterator[Asked]:
    """Frames on their way."""
    for each in outbound:
        to = "everybody" if each.to is None else each.to
        yield Asked(f"publish on {each.channel.value} to {to}", each.payload, each)


def answered(admission: Admission) -> Asked:
    """What a client is told."""
    return Asked(f"answer {type(admission).__name__}", encode(admission), admission)
