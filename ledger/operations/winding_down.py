"""Operations by which a series or a platform comes to an end: announced, and each holder chooses (R6.3)."""

import enum

from ledger.names import Text, TokenId
from ledger.operations.part import Part
from ledger.operations.subjects import Closable


class Choice(enum.StrEnum):
    """What a holder wants when a series or its platform is wound down."""

    HOLD = "hold"
    """Keep the edition; what is on the chain stays there. Who says nothing holds."""
    REFUND = "refund"
    """Have the money back, off the chain, and let the edition end."""


class WindDown(Part, frozen=True, tag="wind_down"):
    """An issuer ends a series, or a platform its business: nothing is made or sold any more."""

    subject: Closable
    reason: Text


class ChooseHoldOrRefund(Part, frozen=True, tag="choose_hold_or_refund"):
    """A holder says what he wants; he may say otherwise until the window closes."""

    token: TokenId
    choice: Choice
