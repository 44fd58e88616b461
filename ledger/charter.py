"""The charter: who founds the chain, with which keys and parameters. Its digest is the chain's id.

It is a public JSON file, the only thing a third party needs to verify a certificate.
"""

import enum

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest, Domain, digest
from canonical.signing import PublicKey


class Role(enum.StrEnum):
    """What an institution is in the consortium."""

    PLATFORM = "platform"
    """Sells collectibles and keeps accounts of persons."""
    REGISTRAR = "registrar"
    """Registers works and their copyright certificates."""
    INSTITUTION = "institution"
    """A museum or studio; co-signs what is made of its heritage."""
    NOTARY = "notary"
    """Attests; never votes."""
    REGULATOR = "regulator"
    """Reads everything and joins freezes; never proposes or votes."""


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One institution."""

    id: str
    """Short name in topics, accounts and reports: lower-case letters, digits and hyphens, 1 to 32 characters."""
    name: str
    """Its name in English."""
    name_zh: str
    """Its name in Chinese."""
    role: Role
    votes: bool
    """Whether its node is a replica; learners have none yet."""
    node_key: PublicKey
    """Signs its node's bundles and batches."""
    operator_key: PublicKey
    """Signs its transactions; kept apart, so that a stolen node key moves no collectible."""


class Charter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The founding document, version 1.

    What is empty of the last two fields is left out of the digest, so that a charter without them has one chain id.
    """

    version: int
    name: str
    """What people call the chain, 1 to 64 characters."""
    founded_ms: int
    """Unix milliseconds; the time of the state before the first block."""
    members: tuple[Member, ...]
    """In the order that numbers the voters: replica i is the i-th member that votes."""
    parameters: dict[str, int]
    """Rule parameters that differ from the defaults in ledger/parameters.py, by name."""
    policies: dict[str, str] = {}
    """Who has to agree to what, where it differs from the defaults in ledger/policies.py: a policy by kind."""
    chains: tuple[str, ...] = ()
    """Chains to which a bridge may be built (R9.3), by their ids, each once; none by default."""

    def voters(self) -> tuple[Member, ...]:
        """The committee of epoch 0, replica i at index i."""
        return tuple(member for member in self.members if member.votes)

    def member(self, member_id: str) -> Member | None:
        """The member with this id, if any."""
        return next((member for member in self.members if member.id == member_id), None)


def chain_id(charter: Charter) -> Digest:
    """The chain's name for machines: in everything that is signed."""
    return digest(Domain.CHARTER, encode(charter))


def members_digest(members: tuple[Member, ...]) -> Digest:
    """What a block header says of the committee that certifies the next block: its voters in order."""
    return digest(Domain.COMMITTEE, encode(tuple((member.id, member.node_key) for member in members)))
