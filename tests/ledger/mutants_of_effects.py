"""Wrong ledgers whose rules are off by one, or whose operations leave the wrong state behind."""

from collections.abc import Callable
from dataclasses import replace as with_figures
from typing import Any

import msgspec
import pytest

from ledger import approvals, commitment, enactment, execute, freezing, governance, keys, nonces
from ledger.commitment import OtherLeaf, StateProof
from ledger.names import series_of_token
from ledger.operations.freezes import Appeal, EmergencyFreeze
from ledger.operations.series import Issue, Mint, MintBatch
from ledger.operations.tokens import Burn, TransferFrom
from ledger.parameters import Parameters
from ledger.receipts import Event
from ledger.records.accounts import AccountRecord
from ledger.rules import consumer_protection, controllable_chain, no_speculation, table, value_support
from ledger.rules.request import Reason, Request
from ledger.state import State
from ledger.transitions import freezes, holding, tokens
from ledger.transitions.table import TRANSITIONS
from tests.consensus.mutant import mutant, swap
from tests.ledger.mutants_of_rules import TABLE, overrule

HOLD = "test_rules.test_a_gift_before_its_time_is_refused_with_the_millisecond_of_its_time__r10_1"
DAILY = "test_rules.test_a_person_gives_three_a_day_over_all_accounts_and_tomorrow_again__r10_4"


def carry_out(patch: pytest.MonkeyPatch, operation: type, wrong: Callable[[Request, Any], tuple[Event, ...]]) -> None:
    """Let `wrong` carry out the operation."""
    patch.setitem(TRANSITIONS, operation, wrong)


def with_other(request: Request, **figures: int) -> Request:
    """The same request under other figures."""
    return msgspec.structs.replace(request, parameters=with_figures(request.parameters, **figures))


def at(request: Request, now_ms: int) -> Request:
    """The same request at another block time."""
    return msgspec.structs.replace(request, now_ms=now_ms)


@mutant(breaks="L3", found_by="test_rules.test_a_nonce_too_old_is_refused_and_any_order_within_the_window_is_not")
def the_nonce_window_is_one_wider(patch: pytest.MonkeyPatch) -> None:
    """One nonce more counts as new than is remembered."""
    swap(patch, nonces.is_too_old, lambda highest, nonce: highest - nonce > nonces.WINDOW)


@mutant(breaks="L3", found_by="test_execute.test_a_refused_transaction_uses_up_its_nonce")
def a_refused_transaction_keeps_its_nonce(patch: pytest.MonkeyPatch) -> None:
    """What was refused may still take effect when it is ordered again."""
    codes = frozenset({*table.NONCE_KEEPING_CODES, "E_EXISTS", "E_HOLD", "E_SEALED", "E_NO_LICENCE", "E_UNKNOWN"})
    patch.setattr(execute, "NONCE_KEEPING_CODES", codes)


@mutant(breaks="L6", found_by="test_tokens.test_an_approved_account_gives_once_and_the_gift_ends_its_approval")
def an_approval_outlives_the_gift(patch: pytest.MonkeyPatch) -> None:
    """Who was approved by the giver may give the token away from the new owner too."""
    right = tokens.transfer_from

    def transfer_from(request: Request, operation: TransferFrom) -> tuple[Event, ...]:
        before = request.state.tokens.get(operation.token)
        events = right(request, operation)
        after = request.state.tokens.get(operation.token)
        assert before is not None
        assert after is not None
        request.state.tokens.put(operation.token, msgspec.structs.replace(after, approved=before.approved))
        return events

    carry_out(patch, TransferFrom, transfer_from)


@mutant(breaks="L9", found_by="test_tokens.test_what_was_burned_is_over_and_its_number_is_never_given_again")
def a_burned_token_stays(patch: pytest.MonkeyPatch) -> None:
    """A burn is told as an event and leaves the token with its owner."""

    def burn(request: Request, operation: Burn) -> tuple[Event, ...]:
        params = (("token", operation.token), ("from", request.account), ("by", request.account))
        return (Event("burned", params),)

    carry_out(patch, Burn, burn)


