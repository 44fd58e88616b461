"""Operations on series: editions of a work, made and then sold for the first time."""

import enum
from typing import Annotated

import msgspec

from canonical.hashing import Digest
from ledger.names import AccountId, SeriesId, Text, Title, Words, WorkId
from ledger.operations.part import Fen, Members, Part

MINT_BATCH_MAX = 1_000
"""Editions one `mint_batch` may make: bounds what a single transaction can cost."""

ANCHORS_MAX = 8
"""Anchors of a series."""


class AnchorKind(enum.StrEnum):
    """What in the real world a series stands on (R1.1)."""

    PHYSICAL_GOOD = "physical_good"
    TICKET = "ticket"
    EXHIBIT = "exhibit"
    COURSE = "course"
    BRAND = "brand"
    SECURITY = "security"
    """Refused: R1.3. So are those below; the decoder reads them so that the refusal can name its rule."""
    INSURANCE = "insurance"
    CREDIT = "credit"
    PRECIOUS_METAL = "precious_metal"


class Tag(enum.StrEnum):
    """What a series is about, as far as a rule asks."""

    CULTURE = "culture"
    """National culture: counted by R2.1."""
    HERITAGE = "heritage"
    """National culture in a museum's keeping: counted by R2.1, and co-signed by R2.2."""


class Anchor(Part, frozen=True):
    """One off-chain thing a series refers to."""

    kind: AnchorKind
    reference: Text
    """Where to find it: an inventory number, an exhibition, a course, a trademark."""


class Disclosure(Part, frozen=True):
    """What a buyer is told before the sale, and cannot be changed after. R5.4 refuses what is left empty."""

    description: Words
    """What is sold."""
    rights: Words
    """What the holder may do with the work, and what not."""
    risks: Words = "No promise of value and no resale market."
    """What the buyer should not expect."""


class CreateSeries(Part, frozen=True, tag="create_series"):
    """A licensed platform opens a series of editions of a work."""

    series: SeriesId
    work: WorkId
    title: Title
    edition_cap: Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
    """Most editions there may ever be; fixed lower at sealing."""
    price_fen: Fen
    """The lowest price of the primary sale, and the only one unless a highest is given."""
    sellers: Members
    """Platforms that may issue its editions."""
    anchors: Annotated[tuple[Anchor, ...], msgspec.Meta(max_length=ANCHORS_MAX)]
    disclosure: Disclosure
    price_highest_fen: Fen | None = None
    """The other end of the price band; None: there is one price."""
    tags: Annotated[tuple[Tag, ...], msgspec.Meta(max_length=len(Tag))] = ()
    """What it is about, in any order."""


class CosignSeries(Part, frozen=True, tag="cosign_series"):
    """A cultural institution puts its name to a series of heritage (R2.2)."""

    series: SeriesId


class SealSeries(Part, frozen=True, tag="seal_series"):
    """The issuer fixes the cap at what has been minted: no mint after it, no sale before it."""

    series: SeriesId


class Mint(Part, frozen=True, tag="mint"):
    """The issuer makes the next edition."""

    series: SeriesId


class MintBatch(Part, frozen=True, tag="mint_batch"):
    """The issuer makes the next `count` editions."""

    series: SeriesId
    count: Annotated[int, msgspec.Meta(ge=1, le=MINT_BATCH_MAX)]


class Issue(Part, frozen=True, tag="issue"):
    """Primary sale: a seller gives the next unissued edition to a person who paid off the chain."""

    series: SeriesId
    to: AccountId
    price_fen: Fen
    receipt: Digest
    """Hash of the payment receipt, which stays with the seller."""
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3,8}\Z")]
    """What was paid with; anything but CNY is refused (R9.2)."""
