"""The rule table: every rule, what it judges, its number and code. Read it from the top; refusals keep its order.

Rules L1 to L11 are the ledger's own; R<tenet>.<number> put a tenet of the convention into effect, as docs/LEDGER.md
reads it. Rules that are no function: R5.2 (no operation has a field for a part of a token), R7.3 (the regulator puts
its reads on record by `record_access`), R9.1 (ledger/invariants.py), R10.3 (no operation prices, offers or matches a
resale).
"""

from functools import partial

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
from ledger.receipts import Refusal
from ledger.rules import (
    authority,
    bounds,
    consumer_protection,
    controllable_chain,
    cyber_security,
    develop_industry,
    disputes,
    existence,
    forced_transfers,
    governance,
    idempotency,
    national_culture,
    no_laundering,
    no_speculation,
    no_virtual_currency,
    openings,
    original_works,
    privacy,
    real_economy,
    signer,
    stages,
    suspensions,
    value_support,
    winding_down,
)
from ledger.rules.batches import refusals_of_gifts
from ledger.rules.request import Request, Rule

MINTING = (Mint, MintBatch)

USES = (Redeem, Burn)
"""What an owner alone does with what he has."""

MOVING = (TransferFrom, ForcedTransfer)
"""What makes somebody else the owner of a sold token."""

OF_A_SOLD_TOKEN = (Approve, *MOVING, *USES, Refund, ChooseHoldOrRefund)

FREEZING = (FreezeToken, FreezeAccount, EmergencyFreeze)

OPENING = (*FREEZING, OpenDispute, Takedown, ForcedTransfer)
"""What opens a case, or joins one."""

MAKING = (
    RegisterAccount,
    RegisterWork,
    CreateSeries,
    *MINTING,
    Attest,
    ReportSuspicious,
    SubmitEvidence,
    RecordAccess,
)
"""What makes rows that are kept for good, without anybody else's approval."""

UNFREEZING = (UnfreezeToken, UnfreezeAccount)

NAMING_AN_ACCOUNT = (RotateKey, UpdateAccountState, UpdateClaims, FreezeAccount, UnfreezeAccount, ReportSuspicious)

LICENSING = (GrantLicence, RevokeLicence)

SIGNING_RULES = (
    Rule("L1", 0, "E_ACCOUNT_UNKNOWN", OPERATION_TYPES, signer.signer_is_registered),
    Rule("L2", 0, "E_KEY", OPERATION_TYPES, signer.key_is_the_accounts),
    Rule("L3", 0, "E_NONCE", OPERATION_TYPES, signer.nonce_is_unused),
    Rule("L4", 0, "E_DEADLINE", OPERATION_TYPES, signer.deadline_is_ahead),
)
"""About the transaction: they cannot be asked before it is signed, and `can_transfer` leaves them out."""

