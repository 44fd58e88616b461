"""Each detector sees its pattern, and nothing in the gifts of honest people; in any order, with any hash seed."""

import itertools
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.detectors.alerts import alerts_of
from ledger.detectors.bipartite import LOOKED_AT_MAX
from ledger.detectors.strangers import KNOWN_MAX, PERSONS_MAX, are_strangers
from ledger.detectors.table import DETECTORS, STRANGERS_TENTHS, level_of
from ledger.detectors.view import GIFTS_MAX, Finding, Gift, View, has_doubled
from ledger.parameters import DAY_MS, Parameters
from ledger.records.alerts import STRANGERS, Detector, Level
from tests.ledger.planted_gifts import (
    HOUR_MS,
    PLANTED,
    SPARED,
    START_MS,
    each_to_each,
    hub,
    mule,
    rounds,
    star,
    to_oneself,
    walk,
    ways,
)


def raised(gifts, **overrides):
    return alerts_of(View(gifts, news_ms=0), Parameters(**overrides))


def found(gifts, detector, news_ms=0):
    view = View(gifts, news_ms=news_ms)
    (row,) = (row for row in DETECTORS if row.detector is detector)
    return [finding for finding in row.find(view) if finding.is_news]


@pytest.mark.parametrize("detector", Detector)
def test_a_detector_finds_its_pattern_and_all_of_it(detector):
    gifts = PLANTED[detector]
    (finding,) = found(gifts, detector)[-1:]
    assert set(finding.gifts) <= set(gifts)
    assert list(finding.gifts) == sorted(finding.gifts)
    if detector in (Detector.FAN_IN, Detector.FAN_OUT, Detector.SCATTER_GATHER, Detector.GATHER_SCATTER):
        assert set(finding.gifts) == set(gifts)


@pytest.mark.parametrize("detector", Detector)
def test_a_detector_spares_what_is_just_not_its_pattern(detector):
    assert found(SPARED[detector], detector) == []


@pytest.mark.parametrize("detector", Detector)
def test_what_was_complete_in_an_earlier_epoch_is_not_found_again(detector):
    gifts = PLANTED[detector]
    last_ms = max(gift.at_ms for gift in gifts)
    assert found(gifts, detector, news_ms=last_ms)
    assert found(gifts, detector, news_ms=last_ms + 1) == []


@pytest.mark.parametrize("detector", Detector)
def test_the_order_in_which_gifts_come_in_changes_nothing(detector):
    gifts = list(PLANTED[detector])
    expected = raised(gifts)
    for seed in range(5):
        random.Random(seed).shuffle(gifts)
        assert raised(gifts) == expected


@pytest.mark.parametrize(
    ("gifts", "detector"),
    [
        (walk("s-0001", "a", "b", "c", "d", "a", every_ms=3 * DAY_MS), Detector.CLOSED_LOOP),
        (walk("s-0001", "a", "b", "c", "b", "a"), Detector.BACK_AND_FORTH),
        (mule(3, 0, within_ms=DAY_MS), Detector.PASS_THROUGH),
        (rounds(3, 7 * DAY_MS), Detector.RECURRING_SET),
        (rounds(3, HOUR_MS), Detector.RECURRING_SET),
    ],
)
def test_further_forms_of_a_pattern_are_found(gifts, detector):
    assert found(tuple(gifts), detector)


@pytest.mark.parametrize(
    ("gifts", "detector"),
    [
        (walk("s-0001", *"abcdefghia"), Detector.CLOSED_LOOP),
        (mule(3, 0, within_ms=DAY_MS + 1), Detector.PASS_THROUGH),
        ((*star(5, inward=True), *star(5, inward=False)), Detector.FAN_IN),
        (walk("s-0001", *"ababab"), Detector.LAYERING),
        (walk("s-0001", *"abcdef", every_ms=2 * DAY_MS), Detector.PASS_THROUGH),
    ],
)
def test_further_things_are_spared(gifts, detector):
    assert found(tuple(gifts), detector) == []


