"""Executing a block: each transaction of each batch, in order; a receipt for each; what the rules were asked.

A refused transaction that was ordered all the same stays in the block with its receipt and uses up its nonce, unless
the refusal says that there is no such account, that the key is not its own, or that the nonce was used. Thus "refused"
is definite for whoever signed with his own key: the same bytes cannot take effect later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.merkle import merkle_root, root_of_hashes
from ledger.enactment import end_block
from ledger.envelope import Envelope, transaction_ids
from ledger.epochs import close_epoch
from ledger.moment import Moment
from ledger.operations.table import OPERATION_TYPES
from ledger.receipts import ComplianceEntry, Receipt, Refusal, Status, compliance_root
from ledger.recent import RecentGifts
from ledger.records.gateways import GatewayRecord
from ledger.rules.request import Request
from ledger.rules.table import NONCE_KEEPING_CODES, RULE_IDS, refusals_of, rules_met_by
from ledger.state import State
from ledger.transitions.accounts import use_nonce
from ledger.transitions.idempotency import remember_key
from ledger.transitions.table import apply


@dataclass(frozen=True, slots=True)
class AuthoredBatch:
    """A batch as the ledger needs it: whose, which, and what is in it. Signatures were checked on receipt."""

    author: int
    """Index of the member whose gateway packed it."""
    number: int
    """From 1; above all numbers of that author executed before."""
    envelopes: tuple[Envelope, ...]
    ids: tuple[Digest, ...] | None = None
    """Ids of all its transactions in order, where whoever checked the signatures has them; None derives them again."""


@dataclass(frozen=True, slots=True)
class BlockResult:
    """All that executing a block yields; the block header commits to its roots."""

    transaction_ids: tuple[Digest, ...]
    receipts: tuple[Receipt, ...]
    """One for each transaction, in the same order."""
    transactions_root: Digest
    receipts_root: Digest
    state_root: Digest
    compliance: tuple[ComplianceEntry, ...]
    """Rules that were asked, in the order of the rule table."""
    compliance_root: Digest
    changes: tuple[tuple[bytes, bytes | None], ...]
    """State entries that the block set, sorted by key, each once; None would remove one."""


_ACCEPTED = Status.ACCEPTED
"""Looked up once: every transaction asks (see ledger/records/accounts.py)."""

_RULE_IDS_OF: dict[type, tuple[str, ...]] = {
    each: tuple(dict.fromkeys(rule.id for rule in rules_met_by(each))) for each in OPERATION_TYPES
}


@dataclass(slots=True)
class Tally:
    """What the rules were asked in a block, counted by operation: each of a kind meets the same rules."""

    asked: dict[type, int] = field(default_factory=lambda: dict.fromkeys(OPERATION_TYPES, 0))
    refused: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RULE_IDS, 0))

    def count_refusals(self, refusals: tuple[Refusal, ...]) -> None:
        """Count each rule once for one transaction, however many of its rows refused."""
        for rule in dict.fromkeys(refusal.rule for refusal in refusals):
            self.refused[rule] += 1

    def entries(self) -> tuple[ComplianceEntry, ...]:
        """The compliance report."""
        checked = dict.fromkeys(RULE_IDS, 0)
        for operation, count in self.asked.items():
            for rule in _RULE_IDS_OF[operation] if count else ():
                checked[rule] += count
        return tuple(ComplianceEntry(rule, checked[rule], self.refused[rule]) for rule in RULE_IDS if checked[rule])


def execute_envelope(
    state: State, moment: Moment, envelope: Envelope, ids: Sequence[Digest], tally: Tally
) -> list[Receipt]:
    """Execute an envelope's transactions, whose ids are `ids`, in order; return their receipts."""
    receipts: list[Receipt] = []
    account, public_key, accounts = envelope.account, envelope.public_key, state.accounts
    parameters, now_ms, height, judge = moment.parameters, moment.now_ms, moment.height, moment.judge
    for transaction, transaction_id in zip(envelope.transactions, ids, strict=True):
        request = Request(
            state,
            parameters,
            now_ms,
            height,
            account,
            public_key,
            accounts.get(account),
            transaction,
            transaction_id,
            judge,
        )
        refusals = refusals_of(request)
        tally.asked[type(transaction.operation)] += 1
        if not refusals:
            use_nonce(request)
            if transaction.idempotency_key is not None:
                remember_key(request, transaction.idempotency_key)
            receipts.append(Receipt(transaction_id, _ACCEPTED, (), apply(request)))
            continue
        tally.count_refusals(refusals)
        if all(refusal.code not in NONCE_KEEPING_CODES for refusal in refusals):
            use_nonce(request)
        receipts.append(Receipt(transaction_id, Status.REFUSED, refusals, ()))
    return receipts


def execute_block(
    state: State, moment: Moment, batches: Sequence[AuthoredBatch], *, chain: Digest, recent: RecentGifts
) -> BlockResult:
    """Execute `batches` as the block of `moment`, close the epoch if it ends one, and commit what changed."""
    ids: list[Digest] = []
    receipts: list[Receipt] = []
    tally = Tally()
    for batch in batches:
        row = str(batch.author)
        gateway = state.gateways.get(row)
        assert gateway is None or batch.number > gateway.last_batch, (
            "a batch is executed once, and none after a later one"
        )
        before = 0 if gateway is None else gateway.last_batch_before
        state.gateways.put(row, GatewayRecord(batch.number, before))
        first = 0
        for envelope in batch.envelopes:
            if batch.ids is None:
                envelope_ids = transaction_ids(envelope, chain=chain)
            else:
                envelope_ids = batch.ids[first : first + len(envelope.transactions)]
                first += len(envelope.transactions)
            ids.extend(envelope_ids)
            receipts.extend(execute_envelope(state, moment, envelope, envelope_ids, tally))
    recent.follow(state.tokens.changed())
    compliance = tally.entries() + close_epoch(state, moment, recent)
    end_block(state, moment)
    changes = state.commit()
    return BlockResult(
        transaction_ids=tuple(ids),
        receipts=tuple(receipts),
        transactions_root=root_of_hashes(ids),
        receipts_root=merkle_root([encode(receipt) for receipt in receipts]),
        state_root=state.root,
        compliance=compliance,
        compliance_root=compliance_root(compliance),
        changes=changes,
    )