@mutant(breaks="R5.3", found_by=TABLE)
def one_edition_more_than_announced(patch: pytest.MonkeyPatch) -> None:
    """The cap is off by one."""
    right = value_support.mint_is_within_cap

    def mint_is_within_cap(request: Request, operation: Mint | MintBatch) -> Reason | None:
        count = operation.count - 1 if isinstance(operation, MintBatch) else 0
        return right(request, MintBatch(operation.series, count))

    overrule(patch, right, mint_is_within_cap)


@mutant(breaks="R6.2", found_by="test_rules.test_one_edition_for_a_person_over_all_accounts_and_platforms__r6_2")
def the_purchase_limit_is_each_accounts(patch: pytest.MonkeyPatch) -> None:
    """Who has an account at each platform buys at each."""
    right = consumer_protection.person_is_within_purchase_limit

    def person_is_within_purchase_limit(request: Request, operation: Issue) -> Reason | None:
        owned = (
            token.owner for name, token in request.state.tokens.unsorted() if series_of_token(name) == operation.series
        )
        return right(request, operation) if operation.to in owned else None

    overrule(patch, right, person_is_within_purchase_limit)


@mutant(breaks="R6.4", found_by="test_freezes.test_a_freeze_ends_by_itself_to_the_millisecond__r6_4")
def a_tokens_freeze_ends_a_millisecond_early(patch: pytest.MonkeyPatch) -> None:
    """In the last millisecond of its freeze a token is free."""
    right = controllable_chain.token_is_free_to_give
    overrule(patch, right, lambda request, operation: right(at(request, request.now_ms + 1), operation))


@mutant(breaks="R6.4", found_by="test_account_freezes.test_an_accounts_freeze_ends_by_itself_to_the_millisecond__r6_4")
def an_accounts_freeze_ends_a_millisecond_late(patch: pytest.MonkeyPatch) -> None:
    """At the very end of its freeze an account is still frozen."""
    right = controllable_chain.signer_is_free
    overrule(patch, right, lambda request, operation: right(at(request, request.now_ms - 1), operation))


@mutant(breaks="R6.4", found_by="test_appeals.test_an_appeal_that_nobody_answers_ends_the_freeze__r6_4")
def an_appeal_that_nobody_answers_changes_nothing(patch: pytest.MonkeyPatch) -> None:
    """The freeze goes on to its own end, whether or not anybody reviews it."""
    right = freezes.appeal

    def appeal(request: Request, operation: Appeal) -> tuple[Event, ...]:
        return right(with_other(request, appeal_days=36_500), operation)

    carry_out(patch, Appeal, appeal)


@mutant(breaks="R7.2", found_by="test_emergency_freezes.test_one_party_freezes_at_once_and_it_lapses_by_itself__r7_2")
def an_emergency_never_lapses(patch: pytest.MonkeyPatch) -> None:
    """What one party froze alone stays frozen to the end that it asked for."""
    right = freezes.emergency_freeze

    def emergency_freeze(request: Request, operation: EmergencyFreeze) -> tuple[Event, ...]:
        return right(with_other(request, emergency_hours=876_000), operation)

    carry_out(patch, EmergencyFreeze, emergency_freeze)


@mutant(breaks="R7.2", found_by="test_freezes.test_two_parties_freeze_if_one_is_the_regulator_in_either_order__r7_2")
def one_party_is_enough_to_freeze(patch: pytest.MonkeyPatch) -> None:
    """A freeze takes effect with its first approval."""

    def are_enough_to_freeze(state: State, parameters: Parameters, now_ms: int, parties: tuple[str, ...]) -> bool:
        return bool(parties)

    swap(patch, approvals.are_enough_to_freeze, are_enough_to_freeze)


