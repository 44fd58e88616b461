"""Asks a fresh core everything that a recorded one was asked, in virtual time, and compares what it asks for.

Nothing here sleeps, signs or writes: the times, the signatures and the news that something is on disk come from the
recording. Signatures of others are checked again, since whether they are good follows from what came in.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

import msgspec

from canonical.signing import Signature, VerifySignature
from node.core import Core
from node.errors import RecordingUnreadable
from node.identity import Identity
from node.recording.birth import ledger_of, restored_of
from node.recording.effects import Asked, answered, asked_in, asked_to_send
from node.recording.frames import Frame, FrameReader
from node.recording.records import (
    FORMAT,
    Answered,
    AnyRecord,
    Arrived,
    BecameDurable,
    Born,
    Effect,
    Ended,
    Ending,
    Entries,
    Fired,
    HandedOver,
    Sealed,
    Sealing,
    Signed,
    Submitted,
    Took,
)
from node.recording.spelled_out import inputs_of


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a replayed core first asked for something else."""

    life: int
    """Which birth of the recording, from 1."""
    round: int
    """Which round of that life, from 1."""
    offset: int
    """Byte of the file at which the round's frame begins."""
    why: str
    """In one sentence."""
    inputs: tuple[str, ...]
    """What was handed in, in order."""
    recorded: tuple[Effect, ...] = ()
    """What the recorded core asked for or answered there."""
    replayed: tuple[Asked, ...] = ()
    """What the replayed one does."""

    @property
    def first(self) -> int:
        """The index of the first item that differs."""
        pairs = zip(self.recorded, self.replayed, strict=False)
        same = next((index for index, (one, other) in enumerate(pairs) if one != other.effect()), None)
        return min(len(self.recorded), len(self.replayed)) if same is None else same


@dataclass(slots=True)
class Life:
    """One birth of a recorded core and what came after it."""

    born: Born
    rounds: int = 0
    inputs: int = 0
    first_ms: int = 0
    """Unix milliseconds of the first input."""
    last_ms: int = 0
    ending: Ending | None = None
    """None where the node was killed, or still runs."""
    broke: str = ""
    """With `Ending.BROKEN`: what the replayed core raises there."""


@dataclass(slots=True)
class Replayed:
    """What came out."""

    lives: list[Life] = field(default_factory=list)
    difference: Difference | None = None
    is_torn: bool = False
    """Whether the file ends within a frame: its node was killed while it wrote, and nothing of that round had left."""
    damage: RecordingUnreadable | None = None
    """Set where the rest of the file is not good; what stands in `lives` lies before that."""


class _Unsigned(Exception):
    """The core asked for a signature that the recorded one had not asked for."""


