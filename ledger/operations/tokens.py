"""Operations on editions that somebody owns."""

from typing import Annotated

import msgspec

from canonical.hashing import Digest
from ledger.names import AccountId, Text, TokenId
from ledger.operations.part import Part

TOKENS_PER_BATCH_MAX = 100
"""Tokens one `safe_batch_transfer_from` may give: each meets every rule a single gift meets."""


class Approve(Part, frozen=True, tag="approve"):
    """The owner lets one other account give a token on his behalf; it ends with the next gift (ERC-721's approve)."""

    token: TokenId
    to: AccountId | None
    """Who may give it; None ends an approval."""


class SetApprovalForAll(Part, frozen=True, tag="set_approval_for_all"):
    """A person lets another account give any of his tokens on his behalf, until he ends it (ERC-721, ERC-1155)."""

    operator: AccountId
    approved: bool
    """False ends it."""


class TransferFrom(Part, frozen=True, tag="transfer_from"):
    """A gift: a token goes from its owner to another person, for nothing."""

    token: TokenId
    sender: AccountId
    """ERC-721's `from`, a word Python keeps for itself: the owner, who signs unless he approved the signer."""
    to: AccountId


class SafeBatchTransferFrom(Part, frozen=True, tag="safe_batch_transfer_from"):
    """Several gifts to one person, all or none (ERC-1155's name); each is judged as a gift of its own, in order."""

    tokens: Annotated[tuple[TokenId, ...], msgspec.Meta(min_length=1, max_length=TOKENS_PER_BATCH_MAX)]
    sender: AccountId
    """The owner of them all."""
    to: AccountId


class Redeem(Part, frozen=True, tag="redeem"):
    """The owner uses up what an edition entitles to: a good, a ticket, a course that its series cites (R1.2)."""

    token: TokenId
    benefit: Text
    """The reference of one of the series' anchors, as its issuer wrote it."""


class Burn(Part, frozen=True, tag="burn"):
    """The owner ends an edition for good; its number is never given again."""

    token: TokenId


class Refund(Part, frozen=True, tag="refund"):
    """A seller takes an edition back from a buyer who approved him, money paid back off the chain; it ends (R6.3)."""

    token: TokenId
    receipt: Digest
    """Hash of the receipt for the money paid back, which stays with the seller."""
