"""What a transaction can ask for. Names follow ERC-721 and its kin where an engineer would look for them.

Only shapes and bounds stand here; who may ask and when it is refused stands in ledger/rules. A bound that the law of
the ledger sets (the edition cap, the currency) is deliberately wider here, so that breaking it earns a refusal with its
rule rather than an unreadable message. No operation offers, prices or matches a resale: what does not exist cannot be
abused (tenet 10, R10.3), and no operation moves a quantity from one account to another (tenet 9, R9.1).
"""

import enum
from typing import Annotated

import msgspec

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.names import AccountId, CaseId, MemberId, SeriesId, Text, Title, TokenId, WorkId

MINT_BATCH_MAX = 1_000
"""Editions one `mint_batch` may make: bounds what a single transaction can cost."""

MEMBERS_NAMED_MAX = 32
"""Licensees of a work, sellers of a series."""

ANCHORS_MAX = 8
"""Anchors of a series."""

Time = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
"""Unix milliseconds."""

Fen = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
"""Money: hundredths of a yuan, CNY. Only ever compared with what was disclosed; nothing of it is on the chain."""

Members = Annotated[tuple[MemberId, ...], msgspec.Meta(max_length=MEMBERS_NAMED_MAX)]
"""Some members, in any order."""


class Claim(enum.StrEnum):
    """What a platform vouches for about the person behind an account, without saying who it is."""

    REAL_NAME = "real_name"
    """Identity was checked against a document."""
    OVER_14 = "over14"
    OVER_18 = "over18"


class AccountState(enum.StrEnum):
    """One axis of an account's state; it is usable while both axes are active (BSN-DDC's two states, as words)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class AnchorKind(enum.StrEnum):
    """What in the real world a series stands on (R1.1)."""

    PHYSICAL_GOOD = "physical_good"
    TICKET = "ticket"
    EXHIBIT = "exhibit"
    COURSE = "course"
    BRAND = "brand"


class Part(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Base of operations and of what they consist of: a tuple in the order of its fields."""


class Anchor(Part, frozen=True):
    """One off-chain thing a series refers to."""

    kind: AnchorKind
    reference: Text
    """Where to find it: an inventory number, an exhibition, a course, a trademark."""


class Disclosure(Part, frozen=True):
    """What a buyer is told before the sale, and cannot be changed after."""

    description: Text
    """What is sold."""
    rights: Text
    """What the holder may do with the work, and what not."""


class RegisterAccount(Part, frozen=True, tag="register_account"):
    """A platform opens an account for a person; signed by the platform."""

    account: AccountId
    """`<platform>.<name>`, in the signer's own name space."""
    person: Digest
    """Salted commitment to the person, equal on all platforms; never personal data. Limits are counted by it."""
    public_key: PublicKey
    """The key that will sign for the account."""
    claims: Annotated[tuple[Claim, ...], msgspec.Meta(max_length=len(Claim))]
    """What the platform checked, in any order."""


class UpdateAccountState(Part, frozen=True, tag="update_account_state"):
    """Suspends or restores an account on one axis or both."""

    account: AccountId
    platform_state: AccountState | None
    """Set by the account's platform only; None leaves it."""
    operator_state: AccountState | None
    """Set by the regulator only; None leaves it."""


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


class CreateSeries(Part, frozen=True, tag="create_series"):
    """A licensed platform opens a series of editions of a work."""

    series: SeriesId
    work: WorkId
    title: Title
    edition_cap: Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
    """Most editions there may ever be; fixed lower at sealing."""
    price_fen: Fen
    """The one price of the primary sale."""
    sellers: Members
    """Platforms that may issue its editions."""
    anchors: Annotated[tuple[Anchor, ...], msgspec.Meta(max_length=ANCHORS_MAX)]
    disclosure: Disclosure


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


class TransferFrom(Part, frozen=True, tag="transfer_from"):
    """A gift: the owner gives a token to another person, for nothing."""

    token: TokenId
    sender: AccountId
    """ERC-721's `from`, a word Python keeps for itself: the owner, who signs."""
    to: AccountId


class FreezeToken(Part, frozen=True, tag="freeze_token"):
    """One party's approval of a freeze; two parties with the same terms make it happen (R7.2)."""

    token: TokenId
    reason: Text
    case: CaseId
    expires_ms: Time
    """When it ends by itself."""


class UnfreezeToken(Part, frozen=True, tag="unfreeze_token"):
    """One party's approval of ending a freeze before its time; as many are needed as for the freeze."""

    token: TokenId
    case: CaseId


Operation = (
    RegisterAccount
    | UpdateAccountState
    | RegisterWork
    | CreateSeries
    | SealSeries
    | Mint
    | MintBatch
    | Issue
    | TransferFrom
    | FreezeToken
    | UnfreezeToken
)
"""Everything a transaction may carry; the decoder refuses any other tag."""

OPERATION_TYPES: tuple[type[Part], ...] = (
    RegisterAccount,
    UpdateAccountState,
    RegisterWork,
    CreateSeries,
    SealSeries,
    Mint,
    MintBatch,
    Issue,
    TransferFrom,
    FreezeToken,
    UnfreezeToken,
)
"""The same, to iterate over; a test holds the two together."""
