"""Following a ledger through its blocks: what was asked, what was refused by which rule, what was given."""

from collections.abc import Iterable, Sequence

from canonical.hashing import Digest
from ledger.envelope import Transaction
from ledger.ledger import Ledger
from ledger.operations.tokens import SafeBatchTransferFrom, TransferFrom
from ledger.receipts import Receipt, Status
from ledger.records.tokens import TokenState
from ledger.rules.table import RULE_IDS
from scenarios.laboratory.outcome import Outcome, Policy, outcome_of
from scenarios.laboratory.transfer import Transfer


class Following:
    """Counts block by block."""

    def __init__(self, ledger: Ledger) -> None:
        """Follow `ledger` from where it is."""
        self._ledger = ledger
        self._persons: dict[str, str] = {}
        self._transactions = self._asked = self._without = 0
        self._refused = dict.fromkeys(RULE_IDS, 0)
        self._given: list[Transfer] = []
        self._first_ms: int | None = None

    def block(self, transactions: Iterable[Transaction], receipts: Sequence[Receipt]) -> None:
        """Take in the block that the ledger just executed."""
        at_ms = self._ledger.timestamp_ms
        self._first_ms = at_ms if self._first_ms is None else self._first_ms
        for transaction, receipt in zip(transactions, receipts, strict=True):
            self._transactions += 1
            for rule in dict.fromkeys(refusal.rule for refusal in receipt.refusals):
                self._refused[rule] += 1
            gifts = gifts_of(transaction)
            self._asked += len(gifts)
            if receipt.status is Status.ACCEPTED:
                self._given += [
                    Transfer(at_ms, gift.token, self._person(gift.sender), self._person(gift.to)) for gift in gifts
                ]
            elif any(refusal.code == "E_NOT_OWNER" for refusal in receipt.refusals):
                self._without += len(gifts)

    def outcome(self, policy: Policy) -> Outcome:
        """What it came to."""
        last_ms = self._ledger.timestamp_ms
        holdings: dict[str, int] = {}
        for _, record in self._ledger.state.tokens.rows():
            if record.state is TokenState.ISSUED:
                person = self._person(record.owner)
                holdings[person] = holdings.get(person, 0) + 1
        return outcome_of(
            policy,
            transactions=self._transactions,
            gifts_asked=self._asked,
            without_token=self._without,
            refused={rule: count for rule, count in self._refused.items() if count},
            given=self._given,
            first_ms=last_ms if self._first_ms is None else self._first_ms,
            last_ms=last_ms,
            holdings=holdings,
        )

    def _person(self, account: str) -> str:
        """The person of an account, which never changes; the account itself where there is none."""
        found = self._persons.get(account)
        if found is None:
            record = self._ledger.account(account)
            person: Digest | None = None if record is None else record.person
            found = self._persons[account] = account if person is None else person.hex()
        return found


def gifts_of(transaction: Transaction) -> tuple[TransferFrom, ...]:
    """The gifts that a transaction asks for, one or many; none of another operation."""
    match transaction.operation:
        case TransferFrom() as gift:
            return (gift,)
        case SafeBatchTransferFrom(tokens=tokens, sender=sender, to=to):
            return tuple(TransferFrom(token, sender, to) for token in tokens)
        case _:
            return ()
