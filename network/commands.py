"""What whoever tells a story says to a member that was started for it, and how the member answers.

A command is the whole state of the member's world, not a change of it: which LinkPolicies hold, how wrong its clock is,
how bad its disk, which part it plays. So a lost command is repaired by the next, and a member that was started again by
one. It is signed with a key that exists for one life of one member, so that no member can command another, and nothing
that was said to an earlier life can be said to a later one.
"""

from typing import Annotated

import msgspec

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest, Domain, digest
from canonical.signing import PublicKey, Sign, Signature, VerifySignature
from network.bus import DropReason
from network.policy import LinkPolicy

COMMAND_BYTES_MAX = 256 << 10
"""A command to one of 64 members, each with a policy that names all others, takes a seventh of it."""

POLICIES_MAX = 1_024
"""LinkPolicies that may hold at once."""

OFFSET_MS_MAX = 10**9
"""Eleven days: no clock is put further off, either way."""

DRIFT_PPM_MAX = 100_000
"""A tenth: no clock runs faster or slower by more."""

SYNC_MS_MAX = 10_000
"""No disk is made slower by more, so that a command is still obeyed in time."""

MemberId = Annotated[str, msgspec.Meta(max_length=32)]
Name = Annotated[str, msgspec.Meta(max_length=100)]
Members = Annotated[tuple[MemberId, ...], msgspec.Meta(max_length=64)]
Number = Annotated[int, msgspec.Meta(ge=1, lt=2**53)]


class Role(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A part that a member plays beside its own. What it means is known to whoever started the node, not here."""

    way: Name
    """What it does."""
    to: Members
    """To whom; to the others it is itself."""
    company: Members
    """Members that play a part too, itself included."""


class Command(msgspec.Struct, frozen=True, tag="command", array_like=True, forbid_unknown_fields=True):
    """How a member's world is from now on."""

    chain: Digest
    member: MemberId
    """Whom it is for."""
    number: Number
    """Rises with each new command to this member; the same one may come again."""
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    """Feeds the member's own stream of chance; that of its first command is what counts."""
    policies: Annotated[tuple[LinkPolicy, ...], msgspec.Meta(max_length=POLICIES_MAX)] = ()
    """Those that hold anywhere; the member picks what concerns its links."""
    offset_ms: Annotated[int, msgspec.Meta(ge=-OFFSET_MS_MAX, le=OFFSET_MS_MAX)] = 0
    """How far its clock is ahead of its machine's."""
    drift_ppm: Annotated[int, msgspec.Meta(ge=-DRIFT_PPM_MAX, le=DRIFT_PPM_MAX)] = 0
    """How much too fast its clock runs, in parts in a million."""
    role: Role | None = None
    """The part it plays; None for a member that is only itself."""
    sync_ms: Annotated[int, msgspec.Meta(ge=0, le=SYNC_MS_MAX)] = 0
    """How much longer each of its writes takes."""
    disk_is_full: bool = False
    """Whether its database may grow no more."""


class Acknowledgement(msgspec.Struct, frozen=True, tag="acknowledged", array_like=True, forbid_unknown_fields=True):
    """A member has obeyed a command, or says why it can not."""

    chain: Digest
    member: MemberId
    number: Number
    """Of the command."""
    refused: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """Why it did not do what was asked; empty where it did."""


class Sealed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Either of them on the wire."""

    content: Annotated[bytes, msgspec.Meta(max_length=COMMAND_BYTES_MAX)]
    """Its canonical encoding."""
    signature: Signature
    """Over the content's digest: by the story's key for this life, or by the member's node key."""


def seal(said: Command | Acknowledgement, *, sign: Sign) -> bytes:
    """Sign and encode."""
    content = encode(said)
    return encode(Sealed(content, sign(digest(Domain.COMMAND, content))))


_SEALED = Reader(Sealed, size_max=COMMAND_BYTES_MAX)
_COMMAND = Reader(Command, size_max=COMMAND_BYTES_MAX)
_ACKNOWLEDGEMENT = Reader(Acknowledgement, size_max=1_024)


class CommandReader:
    """Reads what comes on one member's control topic, in one of its lives."""

    def __init__(self, *, chain: Digest, member: str, key: PublicKey, verify: VerifySignature) -> None:
        """Believe the owner of `key` only."""
        self.number = 0
        """Of the last command that was believed; 0 before the first."""
        self._chain = chain
        self._member = member
        self._key = key
        self._verify = verify

    def read(self, payload: bytes) -> Command | DropReason:
        """Return the command, or why it is none. The last one, said again, is a command too."""
        sealed = _SEALED.read(payload)
        if isinstance(sealed, Malformed):
            return DropReason.COMMAND_MALFORMED
        if not self._verify(self._key, digest(Domain.COMMAND, sealed.content), sealed.signature):
            return DropReason.COMMAND_UNSIGNED
        command = _COMMAND.read(sealed.content)
        if isinstance(command, Malformed) or (command.chain, command.member) != (self._chain, self._member):
            return DropReason.COMMAND_MALFORMED
        if command.number < self.number:
            return DropReason.COMMAND_OLD
        self.number = command.number
        return command


def read_acknowledgement(
    payload: bytes, *, chain: Digest, member: str, key: PublicKey, verify: VerifySignature
) -> Acknowledgement | None:
    """Return what `member`, whose node key is `key`, acknowledged; None for anything else."""
    sealed = _SEALED.read(payload)
    if isinstance(sealed, Malformed) or not verify(key, digest(Domain.COMMAND, sealed.content), sealed.signature):
        return None
    said = _ACKNOWLEDGEMENT.read(sealed.content)
    if isinstance(said, Malformed) or (said.chain, said.member) != (chain, member):
        return None
    return said
