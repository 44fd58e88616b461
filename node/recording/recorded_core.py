"""A core that notes what is handed to it and what it asks for; everything else about it is the core's.

A driver does not know the difference, in a process or in virtual time.
"""

from collections.abc import Iterable
from dataclasses import replace

from canonical.signing import Sign, Signature
from consensus.messages import CertifiedBlock
from consensus.types import ReplicaId
from ledger.envelope import Envelope
from ledger.ledger import Ledger
from network.bus import Channel
from node.admission import Admission
from node.core import Core
from node.effects import CoreReady, Outbound
from node.identity import Identity, Knobs
from node.opening import Read
from node.recording.birth import birth_of
from node.recording.effects import answered, asked_in, asked_to_send, effects_of
from node.recording.recorder import Recorder
from node.recording.records import (
    Answered,
    Arrived,
    BecameDurable,
    Fired,
    HandedOver,
    Sealed,
    Sealing,
    Signed,
    Submitted,
    Took,
)
from node.register import Register
from node.restored import Restored


class RecordedCore(Core):
    """A core with a recorder."""

    def __init__(
        self,
        identity: Identity,
        *,
        ledger: Ledger,
        knobs: Knobs,
        restored: Restored | None = None,
        decode: Read | None = None,
        register: Register | None = None,
        recorder: Recorder,
    ) -> None:
        """Be born, and note with what."""
        self._recorder = recorder
        self._sign: Sign = identity.sign
        for record in birth_of(identity, ledger=ledger, knobs=knobs, restored=restored):
            recorder.note(record)
            recorder.write()
        signed = replace(identity, sign=self._sign_noted)
        super().__init__(signed, ledger=ledger, knobs=knobs, restored=restored, decode=decode, register=register)

    def receive(self, channel: Channel, member: str, payload: bytes, now_ms: int) -> None:
        """As `Core.receive`."""
        self._recorder.note(Arrived(channel, member, payload, now_ms))
        super().receive(channel, member, payload, now_ms)

    def submit(self, envelope: Envelope, now_ms: int) -> Admission:
        """As `Core.submit`."""
        self._recorder.note(Submitted(envelope, now_ms))
        admission = super().submit(envelope, now_ms)
        self._recorder.note(Answered(answered(admission).effect()))
        return admission

    def fire(self, kind: str, generation: int, now_ms: int) -> None:
        """As `Core.fire`."""
        self._recorder.note(Fired(kind, generation, now_ms))
        super().fire(kind, generation, now_ms)

    def hand_over(self, now_ms: int) -> None:
        """As `Core.hand_over`."""
        self._recorder.note(HandedOver(now_ms))
        super().hand_over(now_ms)

    def take(self) -> CoreReady:
        """As `Core.take`; what it returns is on record first."""
        ready = super().take()
        self._recorder.note(Took(effects_of(asked_in(ready))))
        self._recorder.write()
        return ready

    def durable(self, now_ms: int) -> None:
        """As `Core.durable`."""
        self._recorder.note(BecameDurable(now_ms))
        super().durable(now_ms)

    def seal_blocks(self, to: ReplicaId, blocks: Iterable[CertifiedBlock]) -> list[Outbound]:
        """As `Core.seal_blocks`; what it returns is on record first."""
        pushed = tuple(blocks)
        self._recorder.note(Sealing(to, pushed))
        outbound = super().seal_blocks(to, pushed)
        self._recorder.note(Sealed(effects_of(asked_to_send(outbound))))
        self._recorder.write()
        return outbound

    def _sign_noted(self, content: bytes) -> Signature:
        signature = self._sign(content)
        self._recorder.note(Signed(signature))
        return signature
