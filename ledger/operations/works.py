"""Operations on works: what is original, by whom, and who may issue series of it."""

from typing import Annotated

import msgspec

from canonical.hashing import Digest
from ledger.names import MemberId, Text, Title, WorkId
from ledger.operations.part import Members, Part

PerceptualHash = Annotated[bytes, msgspec.Meta(min_length=8, max_length=8)]
"""64 bits that change little when a picture does: a difference or DCT hash; which, the registrar says."""


class RegisterWork(Part, frozen=True, tag="register_work"):
    """A registrar enters a work with its copyright certificate and licences."""

    work: WorkId
    title: Title
    creator: Title
    """Who made it; `unknown` where nobody knows."""
    holder: Title
    """Who holds the right, or the object itself where the work is in the public domain."""
    source: Text
    """Catalogue, licence or register the entry rests on."""
    content_hash: Digest
    """SHA-256 of the content file."""
    certificate_number: Title
    """The registrar's copyright certificate."""
    licensees: Members
    """Platforms that may issue series of it."""
    perceptual_hash: PerceptualHash | None = None
    """Of the picture; None for what is no picture. A hash near a known one makes the work wait for review (R4.2)."""


class ReviewWork(Part, frozen=True, tag="review_work"):
    """A member with no part in a work says whether it is another one than the work it resembles (R4.2)."""

    work: WorkId
    accepted: bool
    """Whether it is a work of its own."""


class GrantLicence(Part, frozen=True, tag="grant_licence"):
    """The registrar of a work lets one more platform issue series of it."""

    work: WorkId
    licensee: MemberId


class RevokeLicence(Part, frozen=True, tag="revoke_licence"):
    """The registrar of a work ends a platform's licence: no new series and no new edition; holders keep theirs."""

    work: WorkId
    licensee: MemberId
    reason: Text