def test_a_set_that_somebody_leaves_with_more_is_no_recurring_set():
    taken = (Gift(START_MS + 5, "x-0001", 0, "a", "c", "a", "c", 0),)
    assert found((*rounds(3, DAY_MS), *taken), Detector.RECURRING_SET) == []


def test_a_loop_within_a_week_weighs_half_a_point_more():
    (quick,) = found(tuple(walk("s-0001", "a", "b", "c", "a")), Detector.CLOSED_LOOP)
    (slow,) = found(tuple(walk("s-0001", "a", "b", "c", "a", every_ms=4 * DAY_MS)), Detector.CLOSED_LOOP)
    assert (quick.extra_tenths, slow.extra_tenths) == (5, 0)


def test_a_return_weighs_more_after_two_days_and_much_more_the_second_time():
    mistake = walk("s-0001", "a", "b", "a", every_ms=2 * DAY_MS)
    kept = walk("s-0002", "c", "d", "c", every_ms=2 * DAY_MS + 1)
    again = walk("s-0003", "a", "b", "a", first_ms=START_MS + 9 * DAY_MS)
    findings = found((*mistake, *kept, *again), Detector.BACK_AND_FORTH)
    assert [(finding.gifts[0].token, finding.extra_tenths) for finding in findings] == [
        ("s-0001", 0),
        ("s-0002", 5),
        ("s-0003", 25),
    ]


def test_what_grows_is_news_when_it_has_doubled():
    news = [count for count in range(1, 30) if has_doubled(count - 1, count, 5)]
    assert news == [5, 10, 20]


@pytest.mark.parametrize(("count", "is_found"), [(5, True), (6, False), (9, False), (10, True), (11, False)])
def test_a_fan_that_grows_by_one_is_found_when_it_has_doubled(count, is_found):
    gifts = [
        Gift(START_MS + number, f"s-{number:04d}", 0, f"p{number}", "hub", f"p{number}", "hub", 0)
        for number in range(count)
    ]
    assert bool(found(gifts, Detector.FAN_IN, news_ms=gifts[-1].at_ms)) is is_found


def test_a_score_adds_up_what_speaks_against_a_person_the_gravest_of_each_aspect():
    alerts = raised(walk("s-0001", *"ababab"))
    assert [alert.detector for alert in alerts] == [Detector.BACK_AND_FORTH] * 4 + [Detector.REPEAT_ACQUIRER]
    assert {alert.reasons for alert in alerts} == {(("back_and_forth", 30), ("repeat_acquirer", 10))}
    assert {(alert.score_tenths, alert.level) for alert in alerts} == {(40, Level.VERY_HIGH)}


def test_what_was_seen_in_an_earlier_epoch_is_no_alert_again_but_counts():
    early, late = tuple(star(5, inward=True)), tuple(walk("x-0001", "hub", "y", "hub", first_ms=START_MS + 9 * DAY_MS))
    (alert,) = alerts_of(View((*early, *late), news_ms=late[0].at_ms), Parameters())
    assert (alert.detector, alert.reasons) == (Detector.BACK_AND_FORTH, (("back_and_forth", 5), ("fan_in", 5)))


def test_who_only_gave_to_the_centre_of_a_fan_is_not_suspect():
    gifts = (*star(5, inward=True), *walk("x-0001", "p0", "y", "p0", first_ms=START_MS + 9 * DAY_MS))
    alerts = raised(gifts)
    assert {alert.detector: alert.score_tenths for alert in alerts} == {
        Detector.BACK_AND_FORTH: 5,
        Detector.FAN_IN: 5,
    }


def test_the_most_suspect_come_first():
    gifts = [*star(5, inward=True), *walk("x-0001", *"abcdef", every_ms=2 * DAY_MS), *to_oneself()]
    alerts = raised(gifts)
    assert [alert.detector for alert in alerts] == [Detector.SAME_PERSON, Detector.LAYERING, Detector.FAN_IN]
    assert [alert.level for alert in alerts] == [Level.VERY_HIGH, Level.MEDIUM, Level.LOW]


