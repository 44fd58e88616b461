"""Every operation there is."""

from typing import get_args

from ledger.operations.accounts import RegisterAccount, UpdateAccountState
from ledger.operations.freezes import FreezeToken, UnfreezeToken
from ledger.operations.part import Part
from ledger.operations.series import CreateSeries, Issue, Mint, MintBatch, SealSeries
from ledger.operations.tokens import TransferFrom
from ledger.operations.works import RegisterWork

Operation = (
    RegisterAccount
    | UpdateAccountState
    | RegisterWork
    | CreateSeries
    | SealSeries
    | Mint
    | MintBatch
    | Issue
    | TransferFrom
    | FreezeToken
    | UnfreezeToken
)
"""Everything a transaction may carry; the decoder refuses any other tag."""

OPERATION_TYPES: tuple[type[Part], ...] = get_args(Operation)
"""The same, to iterate over."""
