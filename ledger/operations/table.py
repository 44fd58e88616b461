"""Every operation there is."""

from typing import get_args

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

Operation = (
    RegisterAccount
    | UpdateClaims
    | RotateKey
    | KeepKey
    | UpdateAccountState
    | RegisterWork
    | ReviewWork
    | GrantLicence
    | RevokeLicence
    | CreateSeries
    | CosignSeries
    | SealSeries
    | Mint
    | MintBatch
    | Issue
    | Approve
    | SetApprovalForAll
    | TransferFrom
    | SafeBatchTransferFrom
    | Redeem
    | Burn
    | Refund
    | FreezeToken
    | UnfreezeToken
    | FreezeAccount
    | UnfreezeAccount
    | EmergencyFreeze
    | Appeal
    | Uphold
    | OpenDispute
    | ResolveDispute
    | Takedown
    | ForcedTransfer
    | WindDown
    | ChooseHoldOrRefund
    | RecordAccess
    | Propose
    | Vote
    | Attest
    | ReportSuspicious
    | SubmitEvidence
)
"""Everything a transaction may carry; the decoder refuses any other tag."""

OPERATION_TYPES: tuple[type[Part], ...] = get_args(Operation)
"""The same, to iterate over."""