@pytest.mark.parametrize(
    ("tenths", "level"),
    [(0, "very low"), (4, "very low"), (5, "low"), (9, "low"), (10, "medium"), (30, "high"), (40, "very high")],
)
def test_a_score_has_the_level_that_it_reaches(tenths, level):
    assert level_of(tenths, Parameters()) == level


def test_the_least_scores_of_levels_are_the_chains_own():
    (alert,) = raised(PLANTED[Detector.SCATTER_GATHER])
    (stricter,) = raised(PLANTED[Detector.SCATTER_GATHER], alert_medium_tenths=16)
    assert (alert.score_tenths, alert.level, stricter.level) == (15, Level.MEDIUM, Level.LOW)


def elsewhere(people, friends):
    """Each of `people` is given something by somebody of `friends`, in their order."""
    for number, (person, friend) in enumerate(zip(people, friends, strict=True)):
        yield from walk(f"e{number}-0001", friend, person, first_ms=START_MS + number)


FAN = tuple(star(5, inward=True))
PEOPLE = ("hub", "p0", "p1", "p2", "p3", "p4")


@pytest.mark.parametrize(
    ("others", "strangers"),
    [
        (elsewhere(PEOPLE, "uvwxyz"), True),
        (elsewhere(PEOPLE[:5], "uvwxy"), False),
        (elsewhere(PEOPLE, "uuwxyz"), True),
        (elsewhere(PEOPLE, "uuuxyz"), False),
        ((*elsewhere(PEOPLE, "uvwxyz"), *elsewhere(("p0", "p2"), ("p1", "p3"))), False),
        ((), False),
    ],
    ids=["others each", "too little known", "a friend of two", "a friend of three", "two pairs", "nothing known"],
)
def test_people_are_strangers_if_they_have_others_and_hardly_each_other(others, strangers):
    gifts = (*FAN, *others)
    assert are_strangers(View(gifts, news_ms=0), Finding(FAN)) is strangers


def test_who_has_to_do_with_everybody_ties_nobody():
    busy = [gift for number in range(KNOWN_MAX - 2) for gift in walk(f"b{number}-0001", "u", f"q{number}")]
    others = tuple(elsewhere(PEOPLE, "uuuxyz"))
    assert are_strangers(View((*FAN, *others, *busy[:-1]), news_ms=0), Finding(FAN)) is False
    assert are_strangers(View((*FAN, *others, *busy), news_ms=0), Finding(FAN)) is True


def test_three_people_are_never_strangers():
    gifts = (*walk("s-0001", "a", "b", "c"), *elsewhere("abc", "xyz"))
    assert are_strangers(View(gifts, news_ms=0), Finding(gifts[:2])) is False


def test_a_pattern_among_strangers_is_high_and_among_friends_medium():
    case = tuple(ways(3))
    others = tuple(elsewhere(("source", "mid0", "mid1", "mid2", "end"), "vwxyz"))
    among_strangers = next(alert for alert in raised((*case, *others)) if alert.detector is Detector.SCATTER_GATHER)
    among_friends = next(alert for alert in raised(case) if alert.detector is Detector.SCATTER_GATHER)
    assert among_strangers.reasons == (("scatter_gather", 15), (STRANGERS, STRANGERS_TENTHS))
    assert (among_strangers.level, among_friends.level) == (Level.HIGH, Level.MEDIUM)


def test_friends_who_give_in_both_directions_are_no_ring():
    both_ways = [
        Gift(START_MS + number, f"f{number}-0001", 0, giver, receiver, giver, receiver, 0)
        for number, (giver, receiver) in enumerate([*itertools.permutations("abc", 2)] * 5)
    ]
    assert found(both_ways, Detector.RING) == []