@mutant(
    breaks="R7.2", found_by="test_emergency_freezes.test_a_party_does_not_chain_emergencies_under_other_cases__r7_2"
)
def emergencies_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Nothing is kept of who froze what alone."""
    swap(patch, freezing.remember_emergency, lambda state, party, name, case: None)


@mutant(
    breaks="R7.4", found_by="test_versions.test_an_adopted_figure_judges_from_its_height_on_and_no_block_before__r7_4"
)
def a_figure_is_in_force_one_block_too_early(patch: pytest.MonkeyPatch) -> None:
    """What was adopted takes effect a block before its delay is over."""

    right = governance.settle

    def settle(state: State, name: str, *, height: int, parameters: Parameters) -> tuple[Event, ...]:
        sooner = with_figures(parameters, change_delay_blocks=parameters.change_delay_blocks - 1)
        return right(state, name, height=height, parameters=sooner)

    swap(patch, right, settle)


@mutant(
    breaks="R7.4",
    found_by="test_governance.test_a_proposal_that_nobody_decides_expires_to_the_millisecond_without_a_transaction__r7_4",
)
def proposals_never_expire(patch: pytest.MonkeyPatch) -> None:
    """What nobody decides stays on the agenda for ever."""
    patch.setattr(enactment, "_expire", lambda state, moment: None)


@mutant(
    breaks="R8.1",
    found_by="test_versions.test_a_key_is_replaced_from_a_height_on_and_the_old_one_signs_nothing_more__r8_1",
)
def a_key_is_replaced_one_block_too_early(patch: pytest.MonkeyPatch) -> None:
    """The new key signs in the block before the one that was announced."""
    right = keys.key_in_force

    def key_in_force(state: State, account: str, record: AccountRecord, height: int, now_ms: int) -> object:
        return right(state, account, record, height + 1, now_ms)

    swap(patch, right, key_in_force)


@mutant(breaks="R10.1", found_by=HOLD)
def a_holding_period_ends_a_millisecond_early(patch: pytest.MonkeyPatch) -> None:
    """A token is given in the last millisecond of its holding period."""
    right = no_speculation.holding_period_is_over
    overrule(patch, right, lambda request, operation: right(at(request, request.now_ms + 1), operation))


@mutant(breaks="R10.1", found_by=HOLD)
def a_gift_does_not_restart_the_hold_clock(patch: pytest.MonkeyPatch) -> None:
    """The holding period counts from the purchase, whoever owns the token now."""
    right = tokens.transfer_from

    def transfer_from(request: Request, operation: TransferFrom) -> tuple[Event, ...]:
        before = request.state.tokens.get(operation.token)
        events = right(request, operation)
        after = request.state.tokens.get(operation.token)
        assert before is not None
        assert after is not None
        request.state.tokens.put(operation.token, msgspec.structs.replace(after, acquired_ms=before.acquired_ms))
        return events

    carry_out(patch, TransferFrom, transfer_from)


@mutant(breaks="R10.4", found_by=DAILY)
def one_gift_a_day_more(patch: pytest.MonkeyPatch) -> None:
    """The daily limit is off by one."""
    right = no_speculation.person_is_within_gift_limit

    def person_is_within_gift_limit(request: Request, operation: TransferFrom) -> Reason | None:
        return right(with_other(request, gifts_per_day=request.parameters.gifts_per_day + 1), operation)

    overrule(patch, right, person_is_within_gift_limit)


@mutant(breaks="R10.4", found_by=DAILY)
def days_begin_in_greenwich(patch: pytest.MonkeyPatch) -> None:
    """The gifts of a day are counted from midnight UTC."""
    patch.setattr(no_speculation, "DAY_OFFSET_MS", 0)


@mutant(breaks="LEDGER.md, Questions", found_by="test_view.test_every_question_is_answered_as_of_its_height")
def holdings_are_not_counted(patch: pytest.MonkeyPatch) -> None:
    """Sales, gifts and burns leave the count of what an account holds as it was."""
    swap(patch, holding.count, lambda state, account, change: None)


@mutant(
    breaks="LEDGER.md, State",
    found_by="test_commitment.test_a_present_key_cannot_be_hidden_behind_another_leaf_or_branch",
)
def any_leaf_proves_an_absence(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks whether the other leaf stands where the absent key would."""
    right = commitment.verify_proof

    def verify_proof(root: Any, key: bytes, value: bytes | None, proof: StateProof) -> bool:
        if value is None and isinstance(proof.other, OtherLeaf):
            with pytest.MonkeyPatch.context() as elsewhere:
                leaf = proof.other
                elsewhere.setattr(
                    commitment, "_key_hash", lambda _: bytes([*leaf.key_hash[:-1], leaf.key_hash[-1] ^ 1])
                )
                return right(root, key, value, proof)
        return right(root, key, value, proof)

    swap(patch, right, verify_proof)
