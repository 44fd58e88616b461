"""Charters to begin with, drawn by chance: figures that make things happen soon, and policies."""

from hashlib import sha256
from random import Random

from msgspec.structs import replace

from canonical.signing import PublicKey
from ledger.charter import Charter, Member, Role
from tests.ledger.naive.figures import POLICIES

FOUNDED_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""

ROLES = {
    "ant": ("platform", True),
    "tencent": ("platform", True),
    "jd": ("platform", True),
    "copyright": ("registrar", True),
    "hunan": ("institution", True),
    "regulator": ("regulator", False),
    "notary": ("notary", False),
}
"""Role, and whether it votes."""

SMALL_PLATFORMS = tuple(f"shop{number:02d}" for number in range(32))
"""Without a vote: as many licensees as a work has at most, and one more."""

CHOICES = {
    "hold_hours_first": (0, 0, 1, 48),
    "hold_hours_later": (0, 0, 2, 120),
    "gifts_per_day": (2, 3, 1_000),
    "purchases_per_person": (1, 2, 30),
    "transfers_max": (0, 2, 10_000, 10_000),
    "receive_age_min": (14, 18),
    "freeze_governors": (0, 0, 2, 3),
    "emergency_hours": (1, 72),
    "cases_open_max": (2, 64, 64, 64),
    "statements_per_day": (2, 1_000, 1_000, 1_000),
    "editions_per_day": (60, 2_000_000, 2_000_000),
    "suspension_days_max": (2, 30),
    "suspension_rest_days": (1, 180),
    "key_objection_days": (0, 7),
    "freeze_days_max": (30, 180),
    "appeal_days": (1, 15),
    "decision_days": (1, 30),
    "refund_days": (0, 7, 30),
    "wind_down_days": (2, 90),
    "change_delay_blocks": (1, 2, 3),
    "proposals_open_max": (1, 2, 16),
    "proposal_days_max": (3, 30),
    "epoch_blocks": (3, 8, 256),
    "turnover_percent_max": (1, 50),
    "cooling_days": (1, 30),
    "transactions_per_minute": (4, 6_000, 6_000, 6_000, 6_000, 6_000),
    "member_transactions_per_minute": (40, 600_000, 600_000, 600_000),
    "likeness_bits_max": (0, 6),
    "idempotency_hours": (1, 24),
    "edition_cap_max": (40, 10_000),
    "anchors_min": (0, 1, 2),
}


BRISK = {
    "hold_hours_first": 1,
    "hold_hours_later": 2,
    "gifts_per_day": 1_000,
    "purchases_per_person": 30,
    "transfers_max": 10_000,
    "edition_cap_max": 40,
    "epoch_blocks": 3,
    "turnover_percent_max": 50,
    "cooling_days": 30,
    "transactions_per_minute": 6_000,
    "member_transactions_per_minute": 600_000,
}
"""Where much is sold and given."""


def key_of(name: str) -> PublicKey:
    """A public key by name."""
    return PublicKey(sha256(f"key of {name}".encode()).digest())


def draw_charter(random: Random) -> Charter:
    """Five that vote, two that watch, and sometimes many small platforms."""
    roles = {**ROLES, **dict.fromkeys(SMALL_PLATFORMS, ("platform", False))}
    if random.random() < 0.7:
        roles = dict(ROLES)
    members = tuple(
        Member(name, name.title(), "成员", Role(role), votes, key_of(f"node {name}"), key_of(name))
        for name, (role, votes) in roles.items()
    )
    if random.random() < 0.1:
        members = tuple(replace(member, votes=member.id == "ant") for member in members)
    figures = {name: random.choice(values) for name, values in CHOICES.items()}
    if random.random() < 0.4:
        figures |= BRISK
    policies = {}
    for kind in POLICIES:
        if random.random() < 0.25:
            policies[kind] = random.choice(("ANY", "ANY", "MAJORITY", "2/5", "FORBIDDEN"))
    if random.random() < 0.2:
        policies["set_role"] = "SELF"
    chains = ("wenchang",) if random.random() < 0.5 else ()
    return Charter(1, "naive", FOUNDED_MS, members, figures, policies, chains)
