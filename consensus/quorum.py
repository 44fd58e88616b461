"""Quorum arithmetic. No other file writes n, f or q as a formula."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from consensus.types import MEMBERS_MAX, ReplicaId, View


@dataclass(frozen=True, slots=True)
class Committee:
    """The members of one epoch, in the order that numbers them.

    With n members, f = (n-1)//3 may be faulty. A quorum is ceil((n+f+1)/2): two quorums then share at least f+1
    members, so an honest one. The familiar 2f+1 equals it only where n = 3f+1; at n = 6 two sets of 2f+1 = 3 need not
    meet at all.
    """

    size: int
    """n >= 1."""

    def __post_init__(self) -> None:
        """Refuse an empty or an absurd committee.

        Raises: ValueError naming the size.
        """
        if not 1 <= self.size <= MEMBERS_MAX:
            raise ValueError(f"committee size {self.size}: a committee has 1 to {MEMBERS_MAX} members")

    @property
    def faults_max(self) -> int:
        """f: as many members may lie, stop or sleep without harm to safety."""
        return (self.size - 1) // 3

    @property
    def quorum(self) -> int:
        """q: any two sets of q members share an honest one, and the honest alone can form one."""
        return (self.size + self.faults_max) // 2 + 1

    @property
    def weak_quorum(self) -> int:
        """f+1: at least one of so many members is honest."""
        return self.faults_max + 1

    @property
    def prepares_needed(self) -> int:
        """PREPAREs from distinct backups that, with the primary's PRE-PREPARE, make a quorum (§4.2)."""
        return self.quorum - 1

    def primary(self, view: View) -> ReplicaId:
        """The primary of `view`: p = v mod n (§4)."""
        return ReplicaId(view % self.size)

    @property
    def members(self) -> frozenset[ReplicaId]:
        """Every replica, to be looked up in; the same object for all committees of one size."""
        return _members(self.size)

    def replicas(self) -> Iterator[ReplicaId]:
        """Every replica in order."""
        return map(ReplicaId, range(self.size))

    def __contains__(self, replica: object) -> bool:
        """Whether `replica` numbers a member."""
        return isinstance(replica, int) and 0 <= replica < self.size


@cache
def _members(size: int) -> frozenset[ReplicaId]:
    return frozenset(map(ReplicaId, range(size)))
