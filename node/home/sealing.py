"""A secret under a passphrase: secretbox (XSalsa20-Poly1305) under a key that argon2id derives.

The parameters travel with the box, so that they can be raised later without breaking older ones; whoever reads them
from a file bounds them first, so that a doctored file cannot make a node eat the machine's memory.
"""

from dataclasses import dataclass

from nacl.bindings import crypto_pwhash_alg, crypto_secretbox, crypto_secretbox_open
from nacl.bindings.crypto_pwhash import crypto_pwhash_ALG_ARGON2ID13
from nacl.exceptions import CryptoError
from nacl.utils import random as random_bytes

OPERATIONS = 3
MEMORY_BYTES = 64 << 20
"""RFC 9106 §4, the second recommended option: three passes over 64 MiB. A member takes it once, when it starts."""

OPERATIONS_MAX = 16
MEMORY_BYTES_MIN = 8 << 10
MEMORY_BYTES_MAX = 1 << 30
"""What is derived by, whoever asks."""

SALT_BYTES = 16
NONCE_BYTES = 24
TAG_BYTES = 16
"""What a box is longer than its content."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A box, and all that opens it but the passphrase."""

    operations: int
    """argon2id: passes."""
    memory_bytes: int
    """argon2id: memory."""
    salt: bytes
    nonce: bytes
    box: bytes
    """Encrypted and authenticated."""


def seal(
    content: bytes, passphrase: bytes, *, operations: int = OPERATIONS, memory_bytes: int = MEMORY_BYTES
) -> Sealed:
    """Put `content` under `passphrase`; no two boxes are equal."""
    salt, nonce = random_bytes(SALT_BYTES), random_bytes(NONCE_BYTES)
    key = _derive(passphrase, salt, operations, memory_bytes)
    return Sealed(operations, memory_bytes, salt, nonce, crypto_secretbox(content, nonce, key))


def unseal(sealed: Sealed, passphrase: bytes) -> bytes | None:
    """What is in the box; None for another passphrase, or a box that was altered."""
    key = _derive(passphrase, sealed.salt, sealed.operations, sealed.memory_bytes)
    try:
        return crypto_secretbox_open(sealed.box, sealed.nonce, key)
    except CryptoError:
        return None


def _derive(passphrase: bytes, salt: bytes, operations: int, memory_bytes: int) -> bytes:
    return crypto_pwhash_alg(32, passphrase, salt, operations, memory_bytes, crypto_pwhash_ALG_ARGON2ID13)
