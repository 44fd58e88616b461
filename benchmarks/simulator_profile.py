"""Where virtual time's processor time goes, by part of the node: sampled, and founding not looked at."""

import msgspec

from benchmarks.sampling import Parts, shares_of
from benchmarks.simulator_work import SECONDS_A_SEED, Seeds, Slot

PARTS: Parts = (
    ("driver: agenda, links, turns, disk", ("node/simulation/",)),
    ("core: gate, frames, pool, execution's call", ("node/",)),
    (
        "consensus: counting votes",
        (
            "consensus/counting",
            "consensus/log",
            "consensus/relevance",
            "consensus/normal_case",
            "consensus/quorum",
        ),
    ),
    ("consensus: statuses", ("consensus/status",)),
    ("consensus: the rest", ("consensus/",)),
    ("canonical: encoding, hashing, Merkle trees", ("canonical/",)),
    ("ledger: rules, execution, commitment", ("ledger/",)),
    ("campaign: liars, checkers, load", ("scenarios/", "network/")),
)
"""The parts of a node."""

PROFILED = (16, 128, 512)
"""Sizes of committees whose slot is looked at."""

MEMBERS_LOOKED_AT = 512
"""So many members' work at least is sampled for each size: a slot of sixteen is over in a few samples."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work."""

    work: str
    """What was done, in words."""
    shares: tuple[tuple[str, float], ...]
    """Each part's share of the processor time, in the order of `PARTS`; parts that took none are left out."""


def profile_slot(members: int, seed: int) -> Profile:
    """Look at slots of one size. Called in a process of its own."""
    slots = [Slot(members, seed=seed + repeat) for repeat in range(max(1, MEMBERS_LOOKED_AT // members))]

    def order() -> None:
        for slot in slots:
            slot.order()

    shares = shares_of(order, PARTS)
    return Profile(work=f"slot, n = {members}", shares=_in_order(shares))


def profile_seeds(count: int, seed: int) -> Profile:
    """Look at campaign seeds. Called in a process of its own."""
    shares = shares_of(Seeds(count, seed=seed, seconds=SECONDS_A_SEED).run, PARTS)
    return Profile(work=f"seeds of {SECONDS_A_SEED} s, n = 4", shares=_in_order(shares))


def lines_of(profiles: tuple[Profile, ...]) -> list[str]:
    """A table: a line a part, a column a piece of work."""
    names = [name for name, _ in PARTS if any(name in dict(each.shares) for each in profiles)]
    head = f"{'':<44}" + "".join(f"{each.work:>22}" for each in profiles)
    columns = [dict(each.shares) for each in profiles]
    return [head, *(f"{name:<44}" + "".join(f"{each.get(name, 0.0):>22.0%}" for each in columns) for name in names)]


def _in_order(shares: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    found = dict(shares)
    return tuple((name, round(found[name], 4)) for name, _ in PARTS if name in found)
