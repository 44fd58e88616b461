"""All the model knows: dictionaries by name, the figures in force, and the time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from ledger.charter import Charter
from tests.ledger.naive.figures import DAY_MS, FIGURES, HOUR_MS, POLICIES
from tests.ledger.naive.things import (
    Account,
    Dispute,
    Freeze,
    Measure,
    Proposal,
    Series,
    Token,
    Work,
)


@dataclass
class Known:
    """The whole state, and the questions that several areas ask of it."""

    height: int
    """Of the block that is being made."""
    now_ms: int
    figures: dict[str, int]
    policies: dict[str, str]
    accounts: dict[str, Account]
    members: set[str]
    """Those of the consortium; who was removed keeps an account and is not among them."""
    chains: set[str]
    paused: bool = False
    works: dict[str, Work] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    bought: dict[tuple[str, bytes], int] = field(default_factory=dict)
    """Editions a person bought, by series and person."""
    given: dict[tuple[bytes, int], int] = field(default_factory=dict)
    """Gifts by person and day."""
    freezes: dict[tuple[str, str], Freeze] = field(default_factory=dict)
    """By token or account, and case."""
    alone: dict[str, list[tuple[str, str, str, bool]]] = field(default_factory=dict)
    """What each party froze alone: thing, case, whose it was then, and whether it was on sale."""
    disputes: dict[tuple[str, str], Dispute] = field(default_factory=dict)
    takedowns: dict[tuple[str, str, str], Measure] = field(default_factory=dict)
    forced: dict[tuple[str, str], Measure] = field(default_factory=dict)
    winding: dict[tuple[str, str], int] = field(default_factory=dict)
    """Until when holders choose, by kind (`series`, `platform`) and name."""
    choices: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Whose choice, and what, by token."""
    stated: set[tuple[object, ...]] = field(default_factory=set)
    """Attestations, reports and evidence, each in its own words."""
    proposals: dict[str, Proposal] = field(default_factory=dict)
    cooling: dict[str, int] = field(default_factory=dict)
    """Until when a series is held twice as long."""
    opened: list[tuple[str, bool]] = field(default_factory=list)
    """Who opened series in this epoch, and whether of culture."""
    openings: dict[str, dict[tuple[str, ...], int]] = field(default_factory=dict)
    """Cases and proposals that each member opened, and until when they count."""
    made: dict[tuple[str, int, str], int] = field(default_factory=dict)
    """What each member made, by day and by the figure that bounds it."""
    authors: list[int] = field(default_factory=list)
    """Whose batches came in this epoch."""

    def figure(self, name: str) -> int:
        return self.figures[name]

    def hours_ms(self, name: str) -> int:
        return self.figures[name] * HOUR_MS

    def days_ms(self, name: str) -> int:
        return self.figures[name] * DAY_MS

    def role(self, account: str) -> str | None:
        known = self.accounts.get(account)
        return None if known is None else known.role

    def has(self, kind: str, name: str) -> bool:
        """Whether there is a work, a series or a token of this name."""
        return name in {"work": self.works.keys(), "series": self.series.keys(), "token": self.tokens.keys()}[kind]

    def is_platform(self, name: str) -> bool:
        return name in self.members and self.role(name) == "platform"

    def voting(self) -> set[str]:
        """Who votes: the members in office, also one that is suspended."""
        return {name for name in self.members if self.accounts[name].votes}

    def suspended(self, account: str) -> list[str]:
        """The axes on which an account is suspended now."""
        known = self.accounts.get(account)
        return [] if known is None else sorted(axis for axis, end in known.suspended.items() if self.now_ms < end)

    def is_suspended(self, account: str) -> bool:
        return bool(self.suspended(account))

    def acting(self, parties: Iterable[str]) -> set[str]:
        """Those of `parties` whose approval counts: members, while their accounts are active."""
        return {name for name in parties if name in self.members and not self.is_suspended(name)}

    def case_in_force(self, thing: str) -> str | None:
        """The case in which a token or an account is frozen now."""
        for (name, case), freeze in self.freezes.items():
            if name == thing and self.now_ms < freeze.end_ms():
                return case
        return None

    def person(self, account: str) -> bytes | None:
        known = self.accounts.get(account)
        return None if known is None else known.person

    def key_in_force(self, account: str) -> bytes:
        known = self.accounts[account]
        if known.next_key is not None and self.key_announced(account) is None:
            return known.next_key[2]
        return known.key

    def key_announced(self, account: str) -> bytes | None:
        """The key that is going to be an account's, and is not yet."""
        following = self.accounts[account].next_key
        if following is None or (self.height >= following[0] and self.now_ms >= following[1]):
            return None
        return following[2]

    def may_open(self, by: str, name: str) -> bool:
        """L6: cases and proposals are opened in the name of who opens them; of who is no member, other rules speak."""
        return self.role(by) is None or name.partition(".")[0] == by

    def agree(self, policy: str, approvals: set[str], electorate: set[str]) -> bool:
        """Whether a policy is met, in the words of *Governance*."""
        agreed, everybody = len(approvals & electorate), len(electorate)
        if everybody == 0 or policy == "FORBIDDEN":
            return False
        if policy in ("ALL", "SELF"):
            return agreed == everybody
        if policy == "ANY":
            return agreed > 0
        if policy == "MAJORITY":
            return Fraction(agreed, everybody) > Fraction(1, 2)
        if "/" in policy:
            return Fraction(agreed, everybody) >= Fraction(policy)
        return agreed >= int(policy)

    def committee(self, kind: str, approvals: Iterable[str]) -> bool:
        """Whether the voting members decide so together."""
        return self.agree(self.policies[kind], self.acting(approvals), self.voting())


def founded(charter: Charter) -> Known:
    """What is known before the first block."""
    accounts = {
        member.id: Account(member.id, member.operator_key, str(member.role.value), member.votes)
        for member in charter.members
    }
    figures = {name: default for name, (default, _, _) in FIGURES.items()} | charter.parameters
    return Known(
        1, charter.founded_ms, figures, {**POLICIES, **charter.policies}, accounts, set(accounts), set(charter.chains)
    )
