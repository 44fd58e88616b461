"""Each detector sees its pattern, and nothing in the gifts of honest people; in any order, with any hash seed."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.detectors.alerts import alerts_of
from ledger.detectors.table import DETECTORS, LEVELS, level_of
from ledger.detectors.view import GIFTS_MAX, Gift, View
from ledger.parameters import DAY_MS
from ledger.records.alerts import Detector, Level
from tests.ledger.planted_gifts import HOUR_MS, PLANTED, SPARED, START_MS, mule, rounds, star, to_oneself, walk


def found(gifts, detector, news_ms=0):
    view = View(gifts, news_ms=news_ms)
    (row,) = (row for row in DETECTORS if row.detector is detector)
    return list(row.find(view))


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
    expected = alerts_of(View(gifts, news_ms=0))
    for seed in range(5):
        random.Random(seed).shuffle(gifts)
        assert alerts_of(View(gifts, news_ms=0)) == expected


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
        (walk("s-0001", *"abcdefga"), Detector.CLOSED_LOOP),
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


def test_a_loop_within_a_week_weighs_a_point_more():
    (quick,) = found(tuple(walk("s-0001", "a", "b", "c", "a")), Detector.CLOSED_LOOP)
    (slow,) = found(tuple(walk("s-0001", "a", "b", "c", "a", every_ms=4 * DAY_MS)), Detector.CLOSED_LOOP)
    assert (quick.extra_tenths, slow.extra_tenths) == (10, 0)


def test_a_score_adds_up_the_detectors_that_named_a_person_each_once():
    alerts = alerts_of(View(walk("s-0001", *"ababab"), news_ms=0))
    assert [alert.detector for alert in alerts] == [Detector.BACK_AND_FORTH] * 4 + [Detector.REPEAT_ACQUIRER]
    assert {alert.score_tenths for alert in alerts} == {20 + 10}


def test_the_most_suspect_come_first():
    gifts = [*star(5, inward=True), *walk("x-0001", "x", "y", "x"), *to_oneself()]
    alerts = alerts_of(View(gifts, news_ms=0))
    assert [alert.level for alert in alerts] == [Level.VERY_HIGH, Level.HIGH, Level.MEDIUM]
    assert [alert.detector for alert in alerts] == [Detector.SAME_PERSON, Detector.BACK_AND_FORTH, Detector.FAN_IN]


@pytest.mark.parametrize(
    ("tenths", "level"),
    [(0, "very low"), (4, "very low"), (5, "low"), (9, "low"), (10, "medium"), (20, "high"), (40, "very high")],
)
def test_a_score_has_the_level_that_it_reaches(tenths, level):
    assert level_of(tenths) == level
    assert [least for least, _ in LEVELS] == sorted((least for least, _ in LEVELS), reverse=True)


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
    assert alerts_of(View(gifts, news_ms=0)) == []


@pytest.mark.slow
def test_alerts_are_the_same_under_any_hash_seed():
    program = (
        "from tests.ledger.planted_gifts import PLANTED\n"
        "from ledger.detectors.alerts import alerts_of\n"
        "from ledger.detectors.view import View\n"
        "from canonical.encoding import encode\n"
        "from hashlib import sha256\n"
        "gifts = [gift for gifts in PLANTED.values() for gift in gifts]\n"
        "print(sha256(encode(tuple(alerts_of(View(gifts, news_ms=0))))).hexdigest())"
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
    (alert,) = (each for each in alerts_of(View(gifts, news_ms=0)) if each.detector is Detector.FAN_IN)
    assert (len(alert.accounts), len(alert.tokens), alert.gifts) == (16, 16, 21)
