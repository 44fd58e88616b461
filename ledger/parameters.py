"""The figures in the rules: defaults, what a charter may change them to, and who set the precedent.

A figure stands here and nowhere else; rules read it from `Parameters`. The charter's `parameters` override by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

HOUR_MS = 3_600_000

DAY_MS = 24 * HOUR_MS
"""A day without leap seconds."""


MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Parameters:
    """One set of figures; immutable, so that a block is judged by one set throughout."""

    rules_version: int = 1
    """R7.4: the version of the rules' code that judges; a node whose code has not got it stops."""
    idempotency_hours: int = 24
    """L11: hours for which a key stands for its first transaction."""
    anchors_min: int = 1
    """R1.1: anchors a series cites at least."""
    culture_percent_min: int = 50
    """R2.1: of a hundred series a platform opens in an epoch so many are of national culture, or it is reported."""
    author_percent_max: int = 50
    """R3.1: of a hundred batches of an epoch so many may be one member's, or it is reported."""
    edition_cap_max: int = 10_000
    """R5.3: editions of a series at most."""
    receive_age_min: int = 14
    """R6.1: a gift is received from this age on; above 14 the claim that is asked for is `over18`."""
    likeness_bits_max: int = 6
    """R4.2: perceptual hashes that differ in at most so many of 64 bits make a work wait for review."""
    purchases_per_person: int = 1
    """R6.2: editions of one series that one person may buy, over all accounts and platforms."""
    refund_days: int = 7
    """R6.3: days from its sale in which an edition can be returned (as what is sold at a distance; ours)."""
    freeze_days_max: int = 180
    """R6.4: a freeze ends by itself at most so many days after it was first asked for."""
    suspension_days_max: int = 30
    """R6.5: a suspension by a platform or the regulator ends by itself at most so many days after it began."""
    suspension_rest_days: int = 180
    """R6.5: days from the end of a suspension to the next one of the same account on the same axis."""
    freeze_governors: int = 0
    """R7.2: so many voting members may freeze without the regulator; 0 means never."""
    proposals_open_max: int = 4
    """R7.1: proposals of one member that may be open at once."""
    proposal_days_max: int = 30
    """R7.4: a proposal that nobody decides ends by itself at most so many days after it was made."""
    change_delay_blocks: int = 100
    """R7.4: blocks from the one that adopts a change to the first that is judged by it."""
    key_objection_days: int = 7
    """R8.1: days in which a holder can object to another key that his platform announced for his account."""
    transactions_per_minute: int = 6_000
    """R8.2: transactions of one person's account in a minute of block time."""
    member_transactions_per_minute: int = 600_000
    """R8.2: the same of a member's own account."""
    cases_open_max: int = 64
    """R8.2: cases and proposals of one member, of the last `decision_days`, that others have not taken up."""
    accounts_per_day: int = 1_000_000
    """R8.2: accounts that a platform opens in a calendar day of China Standard Time."""
    works_per_day: int = 10_000
    """R8.2: works that a registrar enters in a day."""
    series_per_day: int = 1_000
    """R8.2: series that a platform opens in a day."""
    editions_per_day: int = 2_000_000
    """R8.2: editions that a platform makes in a day."""
    statements_per_day: int = 1_000
    """R8.2: attestations, reports, proofs and records of access of a member in a day."""
    emergency_hours: int = 72
    """R7.2: an emergency freeze by one party ends by itself after so many hours."""
    wind_down_days: int = 90
    """R6.3: holders choose for so many days when a series or its platform is wound down."""
    dispute_days_max: int = 15
    """R4.3: a dispute about a work ends by itself at most so many days after it was first asked for."""
    decision_days: int = 30
    """R4.3, R7.6: a takedown or a forced transfer is decided within so many days of its first approval, or not."""
    appeal_days: int = 15
    """R6.4: a freeze that was appealed ends by itself after so many days unless it is upheld."""
    hold_hours_first: int = 180 * 24
    """R10.1: hours between the purchase and the first gift (Jingtan 2022: 180 days)."""
    hold_hours_later: int = 730 * 24
    """R10.1: hours between one gift and the next (Jingtan 2022: two years)."""
    transfers_max: int = 10_000
    """R10.2: gifts of one token at most; Huanhe permitted none, the default bounds what nobody reaches."""
    gifts_per_day: int = 3
    """R10.4: gifts one person may give in a calendar day of China Standard Time."""
    turnover_percent_max: int = 50
    """R10.5: of a series' sold editions, so many in a hundred may be given within thirty days before it cools."""
    cooling_days: int = 30
    """R10.5: days from an epoch's end for which holding periods of a hot series count twice."""

    epoch_blocks: int = 256
    """R11.2: blocks from one look of the detectors to the next."""
    alert_low_tenths: int = 5
    """R11.2: the least score of an alert at level low, in tenths of a point; below it is very low."""
    alert_medium_tenths: int = 10
    """R11.2: the least score of one at level medium."""
    alert_high_tenths: int = 30
    """R11.2: the least score of one at level high (the cut-offs are the domain study's; Allium's are not published)."""
    alert_very_high_tenths: int = 40
    """R11.2: the least score of one at level very high."""


