"""What can be asked of the ledger without changing it. ERC-721's names; `can_transfer` is ERC-7943's."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from canonical.hashing import ZERO_DIGEST
from canonical.signing import PublicKey
from ledger.envelope import Transaction
from ledger.moment import Moment
from ledger.names import token_id
from ledger.operations.tokens import TransferFrom
from ledger.receipts import Receipt, Refusal
from ledger.records.accounts import AccountRecord
from ledger.records.tokens import TokenRecord, TokenState
from ledger.rules.request import Request
from ledger.rules.table import refusals_of_operation
from ledger.state import State

_ISSUED = TokenState.ISSUED
"""Looked up once, as it is asked of every token (see ledger/records/accounts.py)."""


class Holdings:
    """Which sold tokens each account owns: an index beside the state, made from `transfer` events as any reader could.

    Editions not sold yet are left out: they are with their issuer, and their series says which.
    """

    __slots__ = ("_tokens",)

    def __init__(self) -> None:
        """Begin with none."""
        self._tokens: dict[str, list[str]] = {}

    @classmethod
    def of(cls, state: State) -> "Holdings":
        """Index the tokens of `state`."""
        holdings = cls()
        for token, record in state.tokens.unsorted():
            holdings.see(token, record)
        holdings.sort()
        return holdings

    def see(self, token: str, record: TokenRecord) -> None:
        """Note a token, in any order, each once; before anything is asked `sorting` must be run to its end."""
        if record.state is _ISSUED:
            held = self._tokens.get(record.owner)
            if held is None:
                self._tokens[record.owner] = [token]
            else:
                held.append(token)

    def sort(self) -> None:
        """Run `sorting` to its end."""
        for _ in self.sorting():
            pass

    def sorting(self) -> Iterator[None]:
        """Sort what was gathered, an owner a step."""
        for tokens in self._tokens.values():
            tokens.sort()
            yield

    def follow(self, receipts: Iterable[Receipt]) -> None:
        """Take a block's transfers in."""
        for receipt in receipts:
            for event in receipt.events:
                if event.name == "transfer":
                    (_, token), (_, sender), (_, to) = event.params
                    self._leave(token, sender)
                    insort(self._tokens.setdefault(to, []), token)
                elif event.name == "burned":
                    (_, token), (_, owner), _ = event.params
                    self._leave(token, owner)

    def _leave(self, token: str, sender: str) -> None:
        kept = self._tokens.get(sender, [])
        place = bisect_left(kept, token)
        # The issuer's editions are not listed here before their sale.
        if place < len(kept) and kept[place] == token:
            del kept[place]
            if not kept:
                del self._tokens[sender]

    def tokens_of(self, account: str) -> tuple[str, ...]:
        """The sold tokens that `account` owns, sorted."""
        return tuple(self._tokens.get(account, ()))


def unsold_tokens_of(state: State, issuer: str) -> tuple[str, ...]:
    """The editions that `issuer` made and that are not sold yet, sorted."""
    return tuple(
        sorted(
            token_id(name, edition)
            for name, series in state.series.rows()
            if series.issuer == issuer
            for edition in range(series.issued + 1, series.minted + 1)
        )
    )


def can_transfer(state: State, moment: Moment, *, token: str, sender: str, to: str) -> tuple[Refusal, ...]:
    """Every rule that would refuse the gift at `moment`; empty: it may be given. Never raises."""
    return _refusals_of_gift(state, moment, TransferFrom(token, sender, to), state.accounts.get(sender))


NOTHING = ""
"""Names no token and no account: their names have a character at least."""


def can_receive(state: State, moment: Moment, account: str) -> tuple[Refusal, ...]:
    """Every rule that would refuse any gift to `account`, whatever it is and whoever gives; never raises.

    The rules are asked about a gift of nothing by nobody: what they have against it is against its recipient, but for
    the token and the giver that do not exist. A rule says nothing of what does not exist, except that one.
    """
    refusals = _refusals_of_gift(state, moment, TransferFrom(NOTHING, NOTHING, account), None)
    return tuple(each for each in refusals if all(value != NOTHING for _, value in each.params))


def _refusals_of_gift(
    state: State, moment: Moment, gift: TransferFrom, caller: AccountRecord | None
) -> tuple[Refusal, ...]:
    request = Request(
        state,
        moment.parameters,
        moment.now_ms,
        moment.height,
        gift.sender,
        PublicKey(bytes(32)),
        caller,
        Transaction(1, 0, gift),
        ZERO_DIGEST,
        moment.judge,
    )
    return refusals_of_operation(request)
