"""O of a NEW-VIEW (§4.4), computed from V by everybody alike."""

from collections.abc import Iterable
from dataclasses import dataclass

from consensus.messages import NULL_PROPOSAL, PreparedCertificate, Proposal, ViewChange
from consensus.types import SequenceNumber


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """What a new view starts from: min-s, and what each number in (min-s, max-s] must be given to."""

    low: SequenceNumber
    """min-s: the latest stable checkpoint in V."""
    proposals: dict[SequenceNumber, Proposal]
    """O without its signatures, by ascending sequence number."""

    @property
    def high(self) -> SequenceNumber:
        """max-s: the new primary's own proposals start above it."""
        return SequenceNumber(self.low + len(self.proposals))


NOTHING_CARRIED = CarriedOver(SequenceNumber(0), {})
"""View 0 starts from nothing."""


def compute_carried_over(view_changes: Iterable[ViewChange]) -> CarriedOver:
    """V6: recompute O from V (§4.4).

    For each number above the latest stable checkpoint, the proposal that was prepared in the highest view; where none
    was, a null request. Nothing above the highest prepared number. A committed proposal is prepared at f+1 honest
    replicas at least, so some VIEW-CHANGE among any quorum proves it, and no other can be proved in a later view.
    """
    low = SequenceNumber(0)
    highest: dict[SequenceNumber, PreparedCertificate] = {}
    for message in view_changes:
        low = max(low, stable_of(message))
        for certificate in message.prepared:
            known = highest.get(certificate.pre_prepare.sequence)
            if known is None or certificate.pre_prepare.view > known.pre_prepare.view:
                highest[certificate.pre_prepare.sequence] = certificate
    high = max([*highest, low])
    numbers = map(SequenceNumber, range(low + 1, high + 1))
    return CarriedOver(low, {n: highest[n].pre_prepare.proposal if n in highest else NULL_PROPOSAL for n in numbers})


def stable_of(message: ViewChange) -> SequenceNumber:
    """The last stable checkpoint its sender proves; 0 where it had none."""
    return message.checkpoint.header.height if message.checkpoint else SequenceNumber(0)