class _Replay:
    """One life in progress."""

    def __init__(self, number: int, born: Born, verify: VerifySignature) -> None:
        self.life = Life(born)
        self._number = number
        self._verify = verify
        self._entries: list[Entries] = []
        self._signatures: deque[Signature] = deque()
        self._core: Core | None = None
        self._answer: list[Asked] = []

    def add_entries(self, entries: Entries) -> None:
        """Take in a part of the ledger it was born with."""
        self._entries.append(entries)

    def replay(self, frame: Frame, records: Sequence[AnyRecord]) -> Difference | None:
        """Do one round."""
        self.life.rounds += 1
        self._signatures.extend(each.signature for each in records if isinstance(each, Signed))
        is_broken = any(isinstance(each, Ended) and each.ending is Ending.BROKEN for each in records)
        try:
            difference = self._do(frame, records)
            if difference is None and is_broken:
                self._born().take()
        except _Unsigned:
            return self._differs(frame, records, "it asks for a signature that the recorded one did not ask for")
        except Exception as error:  # noqa: BLE001 whatever the core raises is what is being looked for
            text = f"{type(error).__name__}: {error}"
            if not is_broken:
                return self._differs(frame, records, f"it raises {text}")
            self.life.broke = text
            return None
        if difference is None and is_broken:
            return self._differs(frame, records, "the recorded one did not come back from this round, and it does")
        if difference is None and self._signatures:
            return self._differs(frame, records, "it asks for fewer signatures than the recorded one did")
        return difference

    def _do(self, frame: Frame, records: Sequence[AnyRecord]) -> Difference | None:
        for record in records:
            recorded = self._hand_in(record)
            if recorded is not None and list(recorded) != [each.effect() for each in self._answer]:
                return self._differs(frame, records, "it asks for something else", recorded, tuple(self._answer))
        return None

    def _hand_in(self, record: AnyRecord) -> tuple[Effect, ...] | None:
        """Hand one record to the core; return what the core should have asked for by now, where the record says it."""
        core = self._born()
        match record:
            case Arrived(channel, member, payload, now_ms):
                core.receive(channel, member, payload, self._at(now_ms))
            case Submitted(envelope, now_ms):
                self._answer = [answered(core.submit(envelope, self._at(now_ms)))]
            case Fired(kind, generation, now_ms):
                core.fire(kind, generation, self._at(now_ms))
            case HandedOver(now_ms):
                core.hand_over(self._at(now_ms))
            case BecameDurable(now_ms):
                core.durable(self._at(now_ms))
            case Sealing(to, blocks):
                self._answer = list(asked_to_send(core.seal_blocks(to, blocks)))
            case Answered(effect):
                return (effect,)
            case Sealed(effects):
                return effects
            case Took(effects):
                self._answer = list(asked_in(core.take()))
                return effects
            case Ended(ending):
                self.life.ending = ending
            case Signed() | Born() | Entries():
                pass
            case _:
                assert_never(record)
        return None

    def _born(self) -> Core:
        """The core; made when the whole of its ledger is there."""
        if self._core is None:
            born = self.life.born
            identity = Identity(born.charter, born.member, self._next_signature, self._verify, born.voted, born.nonce)
            ledger = ledger_of(born, self._entries)
            self._core = Core(identity, ledger=ledger, knobs=born.knobs, restored=restored_of(born))
            self._entries = []
        return self._core

    def _next_signature(self, content: bytes) -> Signature:
        del content
        if not self._signatures:
            raise _Unsigned
        return self._signatures.popleft()

    def _at(self, now_ms: int) -> int:
        self.life.inputs += 1
        self.life.first_ms = self.life.first_ms or now_ms
        self.life.last_ms = now_ms
        return now_ms

    def _differs(
        self,
        frame: Frame,
        records: Sequence[AnyRecord],
        why: str,
        recorded: tuple[Effect, ...] = (),
        replayed: tuple[Asked, ...] = (),
    ) -> Difference:
        inputs = tuple(inputs_of(records))
        return Difference(self._number, self.life.rounds, frame.offset, why, inputs, recorded, replayed)


def replay(path: Path, *, verify: VerifySignature) -> Replayed:
    """Replay a recording up to its end, its first difference, or the first byte that is not good.

    Raises: RecordingUnreadable where there is nothing to replay.
    """
    replayed = Replayed()
    reader = FrameReader(path)
    current: _Replay | None = None
    try:
        for frame in reader:
            records = _records(path, frame)
            first = records[0] if records else None
            if isinstance(first, Born):
                current = _Replay(len(replayed.lives) + 1, _readable(path, first), verify)
                replayed.lives.append(current.life)
            elif current is None:
                raise RecordingUnreadable(f"{path}: the recording does not begin with a birth.")
            elif isinstance(first, Entries):
                current.add_entries(first)
            else:
                replayed.difference = current.replay(frame, records)
                if replayed.difference is not None:
                    return replayed
    except RecordingUnreadable as fault:
        replayed.damage = fault
    replayed.is_torn = reader.is_torn
    if not replayed.lives:
        raise replayed.damage or RecordingUnreadable(f"{path}: nothing was recorded.")
    return replayed


def _records(path: Path, frame: Frame) -> list[AnyRecord]:
    try:
        return _decoder.decode(frame.payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RecordingUnreadable(
            f"{path}: the frame at byte {frame.offset} holds no records of this version ({error}). What to do: replay"
            " it with the version that made it."
        ) from error


def _readable(path: Path, born: Born) -> Born:
    if born.format != FORMAT:
        raise RecordingUnreadable(
            f"{path}: recorded in format {born.format} by version {born.program}; this version reads format {FORMAT}."
        )
    try:
        restored_of(born)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RecordingUnreadable(
            f"{path}: version {born.program}, which recorded this, remembered other things of its disk ({error})."
            " What to do: replay it with that version."
        ) from error
    return born


_decoder: msgspec.msgpack.Decoder[list[AnyRecord]] = msgspec.msgpack.Decoder(list[AnyRecord])
