"""Signatures that were checked once: a certificate is shown again and again, its votes are the same.

A VIEW-CHANGE proves up to L numbers with q votes each, and every member shows nearly the same votes. Checked anew each
time, a view change of 100 members would take each of them more than half a minute; a liar who asks for view after view
with the same proofs would make everybody check them for ever. What failed is not remembered: a liar could invent any
number of those.
"""

from canonical.signing import Signature
from consensus.bundle import Verify
from consensus.types import ReplicaId

VERIFIED_MAX = 16_384
"""Some 5 MiB: more bundles than the votes of a full log come from, at 128 members."""


class VerifiedOnce:
    """A `Verify` that remembers, up to `VERIFIED_MAX` of them, what was good; the oldest are forgotten first."""

    __slots__ = ("_good", "_verify")

    def __init__(self, verify: Verify) -> None:
        """Remember nothing yet of what `verify` says."""
        self._verify = verify
        self._good: dict[tuple[ReplicaId, bytes, Signature], None] = {}

    def __call__(self, sender: ReplicaId, content: bytes, signature: Signature) -> bool:
        """Whether the member's key made it."""
        key = (sender, content, signature)
        if key in self._good:
            return True
        if not self._verify(sender, content, signature):
            return False
        if len(self._good) >= VERIFIED_MAX:
            del self._good[next(iter(self._good))]
        self._good[key] = None
        return True

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._good)
