"""Wrong ledgers that lack a rule: each row leaves one rule of the table out, and names the test that misses it."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.rules import (
    authority,
    bounds,
    consumer_protection,
    controllable_chain,
    cyber_security,
    develop_industry,
    disputes,
    governance,
    idempotency,
    no_speculation,
    no_virtual_currency,
    original_works,
    privacy,
    real_economy,
    signer,
    stages,
    suspensions,
    table,
    value_support,
)
from ledger.rules.request import Rule
from tests.consensus.mutant import Mutant

TABLE = "test_rules.test_every_refusing_rule_is_named_and_no_other"


def overrule(patch: pytest.MonkeyPatch, right: Callable[..., Any], wrong: Callable[..., Any]) -> None:
    """Ask `wrong` wherever the rule table asks `right`."""

    def changed(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(
            Rule(rule.id, rule.tenet, rule.code, rule.applies_to, wrong) if rule.check is right else rule
            for rule in rules
        )

    assert any(rule.check is right for rule in table.RULES), f"{right} is no rule: this mutant changes nothing"
    for name in ("_ALL", "_OPERATION_ONLY"):
        patch.setattr(table, name, {operation: changed(rules) for operation, rules in getattr(table, name).items()})
    patch.setattr(table, "_GIFTS_IN_BATCH", changed(table._GIFTS_IN_BATCH))


def without(name: str, what: str, right: Callable[..., Any], found_by: str) -> Mutant:
    """The ledger whose rule `right` never refuses."""
    breaks = next(rule.id for rule in table.RULES if rule.check is right)

    def apply(patch: pytest.MonkeyPatch) -> None:
        overrule(patch, right, lambda request, operation: None)

    return Mutant(name, what, breaks, found_by, "", apply)


MUTANTS: tuple[Mutant, ...] = (
    without(
        "any key signs for any account",
        "Nobody asks whether the key is the account's.",
        signer.key_is_the_accounts,
        "test_execute.test_a_transaction_signed_with_another_key_does_not_use_up_the_nonce",
    ),
    without(
        "a nonce is accepted twice",
        "What was executed is executed again.",
        signer.nonce_is_unused,
        "test_rules.test_a_nonce_is_good_once",
    ),
    without(
        "deadlines are ignored",
        "A transaction is as good as ever after its deadline.",
        signer.deadline_is_ahead,
        "test_rules.test_a_deadline_is_kept_to_the_millisecond",
    ),
    without(
        "anybody gives anybodys token",
        "Nobody asks whether the giver is the owner or speaks for him.",
        authority.gift_is_by_the_owner,
        TABLE,
    ),
    without(
        "outsiders vote",
        "A vote counts whoever casts it.",
        authority.vote_is_by_a_voter,
        "test_governance.test_who_does_not_govern_neither_proposes_nor_votes",
    ),
    without("minting goes on after the seal", "A sealed series is still open.", stages.series_is_open, TABLE),
    without(
        "editions are sold before the seal",
        "A series is sold while it still grows.",
        stages.series_is_sealed,
        TABLE,
    ),
    without(
        "personal data are let through",
        "Nobody looks for identity numbers, telephones and addresses in texts.",
        privacy.texts_hold_no_personal_data,
        TABLE,
    ),
    without(
        "idempotency keys are ignored",
        "The same key stands for a second transaction.",
        idempotency.key_is_free,
        "test_idempotency.test_a_key_stands_for_its_first_transaction_for_some_hours__l11",
    ),
    without(
        "a benefit is redeemed twice",
        "Nobody asks whether the benefit was used.",
        real_economy.benefit_is_unused,
        "test_tokens.test_a_benefit_is_redeemed_once_whoever_owns_the_token__r1_2",
    ),
    without(
        "schemas are ignored",
        "A transaction of a schema that was never published is executed.",
        develop_industry.schema_is_published,
        "test_more_rules.test_a_transaction_of_another_schema_is_refused__r3_2",
    ),
    without(
        "a revoked licence still mints",
        "The licence is asked for when a series is opened, and not after.",
        original_works.issuer_is_still_licensed,
        "test_statements.test_a_revoked_licence_stops_minting_and_leaves_holders_alone__r4_1",
    ),
    without(
        "cases are not counted",
        "A member opens as many cases as it likes that nobody takes up.",
        bounds.docket_has_room,
        "test_row_bounds.test_one_member_opens_so_many_cases_that_nobody_takes_up__r8_2",
    ),
    without(
        "suspensions are chained",
        "A platform suspends its customer again the moment the last suspension is over.",
        suspensions.suspension_is_not_chained,
        "test_suspensions.test_one_key_does_not_chain_suspensions__r6_5",
    ),
    without(
        "a dispute is ignored at mint",
        "Of a disputed work editions are made and sold.",
        disputes.series_is_undisputed,
        "test_disputes.test_nothing_of_a_disputed_work_is_made_or_sold_or_given__r4_3",
    ),
    without(
        "a dispute is ignored at a gift",
        "Of a disputed work editions are given away.",
        disputes.token_is_undisputed,
        "test_disputes.test_nothing_of_a_disputed_work_is_made_or_sold_or_given__r4_3",
    ),
    without(
        "a takedown is ignored",
        "What was taken down is given away as before.",
        disputes.token_stands,
        "test_takedowns.test_a_takedown_stops_the_token_and_leaves_it_with_its_owner__r4_3",
    ),
    without("the cap is ignored", "More editions are made than announced.", value_support.mint_is_within_cap, TABLE),
    without(
        "a series is sold beyond its editions",
        "Who comes when all are sold is sold one more.",
        value_support.edition_is_left,
        "test_rules.test_what_is_sold_out_is_refused_to_everybody_after__r5_3",
    ),
    without(
        "the price band is open",
        "An edition costs what its seller likes.",
        value_support.price_is_as_disclosed,
        "test_more_rules.test_a_band_is_kept_at_both_ends__r5_1",
    ),
    without(
        "minors buy",
        "Nobody asks a buyer's age.",
        consumer_protection.buyer_is_adult,
        "test_more_rules.test_who_comes_of_age_may_buy__r6_1",
    ),
    without(
        "the refund window never closes",
        "A buyer returns an edition after years.",
        consumer_protection.refund_window_is_open,
        "test_tokens.test_the_window_for_a_refund_closes_to_the_millisecond__r6_3",
    ),
    without(
        "a vote is counted twice",
        "A voter votes as often as he likes.",
        governance.voter_is_new,
        "test_governance.test_one_member_one_vote__r7_1",
    ),
    without(
        "a freeze is ignored at a gift",
        "A frozen token is given away.",
        controllable_chain.token_is_free_to_give,
        "test_freezes.test_a_freeze_ends_by_itself_to_the_millisecond__r6_4",
    ),
    without(
        "emergencies are chained",
        "One party freezes alone again and again, each time in another case.",
        controllable_chain.emergency_is_not_chained,
        "test_emergency_freezes.test_a_party_does_not_chain_emergencies_under_other_cases__r7_2",
    ),
    without(
        "a paused chain goes on",
        "A pause is adopted and stops nothing.",
        governance.chain_is_not_paused,
        "test_versions.test_while_paused_only_governance_and_due_process_go_on__r7_5",
    ),
    without(
        "rates are ignored",
        "An account signs as many transactions a minute as it likes.",
        cyber_security.signer_is_within_rate,
        "test_more_rules.test_an_account_signs_so_many_a_minute_and_next_minute_again__r8_2",
    ),
    without(
        "other money is good enough",
        "A sale is settled in any currency.",
        no_virtual_currency.settlement_is_in_yuan,
        TABLE,
    ),
    without(
        "the holding period is off",
        "A token is given as soon as it was bought.",
        no_speculation.holding_period_is_over,
        "test_rules.test_a_gift_before_its_time_is_refused_with_the_millisecond_of_its_time__r10_1",
    ),
    without(
        "a token is given without end",
        "Nobody counts how often a token moved.",
        no_speculation.token_may_move_again,
        "test_more_rules.test_a_token_is_given_so_often_and_no_more__r10_2",
    ),
    without(
        "hot series do not cool",
        "A series that changes hands too quickly is held no longer than any other.",
        no_speculation.hot_series_is_held_longer,
        "test_epoch_rules.test_a_hot_series_is_held_twice_as_long_until_it_has_cooled__r10_5",
    ),
)
"""In the order of the rule table."""
