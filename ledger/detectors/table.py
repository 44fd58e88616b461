"""The detector table: every detector, what it looks at, what it weighs, what finds it. Alerts keep its order.

Weights began as Allium's where it has the pattern, and were lowered where honest people set a detector off; tenths of a
point. Detectors that look at the same thing in different ways are no independent witnesses: of each aspect of what
somebody does only the greatest weight counts.
"""

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ledger.detectors import (
    back_and_forth,
    bipartite,
    closed_loop,
    common_introducer,
    fan,
    gather_scatter,
    layering,
    pass_through,
    recurring_set,
    relay,
    repeat_acquirer,
    ring,
    same_person,
    scatter_gather,
)
from ledger.detectors.view import Finding, View
from ledger.parameters import Parameters
from ledger.records.alerts import Detector, Level


class Aspect(enum.Enum):
    """What of somebody's conduct a detector looks at; scores add up over aspects, in this order."""

    IDENTITY = enum.auto()
    """Who he is."""
    WAY = enum.auto()
    """The way of one token."""
    AGAIN = enum.auto()
    """That it is done again and again."""
    FLOW = enum.auto()
    """How several tokens move about him: the middle of a stack is a relay, and part of two bipartite sets."""
    COMPANY = enum.auto()
    """With whom he does it."""


@dataclass(frozen=True, slots=True)
class DetectorRow:
    """One detector."""

    detector: Detector
    aspect: Aspect
    weight_tenths: int
    """What one finding adds to the score of each person it speaks against."""
    find: Callable[[View], Iterator[Finding]]


DETECTORS = (
    DetectorRow(Detector.SAME_PERSON, Aspect.IDENTITY, 40, same_person.find),
    DetectorRow(Detector.BACK_AND_FORTH, Aspect.WAY, 5, back_and_forth.find),
    DetectorRow(Detector.REPEAT_ACQUIRER, Aspect.AGAIN, 10, repeat_acquirer.find),
    DetectorRow(Detector.CLOSED_LOOP, Aspect.WAY, 15, closed_loop.find),
    DetectorRow(Detector.RECURRING_SET, Aspect.AGAIN, 10, recurring_set.find),
    DetectorRow(Detector.PASS_THROUGH, Aspect.FLOW, 10, pass_through.find),
    DetectorRow(Detector.FAN_IN, Aspect.FLOW, 5, fan.find_in),
    DetectorRow(Detector.FAN_OUT, Aspect.FLOW, 5, fan.find_out),
    DetectorRow(Detector.SCATTER_GATHER, Aspect.FLOW, 15, scatter_gather.find),
    DetectorRow(Detector.GATHER_SCATTER, Aspect.FLOW, 10, gather_scatter.find),
    DetectorRow(Detector.COMMON_INTRODUCER, Aspect.COMPANY, 5, common_introducer.find),
    DetectorRow(Detector.LAYERING, Aspect.WAY, 10, layering.find),
    DetectorRow(Detector.BIPARTITE, Aspect.FLOW, 10, bipartite.find),
    DetectorRow(Detector.RELAY, Aspect.FLOW, 10, relay.find),
    DetectorRow(Detector.RING, Aspect.AGAIN, 30, ring.find),
)

assert [row.detector for row in DETECTORS] == list(Detector), "every detector has its row"

STRANGERS_TENTHS = 20
"""What it adds, in the aspect of company, that the people of a finding are strangers to each other."""


def level_of(score_tenths: int, parameters: Parameters) -> Level:
    """The level of a score of 0 or more: the highest whose least score it reaches (R11.2)."""
    if score_tenths >= parameters.alert_very_high_tenths:
        return Level.VERY_HIGH
    if score_tenths >= parameters.alert_high_tenths:
        return Level.HIGH
    if score_tenths >= parameters.alert_medium_tenths:
        return Level.MEDIUM
    return Level.LOW if score_tenths >= parameters.alert_low_tenths else Level.VERY_LOW
