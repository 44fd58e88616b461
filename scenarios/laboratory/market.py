"""A real history under the ledger's rules: each transfer is asked for as a gift, at its time, of a ledger made for it.

Everybody has from the start what the history first shows in his hands, and its holding period begins then. What a rule
refuses is not tried again: the next one on its way, who has not got it, is refused too (L6), and counted apart. Where
the history itself has a gap, so that the giver is not whom it last named, the token is put into the giver's hands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

from msgspec.structs import replace

from canonical.hashing import Digest
from canonical.signing import PublicKey, Signature
from ledger.charter import Charter, Member, Role
from ledger.envelope import Envelope, Transaction
from ledger.execute import AuthoredBatch
from ledger.genesis import genesis_state
from ledger.ledger import Ledger
from ledger.names import token_id
from ledger.operations.accounts import AccountState, Claim
from ledger.operations.series import Disclosure
from ledger.operations.tokens import TransferFrom
from ledger.parameters import HOUR_MS
from ledger.records.accounts import AccountRecord
from ledger.records.series import SeriesRecord
from ledger.records.tokens import TokenRecord, TokenState
from ledger.state import State
from ledger.transitions.holding import count
from scenarios.laboratory.history import History
from scenarios.laboratory.outcome import Outcome, Policy
from scenarios.laboratory.tally import Following
from scenarios.laboratory.transfer import Transfer

FREE = Policy(
    name="unlimited",
    says="No rule against speculation: what was done.",
    figures={
        "hold_hours_first": 0,
        "hold_hours_later": 0,
        "gifts_per_day": 1_000,
        "transfers_max": 10_000,
        "turnover_percent_max": 100,
        "cooling_days": 0,
    },
)
"""What a history is compared with."""

EPOCH_BLOCKS = 24
"""Blocks are hours in which something was given, so that an epoch is a day or more."""

SERIES_EDITIONS = 10_000
"""Of the ledger's largest series; a history of more tokens has several."""

PLATFORM = "market"
NOBODY = PublicKey(bytes(32))
"""Everybody's key: whose history it is signed by none of ours, and execution compares keys without checking them."""


@dataclass(frozen=True, slots=True)
class _Names:
    """What the ledger calls people and tokens of a history: numbers, in the order of their first appearance."""

    accounts: dict[str, str]
    tokens: dict[str, str]

    @classmethod
    def of(cls, transfers: Sequence[Transfer]) -> "_Names":
        accounts: dict[str, str] = {}
        tokens: dict[str, str] = {}
        for each in transfers:
            for name in (each.giver, each.receiver):
                accounts.setdefault(name, f"{PLATFORM}.{len(accounts) + 1}")
            if each.token not in tokens:
                series, edition = divmod(len(tokens), SERIES_EDITIONS)
                tokens[each.token] = token_id(f"history{series + 1}", edition + 1)
        return cls(accounts, tokens)


def replay_history(history: History, policy: Policy) -> Outcome:
    """Ask for every transfer of `history` under the defaults with the policy's figures.

    Raises: ValueError naming a figure that no charter can have.
    """
    transfers = history.transfers
    names = _Names.of(transfers)
    ledger = _found(transfers, names, policy)
    following = Following(ledger)
    known: dict[str, tuple[str, int]] = {}
    nonces: dict[str, int] = {}
    for height, hour in enumerate(_hours(transfers), start=1):
        envelopes: list[Envelope] = []
        for each in hour:
            owner, since_ms = known.get(each.token, (each.giver, ledger.timestamp_ms))
            if owner != each.giver:
                _fill_gap(ledger, names, each, since_ms)
            known[each.token] = (each.receiver, each.at_ms)
            envelopes.append(_asked(each, names, nonces))
        at_ms = hour[-1].at_ms
        result = ledger.execute(height, at_ms, [AuthoredBatch(0, height, tuple(envelopes))])
        following.block((envelope.transactions[0] for envelope in envelopes), result.receipts)
    return following.outcome(policy)


def _hours(transfers: Sequence[Transfer]) -> Iterator[list[Transfer]]:
    """Transfers hour by hour, and a block more where a token is given on after a gap within the hour."""
    for _, hour in groupby(transfers, lambda each: each.at_ms // HOUR_MS):
        block: list[Transfer] = []
        holders: dict[str, str] = {}
        for each in hour:
            if holders.get(each.token, each.giver) != each.giver:
                yield block
                block, holders = [], {}
            block.append(each)
            holders[each.token] = each.receiver
        yield block


def _asked(transfer: Transfer, names: _Names, nonces: dict[str, int]) -> Envelope:
    giver = names.accounts[transfer.giver]
    nonces[giver] = nonces.get(giver, 0) + 1
    gift = TransferFrom(names.tokens[transfer.token], giver, names.accounts[transfer.receiver])
    return Envelope(giver, NOBODY, (Transaction(nonces[giver], 0, gift),), Signature(bytes(64)))


def _fill_gap(ledger: Ledger, names: _Names, transfer: Transfer, since_ms: int) -> None:
    """Put a token into the hands that the history shows it in; it was there, as far as is known, since `since_ms`."""
    token = names.tokens[transfer.token]
    record = ledger.token(token)
    assert record is not None, "every token of the history was founded"
    count(ledger.state, record.owner, -1)
    count(ledger.state, names.accounts[transfer.giver], 1)
    ledger.state.tokens.put(
        token, replace(record, owner=names.accounts[transfer.giver], acquired_ms=since_ms, trail=())
    )


def _found(transfers: Sequence[Transfer], names: _Names, policy: Policy) -> Ledger:
    """A ledger in which everybody has what he first gives."""
    founded_ms = transfers[0].at_ms
    figures = {"epoch_blocks": EPOCH_BLOCKS, **policy.figures}
    market = Member(PLATFORM, "A market", "市场", Role.PLATFORM, True, NOBODY, NOBODY)
    charter = Charter(1, "laboratory", founded_ms, (market,), figures)
    state = genesis_state(charter)
    for name, account in names.accounts.items():
        person = Digest(sha256(name.encode()).digest())
        state.accounts.put(account, _account(person))
    _found_series(state, len(names.tokens))
    first: dict[str, str] = {}
    for each in transfers:
        first.setdefault(each.token, each.giver)
    for name, giver in first.items():
        record = TokenRecord(names.accounts[giver], TokenState.ISSUED, 0, founded_ms, None, 0)
        state.tokens.put(names.tokens[name], record)
        count(state, names.accounts[giver], 1)
    state.commit()
    return Ledger(charter, state, height=0, timestamp_ms=founded_ms)


def _account(person: Digest) -> AccountRecord:
    active = AccountState.ACTIVE
    claims = (Claim.OVER_18, Claim.REAL_NAME)
    return AccountRecord(PLATFORM, None, False, person, NOBODY, claims, active, active, 0, b"")


def _found_series(state: State, editions: int) -> None:
    disclosure = Disclosure("What the history is about.", "None.")
    for number, first in enumerate(range(0, editions, SERIES_EDITIONS), start=1):
        count = min(SERIES_EDITIONS, editions - first)
        record = SeriesRecord(
            "history", PLATFORM, "History", 0, (PLATFORM,), (), disclosure, count, count, count, sealed=True
        )
        state.series.put(f"history{number}", record)