OPERATION_RULES = (
    Rule("L5", 0, "E_ACCOUNT_STATE", OPERATION_TYPES, signer.signer_is_active),
    Rule("L5", 0, "E_RECIPIENT_STATE", (Issue, *MOVING), signer.recipient_is_active),
    Rule("L5", 0, "E_OWNER_STATE", (TransferFrom,), signer.owner_is_active),
    Rule("L5", 0, "E_OWNER_STATE", (Refund,), signer.returning_owner_is_active),
    Rule("L6", 0, "E_AUTHORITY", (RegisterAccount,), authority.account_is_opened_by_its_platform),
    Rule("L6", 0, "E_AUTHORITY", (UpdateClaims,), authority.claims_are_the_platforms),
    Rule("L6", 0, "E_AUTHORITY", (RotateKey,), authority.key_is_changed_by_its_holder),
    Rule("L6", 0, "E_AUTHORITY", (KeepKey,), authority.key_is_kept_by_its_holder),
    Rule("L6", 0, "E_AUTHORITY", (UpdateAccountState,), authority.state_is_set_by_its_axis),
    Rule("L6", 0, "E_AUTHORITY", (RegisterWork,), authority.work_is_entered_by_a_registrar),
    Rule("L6", 0, "E_AUTHORITY", (ReviewWork,), authority.review_is_by_an_outsider),
    Rule("L6", 0, "E_AUTHORITY", (CosignSeries,), authority.cosignature_is_an_institutions),
    Rule("L6", 0, "E_AUTHORITY", (CreateSeries,), authority.series_is_opened_by_a_platform),
    Rule("L6", 0, "E_AUTHORITY", (SealSeries, *MINTING), authority.series_is_run_by_its_issuer),
    Rule("L6", 0, "E_AUTHORITY", (Issue,), authority.sale_is_by_a_seller),
    Rule("L6", 0, "E_NOT_OWNER", (Approve,), authority.approval_is_by_the_owner),
    Rule("L6", 0, "E_AUTHORITY", (SetApprovalForAll,), authority.operator_is_named_by_a_person),
    Rule("L6", 0, "E_NOT_OWNER", (TransferFrom,), authority.gift_is_by_the_owner),
    Rule("L6", 0, "E_NOT_OWNER", (*USES, ChooseHoldOrRefund), authority.use_is_by_the_owner),
    Rule("L6", 0, "E_AUTHORITY", (Refund,), authority.refund_is_by_a_seller),
    Rule("L6", 0, "E_AUTHORITY", (*FREEZING, *UNFREEZING), authority.freeze_is_by_a_party),
    Rule("L6", 0, "E_AUTHORITY", (Appeal,), authority.appeal_is_the_owners),
    Rule("L6", 0, "E_AUTHORITY", (Uphold,), authority.review_is_by_a_party),
    Rule("L6", 0, "E_AUTHORITY", (OpenDispute,), authority.dispute_is_by_a_party),
    Rule("L6", 0, "E_AUTHORITY", (ResolveDispute, Takedown, ForcedTransfer), authority.measure_is_by_the_committee),
    Rule("L6", 0, "E_NOT_OWNER", (ForcedTransfer,), authority.token_is_taken_from_its_owner),
    Rule("L6", 0, "E_AUTHORITY", OPENING, openings.case_is_opened_in_ones_own_name),
    Rule("L6", 0, "E_AUTHORITY", (UpdateAccountState,), openings.suspension_is_in_ones_own_name),
    Rule("L6", 0, "E_AUTHORITY", (WindDown,), authority.end_is_the_issuers),
    Rule("L6", 0, "E_AUTHORITY", (RecordAccess,), authority.access_is_the_regulators),
    Rule("L6", 0, "E_AUTHORITY", (Propose,), authority.proposal_is_by_a_voter),
    Rule("L6", 0, "E_AUTHORITY", (Propose,), openings.proposal_is_in_ones_own_name),
    Rule("L6", 0, "E_AUTHORITY", (Vote,), authority.vote_is_by_a_voter),
    Rule("L6", 0, "E_AUTHORITY", LICENSING, authority.licence_is_the_registrars),
    Rule("L6", 0, "E_AUTHORITY", (Attest,), authority.attestation_is_a_notarys),
    Rule("L6", 0, "E_AUTHORITY", (ReportSuspicious, SubmitEvidence), authority.statement_is_a_members),
    Rule("L7", 0, "E_UNKNOWN", NAMING_AN_ACCOUNT, existence.account_exists),
    Rule("L7", 0, "E_UNKNOWN", (RegisterWork,), existence.licensees_are_platforms),
    Rule("L7", 0, "E_UNKNOWN", (CreateSeries, ReviewWork, *LICENSING), existence.work_exists),
    Rule("L7", 0, "E_UNKNOWN", (GrantLicence,), existence.new_licensee_is_a_platform),
    Rule("L7", 0, "E_UNKNOWN", (Attest,), existence.attested_exists),
    Rule("L7", 0, "E_UNKNOWN", (CreateSeries,), existence.sellers_are_platforms),
    Rule("L7", 0, "E_UNKNOWN", (SealSeries, *MINTING, Issue, CosignSeries), existence.series_exists),
    Rule(
        "L7",
        0,
        "E_UNKNOWN",
        (Approve, *MOVING, *USES, Refund, ChooseHoldOrRefund, FreezeToken, UnfreezeToken),
        existence.token_exists,
    ),
    Rule("L7", 0, "E_UNKNOWN", (Approve,), existence.approved_exists),
    Rule("L7", 0, "E_UNKNOWN", (SetApprovalForAll,), existence.operator_exists),
    Rule("L7", 0, "E_UNKNOWN", (EmergencyFreeze, Appeal, Uphold), existence.subject_exists),
    Rule("L7", 0, "E_UNKNOWN", (OpenDispute, ResolveDispute), existence.disputed_work_exists),
    Rule("L7", 0, "E_UNKNOWN", (Takedown,), existence.removable_exists),
    Rule("L7", 0, "E_UNKNOWN", (WindDown,), existence.closable_exists),
    Rule("L7", 0, "E_UNKNOWN", MOVING, existence.giver_exists),
    Rule("L7", 0, "E_UNKNOWN", (Issue, *MOVING), existence.recipient_exists),
    Rule("L7", 0, "E_UNKNOWN", (Propose,), existence.member_concerned_exists),
    Rule("L7", 0, "E_UNKNOWN", (Vote,), existence.proposal_exists),
    Rule("L8", 0, "E_EXISTS", (RegisterAccount,), existence.account_is_new),
    Rule("L8", 0, "E_EXISTS", (RegisterWork,), existence.work_is_new),
    Rule("L8", 0, "E_EXISTS", (CreateSeries,), existence.series_is_new),
    Rule("L8", 0, "E_EXISTS", (Propose,), existence.proposal_is_new),
    Rule("L8", 0, "E_EXISTS", (Propose,), existence.member_is_new),
    Rule("L8", 0, "E_EXISTS", (Attest,), existence.attestation_is_new),
    Rule("L9", 0, "E_NO_CHANGE", (UpdateAccountState,), stages.state_changes),
    Rule("L9", 0, "E_NO_CHANGE", (KeepKey,), stages.another_key_is_announced),
    Rule("L9", 0, "E_NO_CHANGE", (Propose,), stages.proposal_changes_something),
    Rule("L9", 0, "E_SEALED", (SealSeries, *MINTING, CosignSeries), stages.series_is_open),
    Rule("L9", 0, "E_EMPTY", (SealSeries,), stages.series_has_editions),
    Rule("L9", 0, "E_NOT_SEALED", (Issue,), stages.series_is_sealed),
    Rule("L9", 0, "E_NOT_SOLD", OF_A_SOLD_TOKEN, stages.token_is_sold),
    Rule("L9", 0, "E_BURNED", (*OF_A_SOLD_TOKEN, FreezeToken), stages.token_is_not_burned),
    Rule("L9", 0, "E_BURNED", (EmergencyFreeze,), stages.frozen_token_is_not_burned),
    Rule("L9", 0, "E_NO_CHANGE", (Approve,), stages.approval_changes),
    Rule("L9", 0, "E_SELF_APPROVAL", (Approve,), stages.approval_is_for_another),
    Rule("L9", 0, "E_NO_CHANGE", (SetApprovalForAll,), stages.operators_change),
    Rule("L9", 0, "E_SELF_APPROVAL", (SetApprovalForAll,), stages.operator_is_another),
    Rule("L9", 0, "E_TOO_MANY_OPERATORS", (SetApprovalForAll,), stages.operators_have_room),
    Rule("L9", 0, "E_NO_CHANGE", LICENSING, stages.licence_changes),
    Rule("L9", 0, "E_TOO_MANY_LICENSEES", (GrantLicence,), stages.licences_have_room),
    Rule("L9", 0, "E_SELF_GIFT", MOVING, stages.gift_goes_elsewhere),
    Rule("L10", 0, "E_PERSONAL_DATA", privacy.WRITTEN, privacy.texts_hold_no_personal_data),
    Rule("L10", 0, "E_PERSONAL_DATA", OPERATION_TYPES, privacy.key_holds_no_personal_data),
    Rule("L11", 0, "E_DUPLICATE_KEY", OPERATION_TYPES, idempotency.key_is_free),
    Rule("L11", 0, "E_TOO_MANY_KEYS", OPERATION_TYPES, idempotency.keys_have_room),
    Rule("R1.1", 1, "E_NO_ANCHOR", (CreateSeries,), real_economy.series_has_anchors),
    Rule("R1.2", 1, "E_NO_BENEFIT", (Redeem,), real_economy.benefit_is_promised),
    Rule("R1.2", 1, "E_ALREADY_REDEEMED", (Redeem,), real_economy.benefit_is_unused),
    Rule("R1.3", 1, "E_FINANCIAL_UNDERLYING", (CreateSeries,), real_economy.series_has_no_financial_underlying),
    Rule("R2.2", 2, "E_COSIGNATURE", (SealSeries,), national_culture.heritage_is_cosigned),
    Rule("R2.2", 2, "E_COSIGNATURE", (CosignSeries,), national_culture.cosignature_is_wanted),
    Rule("R3.2", 3, "E_SCHEMA", OPERATION_TYPES, develop_industry.schema_is_published),
    Rule("R4.1", 4, "E_NO_LICENCE", (CreateSeries,), original_works.issuer_is_licensed),
    Rule("R4.1", 4, "E_NO_LICENCE", MINTING, original_works.issuer_is_still_licensed),
    Rule("R4.2", 4, "E_DUPLICATE_CONTENT", (RegisterWork,), original_works.content_is_new),
    Rule("R4.2", 4, "E_UNDER_REVIEW", (CreateSeries,), original_works.work_is_no_likeness),
    Rule("R4.2", 4, "E_UNDER_REVIEW", MINTING, original_works.work_is_still_no_likeness),
    Rule("R4.2", 4, "E_UNDER_REVIEW", (ReviewWork,), original_works.work_waits_for_review),
    Rule("R4.3", 4, "E_DISPUTED", (*MOVING, Redeem), disputes.token_is_undisputed),
    Rule("R4.3", 4, "E_DISPUTED", (*MINTING, Issue), disputes.series_is_undisputed),
    Rule("R4.3", 4, "E_DISPUTED", (CreateSeries,), disputes.work_is_undisputed),
    Rule("R4.3", 4, "E_TAKEN_DOWN", (Approve, *MOVING, *USES), disputes.token_stands),
    Rule("R4.3", 4, "E_TAKEN_DOWN", (*MINTING, SealSeries, CosignSeries, Issue), disputes.series_stands),
    Rule("R4.3", 4, "E_TAKEN_DOWN", (CreateSeries, OpenDispute), disputes.work_stands),
    Rule("R4.3", 4, "E_DISPUTE_EXPIRY", (OpenDispute,), disputes.dispute_ends),
    Rule("R4.3", 4, "E_CASE_TERMS", (OpenDispute,), disputes.dispute_has_the_cases_terms),
    Rule("R4.3", 4, "E_CASE_CLOSED", (OpenDispute,), disputes.dispute_is_not_open),
    Rule("R4.3", 4, "E_DISPUTED", (OpenDispute,), disputes.work_is_in_no_other_dispute),
    Rule("R4.3", 4, "E_ALREADY_APPROVED", (OpenDispute,), disputes.party_is_new_to_dispute),
    Rule("R4.3", 4, "E_NOT_DISPUTED", (ResolveDispute,), disputes.dispute_can_be_decided),
    Rule("R4.3", 4, "E_ALREADY_DECIDED", (ResolveDispute,), disputes.member_is_new_to_decision),
    Rule("R4.3", 4, "E_TAKEN_DOWN", (Takedown,), disputes.subject_still_stands),
    Rule("R4.3", 4, "E_NOT_HELD", (Takedown,), disputes.token_to_take_down_was_sold),
    Rule("R4.3", 4, "E_CASE_TERMS", (Takedown,), disputes.takedown_has_the_cases_terms),
    Rule("R4.3", 4, "E_CASE_CLOSED", (Takedown,), disputes.takedown_is_undecided),
    Rule("R4.3", 4, "E_ALREADY_APPROVED", (Takedown,), disputes.party_is_new_to_takedown),
    Rule("R5.1", 5, "E_PRICE", (CreateSeries,), value_support.band_has_two_ends),
    Rule("R5.1", 5, "E_PRICE", (Issue,), value_support.price_is_as_disclosed),
    Rule("R5.3", 5, "E_EDITION_CAP", (CreateSeries,), value_support.cap_is_within_bound),
    Rule("R5.3", 5, "E_EDITION_CAP", MINTING, value_support.mint_is_within_cap),
    Rule("R5.3", 5, "E_SOLD_OUT", (Issue,), value_support.edition_is_left),
    Rule("R5.4", 5, "E_DISCLOSURE", (CreateSeries,), value_support.disclosure_is_complete),
    Rule("R6.1", 6, "E_AGE", (Issue,), consumer_protection.buyer_is_adult),
    Rule("R6.1", 6, "E_AGE", MOVING, consumer_protection.recipient_is_old_enough),
    Rule("R6.1", 6, "E_REAL_NAME", (Issue, *MOVING), consumer_protection.recipient_has_real_name),
    Rule("R6.2", 6, "E_PURCHASE_LIMIT", (Issue,), consumer_protection.person_is_within_purchase_limit),
    Rule("R6.3", 6, "E_NO_CONSENT", (Refund,), consumer_protection.buyer_agrees),
    Rule("R6.3", 6, "E_NOT_AS_SOLD", (Refund,), consumer_protection.edition_is_as_sold),
    Rule("R6.3", 6, "E_NOT_BOUGHT", (Refund,), consumer_protection.owner_bought_it),
    Rule("R6.3", 6, "E_REFUND_WINDOW", (Refund,), consumer_protection.refund_window_is_open),
    Rule("R6.3", 6, "E_WOUND_DOWN", (*MINTING, Issue), winding_down.series_goes_on),
    Rule("R6.3", 6, "E_WOUND_DOWN", (RegisterAccount, CreateSeries, Issue), winding_down.platform_goes_on),
    Rule("R6.3", 6, "E_WOUND_DOWN", (WindDown,), winding_down.end_is_announced_once),
    Rule("R6.3", 6, "E_NO_CHOICE", (ChooseHoldOrRefund,), winding_down.holder_can_choose),
    Rule("R6.3", 6, "E_NO_CHANGE", (ChooseHoldOrRefund,), winding_down.choice_changes),
    Rule("R6.4", 6, "E_FREEZE_EXPIRY", FREEZING, consumer_protection.freeze_ends),
    Rule("R6.4", 6, "E_NOT_APPEALABLE", (Appeal,), consumer_protection.case_can_be_appealed),
    Rule("R6.4", 6, "E_NOT_UNDER_REVIEW", (Uphold,), consumer_protection.case_is_under_review),
    Rule("R6.4", 6, "E_ALREADY_UPHELD", (Uphold,), consumer_protection.party_is_new_to_review),
    Rule("R6.5", 6, "E_SUSPENSION_TERMS", (UpdateAccountState,), suspensions.suspension_has_terms),
    Rule("R6.5", 6, "E_SUSPENSION_EXPIRY", (UpdateAccountState,), suspensions.suspension_ends),
    Rule("R6.5", 6, "E_SUSPENSION_SPENT", (UpdateAccountState,), suspensions.suspension_is_not_chained),
    Rule("R7.1", 7, "E_FORBIDDEN", (Propose,), governance.decision_is_possible),
    Rule("R7.1", 7, "E_POLICY", (Propose,), governance.policy_is_one),
    Rule("R7.1", 7, "E_ROLE", (Propose,), governance.watchers_have_no_vote),
    Rule("R7.1", 7, "E_LAST_VOTER", (Propose,), governance.somebody_still_votes),
    Rule("R7.1", 7, "E_AGENDA_FULL", (Propose,), governance.agenda_has_room),
    Rule("R7.1", 7, "E_VOTING_CLOSED", (Vote,), governance.proposal_is_open),
    Rule("R7.1", 7, "E_ALREADY_VOTED", (Vote,), governance.voter_is_new),
    Rule("R7.1", 7, "E_REMOVED", (UpdateAccountState,), governance.removal_is_undone_by_vote),
    Rule("R7.2", 7, "E_ACCOUNT_FROZEN", OPERATION_TYPES, controllable_chain.signer_is_free),
    Rule("R7.2", 7, "E_ACCOUNT_FROZEN", (Issue,), controllable_chain.buyer_is_free),
    Rule("R7.2", 7, "E_ACCOUNT_FROZEN", (TransferFrom,), controllable_chain.both_ends_are_free),
    Rule("R7.2", 7, "E_ACCOUNT_FROZEN", (Refund,), controllable_chain.owner_is_free),
    Rule(
        "R7.2",
        7,
        "E_FROZEN",
        (TransferFrom, *USES, Refund, ChooseHoldOrRefund),
        controllable_chain.token_is_free_to_give,
    ),
    Rule("R7.2", 7, "E_FROZEN", (Approve,), controllable_chain.token_is_free_to_approve),
    Rule("R7.2", 7, "E_FROZEN", (Issue,), controllable_chain.edition_is_free_to_sell),
    Rule("R7.2", 7, "E_MEMBER", (FreezeAccount,), controllable_chain.account_is_a_persons),
    Rule("R7.2", 7, "E_MEMBER", (EmergencyFreeze,), controllable_chain.subject_is_a_persons),
    Rule("R7.2", 7, "E_FREEZE_TERMS", FREEZING, controllable_chain.terms_are_the_cases),
    Rule("R7.2", 7, "E_CASE_CLOSED", FREEZING, controllable_chain.case_is_undecided),
    Rule("R7.2", 7, "E_FROZEN", FREEZING, controllable_chain.nothing_is_in_another_case),
    Rule("R7.2", 7, "E_ALREADY_APPROVED", (FreezeToken, FreezeAccount), controllable_chain.party_is_new_to_freeze),
    Rule("R7.2", 7, "E_EMERGENCY_SPENT", (EmergencyFreeze,), controllable_chain.emergency_is_the_cases_first),
    Rule("R7.2", 7, "E_EMERGENCY_SPENT", (EmergencyFreeze,), controllable_chain.emergency_is_not_chained),
    Rule("R7.2", 7, "E_NOT_FROZEN", UNFREEZING, controllable_chain.case_can_be_ended),
    Rule("R7.2", 7, "E_ALREADY_APPROVED", UNFREEZING, controllable_chain.party_is_new_to_release),
    Rule("R7.4", 7, "E_PARAMETER", (Propose,), governance.figures_are_permitted),
    Rule("R7.4", 7, "E_PROPOSAL_EXPIRY", (Propose,), governance.voting_ends),
    Rule("R7.5", 7, "E_PAUSED", OPERATION_TYPES, governance.chain_is_not_paused),
    Rule("R7.6", 7, "E_FROZEN", (ForcedTransfer,), forced_transfers.token_is_in_no_other_freeze),
    Rule("R7.6", 7, "E_ACCOUNT_FROZEN", (ForcedTransfer,), forced_transfers.owner_is_in_no_other_freeze),
    Rule("R7.6", 7, "E_ACCOUNT_FROZEN", (ForcedTransfer,), forced_transfers.recipient_is_free),
    Rule("R7.6", 7, "E_CASE_TERMS", (ForcedTransfer,), forced_transfers.transfer_has_the_cases_terms),
    Rule("R7.6", 7, "E_CASE_CLOSED", (ForcedTransfer,), forced_transfers.transfer_is_undecided),
    Rule("R7.6", 7, "E_ALREADY_APPROVED", (ForcedTransfer,), forced_transfers.member_is_new_to_transfer),
    Rule("R8.1", 8, "E_SAME_KEY", (RotateKey,), cyber_security.key_is_another),
    Rule("R8.2", 8, "E_RATE", OPERATION_TYPES, cyber_security.signer_is_within_rate),
    Rule("R8.2", 8, "E_TOO_MANY_CASES", (*OPENING, Propose), bounds.docket_has_room),
    Rule("R8.2", 8, "E_DAY_FULL", MAKING, bounds.day_has_room),
    Rule("R8.3", 8, "E_NO_EVIDENCE", (SubmitEvidence,), cyber_security.evidence_convicts),
    Rule("R8.3", 8, "E_EVIDENCE_KNOWN", (SubmitEvidence,), cyber_security.evidence_is_news),
    Rule("R9.2", 9, "E_CURRENCY", (Issue,), no_virtual_currency.settlement_is_in_yuan),
    Rule("R9.3", 9, "E_CHAIN", (Attest,), no_virtual_currency.bridge_leads_to_a_listed_chain),
    Rule("R10.1", 10, "E_HOLD", (TransferFrom,), no_speculation.holding_period_is_over),
    Rule("R10.2", 10, "E_TRANSFERS", (TransferFrom,), no_speculation.token_may_move_again),
    Rule("R10.4", 10, "E_GIFT_LIMIT", (TransferFrom,), no_speculation.person_is_within_gift_limit),
    Rule("R10.5", 10, "E_COOLING", (TransferFrom,), no_speculation.hot_series_is_held_longer),
    Rule("R11.1", 11, "E_IDENTITY", (Issue,), no_laundering.buyer_is_identified),
    Rule("R11.1", 11, "E_IDENTITY", MOVING, no_laundering.both_ends_are_identified),
    Rule("R11.3", 11, "E_REPORTED", (ReportSuspicious,), no_laundering.report_is_new),
)
"""About what is asked, by whom."""

