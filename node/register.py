"""Who is who: what every frame that arrives is looked up in."""

from collections.abc import Mapping
from dataclasses import dataclass

from canonical.hashing import Digest
from canonical.signing import PublicKey
from consensus.quorum import Committee
from consensus.types import MEMBERS_MAX, ReplicaId
from ledger.charter import Charter, Member, chain_id, members_digest

NOBODY = ReplicaId(MEMBERS_MAX)
"""Stands for whoever publishes and is no member; no member has this number."""


@dataclass(frozen=True, slots=True)
class Register:
    """The members of one chain. It is the same for all of them, so that those who share a process share one."""

    chain: Digest
    voters: tuple[Member, ...]
    """In the order that numbers them as replicas."""
    numbers: Mapping[str, ReplicaId]
    """Each voter's number, by its id."""
    keys: tuple[PublicKey, ...]
    """Each replica's node key."""
    committee: Committee
    digest: Digest
    """What a block calls the members that certify the next one."""

    @classmethod
    def of(cls, charter: Charter) -> "Register":
        """Read it off the charter."""
        voters = charter.voters()
        return cls(
            chain=chain_id(charter),
            voters=voters,
            numbers={member.id: ReplicaId(index) for index, member in enumerate(voters)},
            keys=tuple(member.node_key for member in voters),
            committee=Committee(len(voters)),
            digest=members_digest(voters),
        )
