"""Presets of real platforms: each is a set of parameters that the ledger takes, and does what its sentence says."""

import pytest

from ledger.operations.accounts import Claim
from ledger.operations.tokens import TransferFrom
from ledger.parameters import RANGES, Parameters, parameters_from
from ledger.presets import PRESETS, preset_named
from tests.ledger.world import World

HOUR_MS = 3_600_000


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_set_of_parameters_with_its_source(name):
    found = preset_named(name)
    assert set(found.parameters) <= set(RANGES)
    assert isinstance(parameters_from(found.parameters), Parameters)
    assert found.says.endswith(".")
    assert found.source


def test_the_defaults_are_those_of_jingtan_in_2022():
    assert parameters_from(preset_named("jingtan-2022").parameters) == Parameters()


def test_an_unknown_preset_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match=r"'jingtan' is no preset; there are: jingtan-2022, .*guangzi"):
        preset_named("jingtan")


@pytest.mark.parametrize(
    ("name", "first_hours", "later_hours"),
    [
        ("jingtan-2022", 4_320, 17_520),
        ("jingtan-2023", 2_160, 17_520),
        ("jingtan-2023-08", 24, 17_520),
        ("diwujingmian", 720, 720),
        ("tme", 8_760, 8_760),
        ("guangzi", 24, 120),
    ],
)
def test_gifts_are_free_after_the_presets_hours_and_not_a_millisecond_before(name, first_hours, later_hours):
    here = World(dict(preset_named(name).parameters))
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    for sender, to, hours in (("ant.li", "jd.wang", first_hours), ("jd.wang", "ant.li", later_hours)):
        free_ms = here.now_ms + hours * HOUR_MS
        gift = TransferFrom(token, sender, to)
        here.now_ms = free_ms - 1
        assert [(each.code, each.retry_at_ms) for each in here.do(sender, gift).refusals] == [("E_HOLD", free_ms)]
        here.now_ms = free_ms
        here.must(sender, gift)


def test_where_no_gift_is_permitted_no_wait_is_long_enough():
    here = World(dict(preset_named("huanhe").parameters))
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    here.wait_days(3_650)
    refusals = here.do("ant.li", TransferFrom(token, "ant.li", "jd.wang")).refusals
    assert [(each.code, each.retry_at_ms) for each in refusals] == [("E_TRANSFERS", None)]


@pytest.mark.parametrize(("name", "is_received"), [("guangzi", True), ("diwujingmian", False)])
def test_who_is_14_receives_where_18_is_not_asked__r6_1(name, is_received):
    here = World(dict(preset_named(name).parameters))
    token = here.sold_token("ant.li")
    here.open_account("jd.teen", claims=(Claim.OVER_14, Claim.REAL_NAME))
    here.wait_days(30)
    codes = [each.code for each in here.do("ant.li", TransferFrom(token, "ant.li", "jd.teen")).refusals]
    assert codes == ([] if is_received else ["E_AGE"])