RANGES: dict[str, tuple[int, int]] = {
    "rules_version": (1, 1_000_000),
    "idempotency_hours": (1, 720),
    "anchors_min": (0, 8),
    "culture_percent_min": (0, 100),
    "author_percent_max": (1, 100),
    "edition_cap_max": (1, 10_000),
    "receive_age_min": (14, 18),
    "likeness_bits_max": (0, 6),
    "purchases_per_person": (1, 10_000),
    "refund_days": (0, 365),
    "freeze_days_max": (1, 730),
    "suspension_days_max": (1, 180),
    "suspension_rest_days": (1, 730),
    "freeze_governors": (0, 1_024),
    "proposals_open_max": (1, 16),
    "proposal_days_max": (1, 365),
    "change_delay_blocks": (1, 1_000_000),
    "key_objection_days": (0, 90),
    "transactions_per_minute": (1, 1_000_000_000),
    "member_transactions_per_minute": (1, 1_000_000_000),
    "cases_open_max": (1, 256),
    "accounts_per_day": (1, 100_000_000),
    "works_per_day": (1, 1_000_000),
    "series_per_day": (1, 1_000_000),
    "editions_per_day": (1, 100_000_000),
    "statements_per_day": (1, 1_000_000),
    "emergency_hours": (1, 168),
    "wind_down_days": (1, 730),
    "dispute_days_max": (1, 15),
    "decision_days": (1, 365),
    "appeal_days": (1, 90),
    "hold_hours_first": (0, 87_600),
    "hold_hours_later": (0, 87_600),
    "transfers_max": (0, 10_000),
    "gifts_per_day": (0, 1_000),
    "turnover_percent_max": (1, 100),
    "cooling_days": (0, 365),
    "epoch_blocks": (1, 65_536),
    "alert_low_tenths": (1, 9),
    "alert_medium_tenths": (10, 19),
    "alert_high_tenths": (20, 39),
    "alert_very_high_tenths": (40, 1_000),
}
"""Smallest and largest value a charter may set, by name; both included."""

assert tuple(RANGES) == tuple(each.name for each in fields(Parameters)), "every parameter has a range"


def figures_of(parameters: Parameters) -> dict[str, int]:
    """Every figure by name."""
    return {name: getattr(parameters, name) for name in RANGES}


def parameters_from(overrides: Mapping[str, int]) -> Parameters:
    """The defaults with `overrides` in their place.

    Raises: ValueError for a name that is no parameter or a value out of its range, naming both and what is permitted.
    """
    for name, value in overrides.items():
        if name not in RANGES:
            raise ValueError(f"{name!r} is no rule parameter; there are: {', '.join(RANGES)}")
        smallest, largest = RANGES[name]
        if not smallest <= value <= largest:
            raise ValueError(
                f"rule parameter {name} is {value!r}; permitted are whole numbers from {smallest} to {largest}"
            )
    return replace(Parameters(), **overrides)
