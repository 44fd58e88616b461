"""What a charter may set, and how a mistake is answered."""

import pytest

from ledger.ledger import Ledger
from ledger.parameters import RANGES, Parameters, parameters_from
from tests.ledger.world import charter


def test_without_overrides_the_defaults_hold():
    assert parameters_from({}) == Parameters()
    assert (Parameters().hold_hours_first, Parameters().hold_hours_later) == (180 * 24, 730 * 24)
    assert (Parameters().gifts_per_day, Parameters().edition_cap_max, Parameters().purchases_per_person) == (
        3,
        10_000,
        1,
    )


def test_an_override_changes_one_figure():
    assert parameters_from({"hold_hours_first": 1}) == Parameters(hold_hours_first=1)


def test_an_unknown_name_is_answered_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"'hold_day' is no rule parameter; there are: .*hold_hours_first"):
        parameters_from({"hold_day": 1})


@pytest.mark.parametrize("name", RANGES)
def test_the_range_is_permitted_and_nothing_beside_it(name):
    smallest, largest = RANGES[name]
    for value in (smallest, largest):
        assert getattr(parameters_from({name: value}), name) == value
    for value in (smallest - 1, largest + 1):
        with pytest.raises(ValueError, match=f"{name} is {value}; permitted are .* from {smallest} to {largest}"):
            parameters_from({name: value})


@pytest.mark.parametrize("name", RANGES)
def test_defaults_are_within_their_own_range(name):
    smallest, largest = RANGES[name]
    assert smallest <= getattr(Parameters(), name) <= largest


def test_a_charter_with_a_bad_parameter_founds_no_ledger():
    with pytest.raises(ValueError, match="edition_cap_max is 10001; permitted are whole numbers from 1 to 10000"):
        Ledger.genesis(charter({"edition_cap_max": 10_001}))