def test_three_ways_and_six_things_weigh_more():
    assert [each.extra_tenths for each in found(tuple(hub(2)), Detector.GATHER_SCATTER)] == [0]
    assert [each.extra_tenths for each in found(tuple(hub(3)), Detector.GATHER_SCATTER)] == [5]
    assert [each.extra_tenths for each in found(tuple(mule(5, 0)), Detector.RELAY)] == [0]
    assert [each.extra_tenths for each in found(tuple(mule(6, 0)), Detector.RELAY)] == [20]


@pytest.mark.parametrize(("givers", "receivers"), [("ab", "xyz"), ("abc", "xy"), ("abcd", "wxyz")])
def test_a_bipartite_set_is_found_once_and_whole(givers, receivers):
    gifts = tuple(each_to_each(givers, receivers))
    (finding,) = found((*gifts, *walk("x-0001", "a", "q")), Detector.BIPARTITE)
    assert set(finding.gifts) == set(gifts)


def test_of_who_gives_very_much_the_last_gifts_are_looked_at():
    gifts = tuple(each_to_each("ab", [f"r{number:02d}" for number in range(LOOKED_AT_MAX + 4)]))
    in_a_day = [replace(gift, at_ms=START_MS + number) for number, gift in enumerate(gifts)]
    (finding,) = found(in_a_day, Detector.BIPARTITE)
    assert len(finding.gifts) == 2 * LOOKED_AT_MAX


def test_of_very_many_people_the_first_are_asked_for_other_ties():
    fan = tuple(star(PERSONS_MAX + 20, inward=True))
    people = sorted(Finding(fan).persons)
    others = tuple(elsewhere(people[:PERSONS_MAX], [f"x{number}" for number in range(PERSONS_MAX)]))
    friends = tuple(elsewhere(people[PERSONS_MAX:-1], people[PERSONS_MAX + 1 :]))
    assert are_strangers(View((*fan, *others, *friends), news_ms=0), Finding(fan)) is True


def test_a_view_shows_the_last_gifts_and_counts_the_others():
    gifts = [Gift(at, f"s-{at:05d}", 0, "a", "b", "a", "b", 0) for at in range(GIFTS_MAX + 7)]
    view = View(gifts, news_ms=0)
    assert (len(view.gifts), view.left_out, view.gifts[0].at_ms) == (GIFTS_MAX, 7, 7)


def test_honest_gifts_raise_no_alert():
    """A hundred people, each with a purchase that he gives to somebody once: presents, as they are meant to be."""
    chance = random.Random(2021)
    gifts = [
        Gift(START_MS + number * 4 * HOUR_MS, f"s-{number:04d}", 0, f"p{number}", receiver, f"p{number}", receiver, 0)
        for number in range(100)
        for receiver in [f"p{chance.choice([each for each in range(100) if each != number])}"]
    ]
    assert raised(gifts) == []


@pytest.mark.slow
def test_alerts_are_the_same_under_any_hash_seed():
    program = (
        "from tests.ledger.planted_gifts import PLANTED\n"
        "from ledger.detectors.alerts import alerts_of\n"
        "from ledger.detectors.view import View\n"
        "from canonical.encoding import encode\n"
        "from ledger.parameters import Parameters\n"
        "from hashlib import sha256\n"
        "gifts = [gift for gifts in PLANTED.values() for gift in gifts]\n"
        "print(sha256(encode(tuple(alerts_of(View(gifts, news_ms=0), Parameters())))).hexdigest())"
    )
    root = Path(__file__).parents[2]
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
    assert len(answers.pop()) == 65


def test_an_alert_names_so_many_and_counts_the_others():
    gifts = tuple(star(25, inward=True))
    (alert,) = (each for each in raised(gifts) if each.detector is Detector.FAN_IN)
    assert (len(alert.accounts), len(alert.tokens), alert.gifts) == (16, 16, 21)
