"""Which function carries out which operation."""

from collections.abc import Callable
from typing import Any

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
from ledger.operations.series import CosignSeries, CreateSeries, Issue, Mint, MintBatch, SealSeries
from ledger.operations.statements import Attest, ReportSuspicious, SubmitEvidence
from ledger.operations.table import OPERATION_TYPES
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
from ledger.receipts import Event
from ledger.rules.request import Request
from ledger.transitions import (
    access,
    accounts,
    freezes,
    governance,
    measures,
    series,
    statements,
    tokens,
    winding_down,
    works,
)

TRANSITIONS: dict[type, Callable[[Request, Any], tuple[Event, ...]]] = {
    RegisterAccount: accounts.register_account,
    UpdateClaims: accounts.update_claims,
    RotateKey: accounts.rotate_key,
    KeepKey: accounts.keep_key,
    UpdateAccountState: accounts.update_account_state,
    RegisterWork: works.register_work,
    ReviewWork: works.review_work,
    GrantLicence: works.grant_licence,
    RevokeLicence: works.revoke_licence,
    CreateSeries: series.create_series,
    CosignSeries: series.cosign_series,
    SealSeries: series.seal_series,
    Mint: series.mint,
    MintBatch: series.mint_batch,
    Issue: series.issue,
    Approve: tokens.approve,
    SetApprovalForAll: tokens.set_approval_for_all,
    TransferFrom: tokens.transfer_from,
    SafeBatchTransferFrom: tokens.safe_batch_transfer_from,
    Redeem: tokens.redeem,
    Burn: tokens.burn,
    Refund: tokens.refund,
    FreezeToken: freezes.freeze,
    UnfreezeToken: freezes.unfreeze,
    FreezeAccount: freezes.freeze,
    UnfreezeAccount: freezes.unfreeze,
    EmergencyFreeze: freezes.emergency_freeze,
    Appeal: freezes.appeal,
    Uphold: freezes.uphold,
    OpenDispute: measures.open_dispute,
    ResolveDispute: measures.resolve_dispute,
    Takedown: measures.takedown,
    ForcedTransfer: measures.forced_transfer,
    WindDown: winding_down.wind_down,
    ChooseHoldOrRefund: winding_down.choose_hold_or_refund,
    RecordAccess: access.record_access,
    Propose: governance.propose,
    Vote: governance.vote,
    Attest: statements.attest,
    ReportSuspicious: statements.report_suspicious,
    SubmitEvidence: statements.submit_evidence,
}
"""Any stands for the operation at its left: what Python's types cannot say, tests/ledger/test_rule_table.py does."""

assert set(TRANSITIONS) == set(OPERATION_TYPES), "every operation is carried out"


def apply(request: Request) -> tuple[Event, ...]:
    """Do what the transaction asks; return what happened, in order."""
    operation = request.transaction.operation
    return TRANSITIONS[type(operation)](request, operation)
