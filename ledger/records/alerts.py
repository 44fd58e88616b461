"""What the detectors said at the end of each epoch (R11.2)."""

import enum

from ledger.records.record import Record


class Detector(enum.StrEnum):
    """Who raised an alert: one file each in ledger/detectors/."""

    SAME_PERSON = "same_person"
    BACK_AND_FORTH = "back_and_forth"
    REPEAT_ACQUIRER = "repeat_acquirer"
    CLOSED_LOOP = "closed_loop"
    RECURRING_SET = "recurring_set"
    PASS_THROUGH = "pass_through"
    FAN_IN = "fan_in"
    FAN_OUT = "fan_out"
    SCATTER_GATHER = "scatter_gather"
    GATHER_SCATTER = "gather_scatter"
    COMMON_INTRODUCER = "common_introducer"
    LAYERING = "layering"
    BIPARTITE = "bipartite"
    RELAY = "relay"
    RING = "ring"


STRANGERS = "strangers"
"""What speaks against the persons of a finding beside the detectors: nothing else ties them to each other."""


class Level(enum.StrEnum):
    """How much speaks against the most suspect person of an alert, by all that was found together."""

    VERY_LOW = "very low"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very high"


class EpochRecord(Record, frozen=True):
    """`epoch/<number, eight digits from 00000001>`: an epoch that was closed, and what was looked at."""

    height: int
    """Of the block that closed it."""
    ended_ms: int
    """That block's time; what was given from then on is news to the next epoch."""
    tokens: int
    """Tokens whose trails were read."""
    gifts: int
    """Gifts in those trails: the edges of the graph."""
    gifts_left_out: int
    """Older ones beyond what an epoch looks at."""
    alerts: int
    """Alerts that were raised: rows `alert/<number>/<index>` from index 000."""
    alerts_left_out: int
    """Those beyond what an epoch keeps; the least suspect of them."""


class AlertRecord(Record, frozen=True):
    """`alert/<epoch, eight digits>/<index, three digits>`: what a person should look at. It accuses nobody."""

    detector: Detector
    level: Level
    score_tenths: int
    """Tenths of a point: of the most suspect of its persons, the sum of `reasons`."""
    accounts: tuple[str, ...]
    """Accounts that gave or received, sorted; the first of them where there are many."""
    tokens: tuple[str, ...]
    """What was given, sorted; the first of them where there is much."""
    gifts: int
    """Gifts that the detector put together."""
    first_ms: int
    """Block time of the first of them."""
    last_ms: int
    """Block time of the last of them, which the epoch that raised the alert was the first to see."""
    reasons: tuple[tuple[str, int], ...] = ()
    """What speaks against that person: detectors, and `strangers`; with tenths of a point each, one for each aspect."""
