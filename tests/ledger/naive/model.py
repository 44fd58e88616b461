"""The model: which function judges and does which operation, and what a block is to it."""

from collections.abc import Callable
from typing import Any

from ledger.charter import Charter
from ledger.envelope import Envelope, Transaction
from ledger.operations.access import RecordAccess
from ledger.operations.accounts import KeepKey, RegisterAccount, RotateKey, UpdateAccountState, UpdateClaims
from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.governance import Propose, Vote
from ledger.operations.measures import ForcedTransfer, OpenDispute, ResolveDispute, Takedown
from ledger.operations.part import Part
from ledger.operations.series import CosignSeries, CreateSeries, Issue, Mint, MintBatch, SealSeries
from ledger.operations.statements import Attest, ReportSuspicious, SubmitEvidence
from ledger.operations.tokens import (
    Approve,
    Burn,
    Redeem,
    Refund,
    SafeBatchTransferFrom,
    SetApprovalForAll,
    TransferFrom,
)
from ledger.operations.winding_down import ChooseHoldOrRefund, WindDown
from ledger.operations.works import GrantLicence, RegisterWork, ReviewWork, RevokeLicence
from tests.ledger.naive import (
    accounts,
    bounds,
    epochs,
    freezing,
    gifts,
    governing,
    measures,
    series,
    statements,
    uses,
    winding_down,
    works,
)
from tests.ledger.naive.known import Known, founded
from tests.ledger.naive.reasons import Reason, Reasons
from tests.ledger.naive.signing import judge_signing, signed

Judge = Callable[[Known, str, Any, Reasons], None]
Do = Callable[[Known, str, Any], None]


def judge_batch(known: Known, by: str, operation: SafeBatchTransferFrom, no: Reasons) -> None:
    """Nothing as a whole: each gift is judged after that."""


TABLE: dict[type[Part], tuple[Judge, Do]] = {
    RegisterAccount: (accounts.judge_register, accounts.register),
    UpdateClaims: (accounts.judge_claims, accounts.update_claims),
    RotateKey: (accounts.judge_key, accounts.rotate_key),
    KeepKey: (accounts.judge_keep, accounts.keep_key),
    UpdateAccountState: (accounts.judge_state, accounts.update_state),
    RegisterWork: (works.judge_register, works.register),
    ReviewWork: (works.judge_review, works.review),
    GrantLicence: (works.judge_licence, works.grant),
    RevokeLicence: (works.judge_licence, works.revoke),
    CreateSeries: (series.judge_create, series.create),
    CosignSeries: (series.judge_cosign, series.cosign),
    SealSeries: (series.judge_seal, series.seal),
    Mint: (series.judge_mint, series.mint),
    MintBatch: (series.judge_mint, series.mint),
    Issue: (series.judge_issue, series.issue),
    Approve: (gifts.judge_approve, gifts.approve),
    SetApprovalForAll: (gifts.judge_operator, gifts.set_operator),
    TransferFrom: (gifts.judge_gift, gifts.give),
    SafeBatchTransferFrom: (judge_batch, gifts.give_all),
    Redeem: (uses.judge_redeem, uses.redeem),
    Burn: (uses.judge_burn, uses.burn),
    Refund: (uses.judge_refund, uses.refund),
    FreezeToken: (freezing.judge_freeze, freezing.freeze),
    UnfreezeToken: (freezing.judge_unfreeze, freezing.unfreeze),
    FreezeAccount: (freezing.judge_freeze, freezing.freeze),
    UnfreezeAccount: (freezing.judge_unfreeze, freezing.unfreeze),
    EmergencyFreeze: (freezing.judge_freeze, freezing.freeze),
    Appeal: (freezing.judge_appeal, freezing.appeal),
    Uphold: (freezing.judge_uphold, freezing.uphold),
    OpenDispute: (measures.judge_open, measures.open_dispute),
    ResolveDispute: (measures.judge_resolve, measures.resolve),
    Takedown: (measures.judge_takedown, measures.takedown),
    ForcedTransfer: (measures.judge_forced, measures.move),
    WindDown: (winding_down.judge_wind_down, winding_down.wind_down),
    ChooseHoldOrRefund: (winding_down.judge_choice, winding_down.choose),
    RecordAccess: (statements.judge_access, statements.record_access),
    Propose: (governing.judge_propose, governing.propose),
    Vote: (governing.judge_vote, governing.vote),
    Attest: (statements.judge_attest, statements.attest),
    ReportSuspicious: (statements.judge_report, statements.report),
    SubmitEvidence: (statements.judge_evidence, statements.submit),
}


class Model:
    """A naive ledger."""

    def __init__(self, charter: Charter) -> None:
        self.known = founded(charter)

    def reasons(self, by: str, key: bytes, transaction: Transaction) -> list[Reason]:
        """Everything that refuses it now, in order; nothing: it would be done."""
        no, operation = Reasons(is_somebody=by in self.known.accounts), transaction.operation
        judge_signing(self.known, by, key, transaction, no)
        judge, _ = TABLE[type(operation)]
        judge(self.known, by, operation, no)
        bounds.judge(self.known, by, operation, no)
        found = no.in_order()
        if isinstance(operation, SafeBatchTransferFrom):
            found += gifts.reasons_of_batch(self.known, by, operation)
        return found

    def take(self, by: str, key: bytes, transaction: Transaction) -> list[Reason]:
        """Refuse it, or do it."""
        found = self.reasons(by, key, transaction)
        signed(self.known, by, transaction, found)
        if not found:
            _, do = TABLE[type(transaction.operation)]
            bounds.note(self.known, by, transaction.operation)
            do(self.known, by, transaction.operation)
        return found

    def take_all(self, envelope: Envelope) -> list[list[Reason]]:
        """An envelope's transactions, one after the other."""
        return [self.take(envelope.account, envelope.public_key, each) for each in envelope.transactions]

    def end_block(self, author: int) -> dict[str, tuple[int, int]]:
        """What the block that is being made settles at its end, and what it reports of an epoch."""
        self.known.authors.append(author)
        report = epochs.end_epoch(self.known)
        governing.end_block(self.known)
        self.known.height += 1
        return report
