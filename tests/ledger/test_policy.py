"""Policies: the words, the arithmetic, and what no approvals can do."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.policy import FORBIDDEN, NUMBER_MAX, WORDS, approvals_needed, can_be_met, is_met, is_policy, read_policy

MEMBERS = [f"member-{number}" for number in range(12)]

figures = st.integers(1, 14)
shares = st.tuples(figures, figures).filter(lambda pair: pair[0] <= pair[1]).map(lambda pair: f"{pair[0]}/{pair[1]}")
policies = st.sampled_from(WORDS) | figures.map(str) | shares
some = st.sets(st.sampled_from(MEMBERS))


@pytest.mark.parametrize(
    ("policy", "needed"),
    [
        ("ANY", [1, 1, 1, 1, 1, 1, 1]),
        ("MAJORITY", [1, 2, 2, 3, 3, 4, 4]),
        ("ALL", [1, 2, 3, 4, 5, 6, 7]),
        ("SELF", [1, 2, 3, 4, 5, 6, 7]),
        ("2/3", [1, 2, 2, 3, 4, 4, 5]),
        ("1/3", [1, 1, 1, 2, 2, 2, 3]),
        ("7/7", [1, 2, 3, 4, 5, 6, 7]),
        ("3", [None, None, 3, 3, 3, 3, 3]),
        ("FORBIDDEN", [None] * 7),
    ],
)
def test_so_many_of_one_to_seven_have_to_approve(policy, needed):
    assert [approvals_needed(policy, size) for size in range(1, 8)] == needed
    assert approvals_needed(policy, 0) is None


@pytest.mark.parametrize(
    "text", ["", "any", " ANY", "ANY\n", "0", "01", "-1", "3/2", "0/3", "1/0", "2/", "/3", "2/3/4"]
)
def test_what_is_no_policy_is_refused_with_the_field_and_what_may_stand_there(text):
    assert not is_policy(text)
    with pytest.raises(ValueError, match=r"policies\.pause is .*; expected ANY, MAJORITY, ALL, SELF, FORBIDDEN, a num"):
        read_policy("policies.pause", text)


@pytest.mark.parametrize("text", [*WORDS, "1", str(NUMBER_MAX), "2/3", f"1/{NUMBER_MAX}", "1024/1024"])
def test_what_is_a_policy_is_read(text):
    assert read_policy("policies.pause", text) == text


@pytest.mark.parametrize("text", ["1025", "1/1025", "1025/1025", "１", "²", "9" * 5_000])
def test_figures_are_bounded_and_ascii(text):
    assert not is_policy(text)


@given(policies, some, some, some)
def test_one_more_approval_never_makes_less_of_it(policy, approvals, more, electorate):
    if is_met(policy, approvals, electorate):
        assert is_met(policy, approvals | more, electorate)


@given(policies, some, some)
def test_outsiders_change_nothing(policy, approvals, electorate):
    assert is_met(policy, approvals, electorate) == is_met(policy, approvals & electorate, electorate)
    assert not is_met(policy, set(MEMBERS) - electorate, electorate)


@given(some, some)
def test_forbidden_is_never_met(approvals, electorate):
    assert not is_met(FORBIDDEN, approvals, electorate)
    assert not can_be_met(FORBIDDEN, (), electorate)


@given(figures, figures, some, some)
def test_a_share_is_exact(numerator, denominator, approvals, electorate):
    if numerator <= denominator and electorate:
        share = Fraction(len(approvals & electorate), len(electorate))
        assert is_met(f"{numerator}/{denominator}", approvals, electorate) == (
            share >= Fraction(numerator, denominator)
        )


@given(policies, some, some, some)
def test_what_cannot_be_met_any_more_is_not_met_by_whoever_is_left(policy, refusals, approvals, electorate):
    if not can_be_met(policy, refusals, electorate):
        assert not is_met(policy, approvals - refusals, electorate)
    if is_met(policy, approvals, electorate):
        assert can_be_met(policy, electorate - approvals, electorate)
