"""The detector table: every detector, what it weighs, what finds it. Alerts keep its order.

Weights are Allium's where it has the pattern, in tenths of a point; levels are the domain study's proposal.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ledger.detectors import (
    back_and_forth,
    closed_loop,
    common_introducer,
    fan,
    gather_scatter,
    layering,
    pass_through,
    recurring_set,
    repeat_acquirer,
    same_person,
    scatter_gather,
)
from ledger.detectors.view import Finding, View
from ledger.records.alerts import Detector, Level


@dataclass(frozen=True, slots=True)
class DetectorRow:
    """One detector."""

    detector: Detector
    weight_tenths: int
    """What one finding adds to the score of each person in it; several of one detector add it once."""
    find: Callable[[View], Iterator[Finding]]


DETECTORS = (
    DetectorRow(Detector.SAME_PERSON, 40, same_person.find),
    DetectorRow(Detector.BACK_AND_FORTH, 20, back_and_forth.find),
    DetectorRow(Detector.REPEAT_ACQUIRER, 10, repeat_acquirer.find),
    DetectorRow(Detector.CLOSED_LOOP, 20, closed_loop.find),
    DetectorRow(Detector.RECURRING_SET, 20, recurring_set.find),
    DetectorRow(Detector.PASS_THROUGH, 10, pass_through.find),
    DetectorRow(Detector.FAN_IN, 10, fan.find_in),
    DetectorRow(Detector.FAN_OUT, 10, fan.find_out),
    DetectorRow(Detector.SCATTER_GATHER, 15, scatter_gather.find),
    DetectorRow(Detector.GATHER_SCATTER, 15, gather_scatter.find),
    DetectorRow(Detector.COMMON_INTRODUCER, 5, common_introducer.find),
    DetectorRow(Detector.LAYERING, 10, layering.find),
)

assert [row.detector for row in DETECTORS] == list(Detector), "every detector has its row"

LEVELS = (
    (40, Level.VERY_HIGH),
    (20, Level.HIGH),
    (10, Level.MEDIUM),
    (5, Level.LOW),
    (0, Level.VERY_LOW),
)
"""The smallest score of each level, in tenths."""


def level_of(score_tenths: int) -> Level:
    """The level of a score of 0 or more."""
    return next(level for least, level in LEVELS if score_tenths >= least)
