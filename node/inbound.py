"""Bytes from the bus, judged before they cost anything: cheap checks first, signatures next, meaning last.

Anybody who reaches the bus can publish anything on any topic. So what arrives is: bounded in size; of a known shape;
from a member and on that member's topic; still of use; signed; and only then decoded to the last transaction. Each
refusal is a value with a reason that the core counts; nothing raises, and what is refused leaves nothing behind.
"""

from collections.abc import Callable
from dataclasses import dataclass

from canonical.encoding import Malformed
from canonical.hashing import Digest
from canonical.signing import PublicKey, Signature, VerifySignature
from consensus.types import BatchNumber, ReplicaId
from ledger.envelope import Envelope, signed_bytes
from node.opening import BatchFrame, FrameReader, OpenBatch, Read, Refusal


@dataclass(slots=True)
class Inbound:
    """The gate that every frame passes."""

    chain: Digest
    keys: tuple[PublicKey, ...]
    """Each replica's node key."""
    verify: VerifySignature
    reader: FrameReader
    decode: Read
    """How frames are opened: anew by `reader`, or together with others who receive the same."""

    def verify_member(self, sender: ReplicaId, content: bytes, signature: Signature) -> bool:
        """Whether a member's node key signed `content`."""
        return sender < len(self.keys) and self.verify(self.keys[sender], content, signature)

    def open_batch(
        self, frame: BatchFrame, wants: Callable[[ReplicaId, BatchNumber, Digest, int], bool]
    ) -> OpenBatch | Refusal:
        """Check a batch: is it of use, did its author sign it, is every envelope whole and signed.

        One bad envelope refuses the batch whole, for everybody alike: an honest gateway packs none.
        """
        content = frame.content()
        if not wants(frame.sender, frame.head.number, content, len(frame.payload)):
            return Refusal.USELESS
        if not self.verify(self.keys[frame.sender], content, frame.head.signature):
            return Refusal.BAD_SIGNATURE
        envelopes = frame.envelopes()
        if isinstance(envelopes, Malformed):
            return Refusal.BAD_ENVELOPE
        for envelope, signed in envelopes.signed:
            if not self.verify(envelope.public_key, signed, envelope.signature):
                return Refusal.BAD_ENVELOPE
        return envelopes.opened

    def is_signed(self, envelope: Envelope, ids: tuple[Digest, ...]) -> bool:
        """Whether the key that an envelope names signed it; whether it is the account's is for the ledger to say."""
        content = signed_bytes(envelope.account, envelope.public_key, ids, chain=self.chain)
        return self.verify(envelope.public_key, content, envelope.signature)
