"""Operations on editions that somebody owns."""

from ledger.names import AccountId, TokenId
from ledger.operations.part import Part


class TransferFrom(Part, frozen=True, tag="transfer_from"):
    """A gift: the owner gives a token to another person, for nothing."""

    token: TokenId
    sender: AccountId
    """ERC-721's `from`, a word Python keeps for itself: the owner, who signs."""
    to: AccountId
