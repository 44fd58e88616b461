"""What a rule is asked, and what it may answer.

A rule is a pure function of a request and an operation. It answers None where it has nothing against it, which includes
that what it would judge does not exist: that is for the rule about existence to say. So rules can all be asked, in any
order, and a refusal lists every reason at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.envelope import Transaction
from ledger.judge import Judge
from ledger.parameters import Parameters
from ledger.records.accounts import AccountRecord
from ledger.state import State


class Request(msgspec.Struct, gc=False):
    """One transaction before one state at one block time."""

    state: State
    parameters: Parameters
    now_ms: int
    """Block time, Unix milliseconds."""
    height: int
    """Of the block in which it is executed, or, for a question, of the next one."""
    account: str
    """Who signed."""
    public_key: PublicKey
    """With which key."""
    caller: AccountRecord | None
    """The record of `account`, if it is registered."""
    transaction: Transaction
    transaction_id: Digest
    """Its id; zeros for a question about what nobody has signed yet."""
    judge: Judge
    """Whom to ask about evidence (R8.3)."""


class Reason(msgspec.Struct, frozen=True):
    """Why a rule refuses; the rule's place in the table adds code, rule and tenet."""

    message: str
    params: tuple[tuple[str, str], ...]
    retry_at_ms: int | None = None


def refuse(message: str, *, retry_at_ms: int | None = None, **params: object) -> Reason:
    """Fill `params` into the message's braces; they also go into the refusal, as text, in the order given.

    Messages are part of receipts, hence of the receipt root: only `str` of strings and integers goes into them, never
    `repr`, whose escapes follow the Unicode tables of the Python at hand.
    """
    written = tuple((name, str(value)) for name, value in params.items())
    return Reason(message.format_map(dict(written)), written, retry_at_ms)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the rule table."""

    id: str
    """As in docs and compliance reports; several rows may belong to one rule, each with its code."""
    tenet: int
    """1 to 11; 0 for the ledger's own."""
    code: str
    applies_to: tuple[type, ...]
    """The operations it judges; the type of the second argument of `check`."""
    check: Callable[[Request, Any], Reason | None]
    """Any stands for one of `applies_to`: what Python's types cannot say, tests/ledger/test_rule_table.py does."""
