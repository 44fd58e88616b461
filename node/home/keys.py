"""Ed25519 by libsodium: a member's two key pairs, signing, and verification that never raises.

The node key signs bundles and batches, the operator key signs transactions. They are kept apart so that whoever steals
a running node's key can move no collectible. How they lie on disk is node/home/key_file.py's business.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError
from nacl.utils import random as random_bytes

from canonical.signing import PublicKey, Signature

SEED_BYTES = 32
"""RFC 8032 §5.1.5: a private key is 32 random bytes."""

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class KeyPair:
    """One Ed25519 key pair. Its text shows the public half only."""

    public_key: PublicKey
    seed: bytes = field(repr=False)
    """The private key as RFC 8032 stores it: `SEED_BYTES` random bytes."""
    _secret: bytes = field(repr=False, compare=False)
    """Seed and public key in libsodium's form, so that signing derives nothing anew."""

    @staticmethod
    def from_seed(seed: bytes) -> "KeyPair":
        """Derive the pair from its seed of `SEED_BYTES`."""
        assert len(seed) == SEED_BYTES, "an Ed25519 seed has 32 bytes"
        public, secret = crypto_sign_seed_keypair(seed)
        return KeyPair(PublicKey(public), seed, secret)

    @staticmethod
    def generate(randomness: Callable[[int], bytes] = random_bytes) -> "KeyPair":
        """Make a new pair from the operating system's randomness, or from `randomness(size)`."""
        return KeyPair.from_seed(randomness(SEED_BYTES))

    def sign(self, content: bytes) -> Signature:
        """Sign `content`; the same content always gets the same signature (RFC 8032 is deterministic)."""
        return Signature(crypto_sign(content, self._secret)[:SIGNATURE_BYTES])


@dataclass(frozen=True, slots=True)
class MemberKeys:
    """What an institution keeps secret."""

    node: KeyPair
    """Signs its node's bundles and batches."""
    operator: KeyPair
    """Signs its transactions."""

    @staticmethod
    def generate(randomness: Callable[[int], bytes] = random_bytes) -> "MemberKeys":
        """Make both pairs."""
        return MemberKeys(KeyPair.generate(randomness), KeyPair.generate(randomness))


def verify_signature(public_key: PublicKey, content: bytes, signature: Signature) -> bool:
    """Whether the owner of `public_key` signed `content`; the `VerifySignature` of canonical/signing.py.

    Never raises: wrong lengths, keys that are no curve point or of small order, and other groups' signatures are False.
    The lengths are checked here because libsodium reads 32 bytes of key wherever they end.
    """
    if len(public_key) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        crypto_sign_open(signature + content, public_key)
    except BadSignatureError:
        return False
    return True
