"""What happened in cases, kept as histories: the oracle of test_due_process.py. It knows nothing of records."""

from dataclasses import dataclass, field

from ledger.operations.measures import Outcome
from ledger.parameters import DAY_MS, HOUR_MS
from tests.ledger.world import World

EMERGENCY_MS = 72 * HOUR_MS
REVIEW_MS = 15 * DAY_MS
DECISION_MS = 30 * DAY_MS
PEOPLE = ("ant.li", "jd.wang")
PARTIES = ("regulator", "ant", "jd", "copyright")
"""Those of the machine that may freeze; tencent could too, and never tries."""
GOVERNORS = ("ant", "tencent", "jd", "copyright", "hunan")


@dataclass
class Freeze:
    """One case of one thing, as what happened."""

    ends_ms: int
    opener: str
    approved: set[str] = field(default_factory=set)
    released: set[str] = field(default_factory=set)
    upheld: set[str] = field(default_factory=set)
    emergency: tuple[str, int] | None = None
    confirmed: bool = False
    appealed_ms: int | None = None
    is_upheld: bool = False
    over: bool = False

    def end_ms(self) -> int:
        """When it ends by itself; 0 if it never took effect, or was ended."""
        if self.over:
            return 0
        if self.confirmed:
            if self.appealed_ms is not None and not self.is_upheld:
                return min(self.ends_ms, self.appealed_ms + REVIEW_MS)
            return self.ends_ms
        return 0 if self.emergency is None else min(self.ends_ms, self.emergency[1] + EMERGENCY_MS)


@dataclass
class Dispute:
    """One case about the work."""

    ends_ms: int
    approved: set[str] = field(default_factory=set)
    opened: bool = False
    over: bool = False
    decided: dict[str, Outcome] = field(default_factory=dict)


@dataclass
class Measure:
    """A takedown, or a forced transfer from somebody to somebody."""

    until_ms: int
    sender: str = ""
    past: str | None = None
    """The case of the freeze that it passes by, in full."""
    approved: set[str] = field(default_factory=set)
    done: bool = False


def majority(parties: set[str]) -> bool:
    """Three of the five that vote."""
    return len(parties & set(GOVERNORS)) >= 3


class Histories:
    """All that happened, and what follows from it now."""

    world: World
    governors: int
    """So many of those that vote can freeze together; 0: none without the regulator."""
    owners: dict[str, str]
    possession: dict[str, int]
    """How often a token changed hands."""
    freezes: dict[tuple[str, str], Freeze]
    """By thing and case."""
    disputes: dict[str, Dispute]
    alone: dict[str, list[tuple[str, str, str]]]
    """What each party froze alone: thing, case, and who owned it then."""
    down: set[str]
    """What was taken down: tokens, or `work`."""

    @property
    def now_ms(self) -> int:
        return self.world.now_ms

    def may_freeze(self, by: str) -> bool:
        return by in PARTIES or (self.governors > 0 and by in GOVERNORS)

    def enough(self, parties: set[str]) -> bool:
        """The regulator and one more, or so many that vote, where they count."""
        if 0 < self.governors <= len(parties & set(GOVERNORS)):
            return True
        return "regulator" in parties and len(parties) > 1

    def end_of(self, thing: str) -> int:
        """When the freeze of a token or account that is in force ends; 0 without one."""
        ends = [each.end_ms() for (name, _), each in self.freezes.items() if name == thing]
        return max([end for end in ends if end > self.now_ms], default=0)

    def case_in_force(self, thing: str) -> str | None:
        for (name, case), each in self.freezes.items():
            if name == thing and each.end_ms() > self.now_ms:
                return case
        return None

    def in_full(self, thing: str, case: str | None) -> str | None:
        """The case with the name of who opened it; None without such a case."""
        known = None if case is None else self.freezes.get((thing, case))
        return None if known is None else f"{known.opener}.{case}"

    def dispute_end(self) -> int:
        return max([each.ends_ms for each in self.disputes.values() if each.opened and not each.over], default=0)

    def is_disputed(self) -> bool:
        return self.dispute_end() > self.now_ms

    def may_sign(self, by: str) -> bool:
        return self.end_of(by) == 0

    def unconfirmed(self, by: str) -> list[tuple[str, str, str]]:
        """What `by` froze alone and nobody confirmed: thing, case, and who owned it then."""
        return [each for each in self.alone.get(by, []) if not self.freezes[each[0], each[1]].confirmed]

    def is_free(self, token: str, to: str) -> bool:
        ends = (self.end_of(token), self.end_of(self.owners[token]), self.end_of(to))
        return not any(ends) and not self.is_disputed() and not self.is_down(token)

    def is_down(self, token: str) -> bool:
        return token in self.down or "work" in self.down

    def moved(self, token: str, to: str) -> None:
        self.owners[token] = to
        self.possession[token] += 1
