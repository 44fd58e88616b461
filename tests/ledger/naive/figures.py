"""The figures and policies that docs/LEDGER.md names, and what it permits."""

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MINUTE_MS = 60_000

FIGURES = {
    "rules_version": (1, 1, 1_000_000),
    "cases_open_max": (64, 1, 256),
    "accounts_per_day": (1_000_000, 1, 100_000_000),
    "works_per_day": (10_000, 1, 1_000_000),
    "series_per_day": (1_000, 1, 1_000_000),
    "editions_per_day": (2_000_000, 1, 100_000_000),
    "statements_per_day": (1_000, 1, 1_000_000),
    "idempotency_hours": (24, 1, 720),
    "anchors_min": (1, 0, 8),
    "culture_percent_min": (50, 0, 100),
    "author_percent_max": (50, 1, 100),
    "edition_cap_max": (10_000, 1, 10_000),
    "receive_age_min": (14, 14, 18),
    "likeness_bits_max": (6, 0, 6),
    "purchases_per_person": (1, 1, 10_000),
    "refund_days": (7, 0, 365),
    "freeze_days_max": (180, 1, 730),
    "freeze_governors": (0, 0, 1_024),
    "proposals_open_max": (4, 1, 16),
    "proposal_days_max": (30, 1, 365),
    "change_delay_blocks": (100, 1, 1_000_000),
    "transactions_per_minute": (6_000, 1, 1_000_000_000),
    "member_transactions_per_minute": (600_000, 1, 1_000_000_000),
    "suspension_days_max": (30, 1, 180),
    "suspension_rest_days": (180, 1, 730),
    "key_objection_days": (7, 0, 90),
    "alert_low_tenths": (5, 1, 9),
    "alert_medium_tenths": (10, 10, 19),
    "alert_high_tenths": (30, 20, 39),
    "alert_very_high_tenths": (40, 40, 1_000),
    "emergency_hours": (72, 1, 168),
    "wind_down_days": (90, 1, 730),
    "dispute_days_max": (15, 1, 15),
    "decision_days": (30, 1, 365),
    "appeal_days": (15, 1, 90),
    "hold_hours_first": (4_320, 0, 87_600),
    "hold_hours_later": (17_520, 0, 87_600),
    "transfers_max": (10_000, 0, 10_000),
    "gifts_per_day": (3, 0, 1_000),
    "turnover_percent_max": (50, 1, 100),
    "cooling_days": (30, 0, 365),
    "epoch_blocks": (256, 1, 65_536),
}
"""Default, smallest and largest value of each."""

POLICIES = {
    "change_parameters": "2/3",
    "admit_member": "2/3",
    "remove_member": "2/3",
    "set_role": "2/3",
    "rotate_operator_key": "MAJORITY",
    "set_policy": "2/3",
    "pause": "MAJORITY",
    "resume": "MAJORITY",
    "list_chain": "ALL",
    "unlist_chain": "MAJORITY",
    "open_dispute": "MAJORITY",
    "resolve_dispute": "MAJORITY",
    "takedown": "MAJORITY",
    "forced_transfer": "MAJORITY",
}
"""Who has to agree to what, by default."""

OF_ONE_MEMBER = ("remove_member", "set_role", "rotate_operator_key")
"""Decisions that concern one member, which may be left to it."""
