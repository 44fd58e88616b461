"""The shapes of Ed25519 (RFC 8032). Who signs and verifies is the node's business; here are only the sizes."""

from collections.abc import Callable
from typing import Annotated, NewType

import msgspec

PublicKey = NewType("PublicKey", Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)])
"""An Ed25519 public key."""

Signature = NewType("Signature", Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)])
"""An Ed25519 signature."""

VerifySignature = Callable[[PublicKey, bytes, Signature], bool]
"""verify(key, signed bytes, signature): never raises; a key that is no curve point verifies nothing (T-A10)."""

Sign = Callable[[bytes], Signature]
"""sign(bytes): with a key that the caller never sees."""
