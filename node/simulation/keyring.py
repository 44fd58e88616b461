"""Keys of a simulated world: ideal signatures by default, Ed25519 by option.

An ideal signature is a keyed hash that nobody forges because nobody here is given another's key. It takes a microsecond
to compute, and counts as the time that Ed25519 takes, so that virtual time passes as if it were real.
"""

import enum
from dataclasses import dataclass, field
from hashlib import blake2b, sha256

from canonical.signing import PublicKey, Sign, Signature
from node.home.keys import KeyPair, verify_signature

SIGN_US = 25
"""What one Ed25519 signature takes on the reference machine."""

VERIFY_US = 60
"""What one verification takes there."""


VERIFIED_MAX = 8_192
"""Answers that are remembered."""


class Crypto(enum.StrEnum):
    """How signatures are made."""

    IDEAL = "ideal"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair of somebody in the simulated world."""

    public_key: PublicKey
    sign: Sign


@dataclass(slots=True)
class Keyring:
    """Derives a key from a name, the same one each time."""

    crypto: Crypto
    _keys: dict[str, Key] = field(default_factory=dict)
    verified: dict[tuple[PublicKey, bytes, Signature], bool] = field(default_factory=dict)
    """Answers that were given, up to `VERIFIED_MAX`."""

    def key(self, name: str) -> Key:
        """The key of `name`: `node ant`, `ant`, `ant.li`."""
        known = self._keys.get(name)
        if known is None:
            known = self._keys[name] = self._derive(name)
        return known

    def pair(self, name: str) -> tuple[PublicKey, Sign]:
        """The key by that name, for whoever signs with it and is known by it."""
        key = self.key(name)
        return key.public_key, key.sign

    def _derive(self, name: str) -> Key:
        seed = sha256(f"simulated key of {name}".encode()).digest()
        if self.crypto is Crypto.ED25519:
            pair = KeyPair.from_seed(seed)
            return Key(pair.public_key, pair.sign)
        public_key = PublicKey(seed)
        return Key(public_key, lambda content: ideal_signature(public_key, content))

    def verify(self, public_key: PublicKey, content: bytes, signature: Signature) -> bool:
        """The `VerifySignature` of this world. Every member asks the same, so that an answer is given again."""
        asked = (public_key, content, signature)
        known = self.verified.get(asked)
        if known is None:
            if len(self.verified) >= VERIFIED_MAX:
                self.verified.clear()
            known = self.verified[asked] = self._verify(public_key, content, signature)
        return known

    def _verify(self, public_key: PublicKey, content: bytes, signature: Signature) -> bool:
        if self.crypto is Crypto.ED25519:
            return verify_signature(public_key, content, signature)
        return ideal_signature(public_key, content) == signature


@dataclass(slots=True)
class Toil:
    """One member at work with keys: what it spends of its modelled time."""

    keyring: Keyring
    key: Key
    """Its own."""
    spent_us: int = 0
    """Since it was last asked."""

    def take(self) -> int:
        """Hand out what was spent and begin anew."""
        spent, self.spent_us = self.spent_us, 0
        return spent

    def sign(self, content: bytes) -> Signature:
        """Sign with the member's key."""
        self.spent_us += SIGN_US
        return self.key.sign(content)

    def verify(self, public_key: PublicKey, content: bytes, signature: Signature) -> bool:
        """As `Keyring.verify`. Its answers are looked up here: nearly every arrival asks, and nearly all are known."""
        self.spent_us += VERIFY_US
        known = self.keyring.verified.get((public_key, content, signature))
        return self.keyring.verify(public_key, content, signature) if known is None else known


def ideal_signature(public_key: PublicKey, content: bytes) -> Signature:
    """What the holder of the key would sign; only he asks for it."""
    return Signature(blake2b(content, key=public_key, digest_size=64).digest())
