"""A person on the chain: a commitment that says "the same person as before" and nothing else.

The commitment is SHA-256 over a secret salt of 32 bytes and the number of an identity document. Without the salt nobody
can find the number by trying all there are, as he could from an unsalted hash. The salt is made when a platform first
checks the person, and the person takes it to other platforms; it is never on the chain. Once every copy is erased,
nobody can link the commitment to the person again: the history stays, and the person is in it no more. (PIPL article 47
asks for erasure: a chain cannot erase, but a salt can be.)
"""

from canonical.hashing import Digest, Domain, digest

SALT_BYTES = 32
"""As long as the digest: fewer would be the weakest place."""


def commit(salt: bytes, identity: str) -> Digest:
    """The commitment to who holds the document numbered `identity`.

    Raises: ValueError for a salt of another length, or an empty identity.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"salt has {len(salt)} bytes; a person's salt has {SALT_BYTES}, drawn at random")
    if not identity:
        raise ValueError("identity is empty; give the number of the document that was checked")
    return digest(Domain.PERSON, salt, identity.encode())


def opens(commitment: Digest, salt: bytes, identity: str) -> bool:
    """Whether `salt` and `identity` are what `commitment` was made of."""
    return len(salt) == SALT_BYTES and bool(identity) and commit(salt, identity) == commitment
