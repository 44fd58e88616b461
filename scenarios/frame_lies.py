"""Lies about whole frames: what is left out, repeated, forged or made up, whatever stands in it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from canonical.encoding import encode
from canonical.signing import Signature
from consensus.bundle import Bundle
from consensus.types import ReplicaId
from node.simulation import Said

if TYPE_CHECKING:
    from scenarios.adversary import Liar

REPLAYED_MAX = 64
"""Old frames that a replaying liar keeps."""

FLOOD = 20
"""Frames a flooding liar sends in place of one."""

FrameLie = Callable[["Liar", Said], list[Said]]


def said_anew(said: Said, payload: bytes) -> Said:
    """The same frame with another content."""
    return Said(said.target, said.channel, payload)


def _silent(liar: "Liar", told: Said) -> list[Said]:
    """Says nothing."""
    del liar, told
    return []


def _bad_signature(liar: "Liar", told: Said) -> list[Said]:
    """One bit of its signature is wrong."""
    frame = liar.frames.read(told.payload)
    if not isinstance(frame, Bundle):
        return [told]
    wrong = Signature(bytes((frame.signature[0] ^ 1,)) + frame.signature[1:])
    return [said_anew(told, encode(msgspec.structs.replace(frame, signature=wrong)))]


def _forge_sender(liar: "Liar", told: Said) -> list[Said]:
    """Claims to be its neighbour."""
    frame = liar.frames.read(told.payload)
    if not isinstance(frame, Bundle):
        return [told]
    other = ReplicaId((liar.replica + 1) % len(liar.members))
    return [said_anew(told, encode(msgspec.structs.replace(frame, sender=other)))]


def _garbage(liar: "Liar", told: Said) -> list[Said]:
    """Sends bytes without meaning before each message."""
    return [said_anew(told, liar.chance.randbytes(liar.chance.randrange(1, 200))), told]


def _flood(liar: "Liar", told: Said) -> list[Said]:
    """Sends everything many times."""
    del liar
    return [told] * FLOOD


def _replay(liar: "Liar", told: Said) -> list[Said]:
    """Repeats what it said long ago, with each new message."""
    old = [liar.chance.choice(liar.kept)] if liar.kept else []
    liar.kept = [*liar.kept, told][-REPLAYED_MAX:]
    return [told, *old]


FRAME_LIES: Mapping[str, FrameLie] = {
    "silent": _silent,
    "bad-signature": _bad_signature,
    "forge-sender": _forge_sender,
    "garbage": _garbage,
    "flood": _flood,
    "replay": _replay,
}
"""By the name that stories use."""