RULES = SIGNING_RULES + OPERATION_RULES

RULE_IDS = tuple(dict.fromkeys(rule.id for rule in RULES))
"""Every rule once, in the table's order, which is that of compliance reports."""

NONCE_KEEPING_CODES = frozenset({"E_ACCOUNT_UNKNOWN", "E_KEY", "E_NONCE"})
"""Refusals that leave the nonce unused: there is no account, or it is not shown that its holder signed."""


def rules_for(rules: tuple[Rule, ...]) -> dict[type, tuple[Rule, ...]]:
    """The rows of `rules` that judge each operation, in order."""
    return {each: tuple(rule for rule in rules if each in rule.applies_to) for each in OPERATION_TYPES}


_ALL = rules_for(RULES)
_OPERATION_ONLY = rules_for(OPERATION_RULES)
_GIFTS_IN_BATCH = tuple(
    rule for rule in OPERATION_RULES if TransferFrom in rule.applies_to and SafeBatchTransferFrom not in rule.applies_to
)
"""What each gift of a batch meets besides what the batch meets as a whole."""


def rules_met_by(operation: type) -> tuple[Rule, ...]:
    """Every row that an operation is judged by, in order; a batch of gifts also by those of a gift."""
    if operation is SafeBatchTransferFrom:
        return _ALL[operation] + _GIFTS_IN_BATCH
    return _ALL[operation]


def refusals_of(request: Request) -> tuple[Refusal, ...]:
    """Every rule that refuses the request's transaction, in table order; empty: it may be done."""
    return _judge(_ALL, request)


def refusals_of_operation(request: Request) -> tuple[Refusal, ...]:
    """The same without the rules about nonce, key and deadline."""
    return _judge(_OPERATION_ONLY, request)


def _judge(rules: dict[type, tuple[Rule, ...]], request: Request) -> tuple[Refusal, ...]:
    operation = request.transaction.operation
    refusals = _ask(rules[type(operation)], request, operation)
    if type(operation) is SafeBatchTransferFrom:
        refusals += refusals_of_gifts(request, operation, partial(_ask, _GIFTS_IN_BATCH))
    return refusals


def _ask(rules: tuple[Rule, ...], request: Request, operation: Part) -> tuple[Refusal, ...]:
    refusals: list[Refusal] | None = None
    for rule in rules:
        reason = rule.check(request, operation)
        if reason is not None:
            refusal = Refusal(rule.code, rule.id, rule.tenet, reason.message, reason.params, reason.retry_at_ms)
            if refusals is None:
                refusals = []
            refusals.append(refusal)
    return () if refusals is None else tuple(refusals)
