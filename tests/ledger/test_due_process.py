"""The whole machine of freezes, disputes, takedowns and forced transfers, walked at random against a naive oracle.

The oracle keeps histories and asks them anew each time: it has no marks, no states and no tables. What it and the
ledger must agree on is whether each order is accepted, and whether a token could be given now. Besides, at every step:

* every freeze and dispute has a reason, a case and an end, and at that end it is over without a transaction;
* no single key holds a token longer than an emergency lasts, whatever it does, until enough confirm what it did;
* nothing is held for ever but what the committee took down.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.measures import ForcedTransfer, OpenDispute, Outcome, ResolveDispute, Takedown
from ledger.operations.subjects import AccountSubject, Freezable, TokenSubject
from ledger.operations.table import Operation
from ledger.operations.tokens import TransferFrom
from ledger.parameters import DAY_MS, HOUR_MS
from ledger.receipts import Status
from tests.ledger.histories import (
    DECISION_MS,
    EMERGENCY_MS,
    GOVERNORS,
    PARTIES,
    PEOPLE,
    Dispute,
    Freeze,
    Histories,
    Measure,
    majority,
)
from tests.ledger.world import World

pytestmark = pytest.mark.slow

who = st.sampled_from(("regulator", "ant", "jd", "copyright", "hunan", "ant.li"))
cases = st.sampled_from(("case-1", "case-2"))
things = st.sampled_from(("t0", "t1", *PEOPLE))
days = st.sampled_from((2, 25))
dispute_days = st.sampled_from((2, 12))


class DueProcessMachine(Histories, RuleBasedStateMachine):
    """Two tokens of one work, each with one of two people.

    Each rule states what the oracle expects, gives the order, and lets the oracle remember it if it was accepted.
    """

    @initialize(governors=st.sampled_from((0, 3)))
    def start(self, governors: int) -> None:
        figures = {"hold_hours_first": 0, "hold_hours_later": 0, "gifts_per_day": 1_000}
        self.world = World({**figures, "freeze_governors": governors})
        self.governors = governors
        self.tokens = {"t0": self.world.sold_token(PEOPLE[0]), "t1": self.world.sold_token(PEOPLE[1])}
        self.owners = {"t0": PEOPLE[0], "t1": PEOPLE[1]}
        self.possession = {"t0": 0, "t1": 0}
        self.freezes: dict[tuple[str, str], Freeze] = {}
        self.disputes: dict[str, Dispute] = {}
        self.takedowns: dict[tuple[str, str], Measure] = {}
        self.transfers: dict[tuple[str, str], Measure] = {}
        self.down: set[str] = set()
        # By party and by whom it froze alone: what and under which case, as long as nobody confirmed it.
        self.alone: dict[str, list[tuple[str, str, str]]] = {}
        self.held_ms: dict[tuple[str, str, int], dict[tuple[str, str], int]] = {}

    def order(self, by: str, operation: Operation, *, expected: bool) -> bool:
        receipt = self.world.do(by, operation)
        assert (receipt.status is Status.ACCEPTED) == expected, (operation, receipt)
        return expected

    def subject(self, thing: str) -> Freezable:
        return AccountSubject(thing) if "." in thing else TokenSubject(self.tokens[thing])

    @rule(hours=st.sampled_from((1, 24, 71, 240)))
    def time_passes(self, hours):
        start, end = self.now_ms, self.now_ms + hours * HOUR_MS
        for token, owner in self.owners.items():
            for (name, case), each in self.freezes.items():
                if name in (token, owner) and not each.confirmed and each.emergency is not None:
                    key = (each.emergency[0], token, self.possession[token])
                    hours_by_case = self.held_ms.setdefault(key, {})
                    hours_by_case.setdefault((name, case), 0)
                    hours_by_case[name, case] += max(0, min(end, each.end_ms()) - start)
        for held in self.held_ms.values():
            alone_ms = sum(ms for case, ms in held.items() if not self.freezes[case].confirmed)
            assert alone_ms <= EMERGENCY_MS, "no single key holds a token longer, unless enough confirm what it did"
        self.world.now_ms = end

    @rule(thing=things, case=cases, by=who, term=days)
    def freeze(self, thing, case, by, term):
        known = self.freezes.get((thing, case))
        ends_ms = known.ends_ms if known else self.now_ms + term * DAY_MS
        expected = (
            self.may_freeze(by)
            and self.may_sign(by)
            and ends_ms > self.now_ms
            and self.case_in_force(thing) in (None, case)
            and (known is None or not (known.confirmed or known.over or by in known.approved))
        )
        terms = ("theft", case, ends_ms)
        name = self.tokens.get(thing, thing)
        if self.order(by, FreezeAccount(name, *terms) if "." in name else FreezeToken(name, *terms), expected=expected):
            self.approve(self.freezes.setdefault((thing, case), Freeze(ends_ms, by)), by)

    def approve(self, known: Freeze, by: str) -> None:
        known.approved.add(by)
        known.confirmed = self.enough(known.approved)

    @rule(thing=things, case=cases, by=who, term=days)
    def emergency(self, thing, case, by, term):
        known = self.freezes.get((thing, case))
        ends_ms = known.ends_ms if known else self.now_ms + term * DAY_MS
        owner = self.owners.get(thing, thing)
        # The thing itself, or its owner's account, or, for an account, a token that was frozen while it was its own.
        spent = any(
            name in (thing, owner) or (thing == owner and owned_by == owner)
            for name, _, owned_by in self.unconfirmed(by)
        )
        expected = (
            self.may_freeze(by)
            and self.may_sign(by)
            and ends_ms > self.now_ms
            and self.case_in_force(thing) in (None, case)
            and (known is None or not (known.confirmed or known.over or known.emergency))
            and not spent
        )
        if self.order(by, EmergencyFreeze(self.subject(thing), "theft", case, ends_ms), expected=expected):
            known = self.freezes.setdefault((thing, case), Freeze(ends_ms, by))
            self.approve(known, by)
            if not known.confirmed:
                known.emergency = (by, self.now_ms)
                self.alone.setdefault(by, []).append((thing, case, owner))

    @rule(token=st.sampled_from(("t0", "t1")), by=st.sampled_from(PARTIES), begins_with_token=st.booleans())
    def one_party_insists(self, token, by, begins_with_token):
        """Whatever it can freeze alone, one after the other, each when the last has lapsed."""
        targets = [token, self.owners[token]] if begins_with_token else [self.owners[token], token]
        for target in targets:
            for case in ("case-1", "case-2"):
                self.emergency(target, case, by, 25)
            self.time_passes(71)
            self.time_passes(1)

    @rule(by=st.sampled_from(PARTIES))
    def one_party_freezes_all_that_somebody_has(self, by):
        """One of them is confirmed after it lapsed; then the owner's account is tried."""
        for token, case in (("t0", "case-1"), ("t1", "case-2")):
            self.emergency(token, case, by, 25)
        self.time_passes(71)
        self.time_passes(1)
        self.freeze("t0", "case-1", "regulator" if by != "regulator" else "jd", 25)
        for party in ("regulator", "copyright"):
            self.unfreeze("t0", "case-1", party)
        self.emergency(self.owners["t1"], "case-1", by, 25)

    @rule(thing=things, case=cases, term=days)
    def two_parties_freeze(self, thing, case, term):
        for party in ("jd", "regulator"):
            self.freeze(thing, case, party, term)

    @rule(thing=things, case=cases, by=who)
    def unfreeze(self, thing, case, by):
        known = self.freezes.get((thing, case))
        expected = (
            self.may_freeze(by)
            and self.may_sign(by)
            and self.case_in_force(thing) == case
            and known is not None
            and by not in known.released
        )
        name = self.tokens.get(thing, thing)
        if self.order(by, (UnfreezeAccount if "." in name else UnfreezeToken)(name, case), expected=expected):
            assert known is not None
            known.released.add(by)
            is_withdrawn = not known.confirmed and known.emergency is not None and known.emergency[0] == by
            known.over = is_withdrawn or self.enough(known.released)

    @rule(thing=things, case=cases, by=st.sampled_from((*PEOPLE, "ant", "jd", "copyright")))
    def appeal(self, thing, case, by):
        known = self.freezes.get((thing, case))
        owner = self.owners.get(thing, thing)
        expected = (
            by in (owner, owner.split(".")[0])
            and self.may_sign(by)
            and self.case_in_force(thing) == case
            and known is not None
            and known.confirmed
            and known.appealed_ms is None
        )
        if self.order(by, Appeal(self.subject(thing), case, "it is mine"), expected=expected):
            assert known is not None
            known.appealed_ms = self.now_ms

    @rule(thing=things, case=cases, by=who)
    def uphold(self, thing, case, by):
        known = self.freezes.get((thing, case))
        expected = (
            by in {*PARTIES, *GOVERNORS}
            and self.case_in_force(thing) == case
            and known is not None
            and known.appealed_ms is not None
            and not known.is_upheld
            and by not in known.upheld
        )
        if self.order(by, Uphold(self.subject(thing), case), expected=expected):
            assert known is not None
            known.upheld.add(by)
            known.is_upheld = self.enough(known.upheld) and not known.upheld <= known.approved

    @rule(thing=things)
    def the_platform_appeals_what_is_in_force(self, thing):
        case = self.case_in_force(thing)
        if case is not None:
            self.appeal(thing, case, self.owners.get(thing, thing).split(".")[0])

    @rule(thing=things, second=st.sampled_from(("jd", "hunan")))
    def two_parties_uphold(self, thing, second):
        case = self.case_in_force(thing)
        if case is not None:
            for party in ("regulator", second):
                self.uphold(thing, case, party)

    @rule(thing=things)
    def two_parties_end_what_is_in_force(self, thing):
        case = self.case_in_force(thing)
        if case is not None:
            for party in ("regulator", "copyright"):
                self.unfreeze(thing, case, party)

    @rule(token=st.sampled_from(("t0", "t1")))
    def gift(self, token):
        owner = self.owners[token]
        to = PEOPLE[1 - PEOPLE.index(owner)]
        if self.order(owner, TransferFrom(self.tokens[token], owner, to), expected=self.is_free(token, to)):
            self.moved(token, to)

    @rule(case=cases, by=who, term=dispute_days)
    def open_dispute(self, case, by, term):
        known = self.disputes.get(case)
        ends_ms = known.ends_ms if known else self.now_ms + term * DAY_MS
        expected = (
            by in {*PARTIES, *GOVERNORS}
            and ends_ms > self.now_ms
            and "work" not in self.down
            and not self.is_disputed()
            and (known is None or not (known.opened or by in known.approved))
        )
        if self.order(by, OpenDispute("scroll", "an heir", case, ends_ms), expected=expected):
            is_repeated = any(each.opened for each in self.disputes.values())
            known = self.disputes.setdefault(case, Dispute(ends_ms))
            known.approved.add(by)
            few = self.enough(known.approved) or ("copyright" in known.approved and len(known.approved) > 1)
            known.opened = majority(known.approved) if is_repeated else few

    @rule(case=cases, term=dispute_days)
    def two_parties_dispute(self, case, term):
        for party in ("hunan", "copyright"):
            self.open_dispute(case, party, term)

    @rule(case=cases, by=st.sampled_from(("ant", "jd", "hunan", "regulator")), outcome=st.sampled_from(Outcome))
    def decide(self, case, by, outcome):
        known = self.disputes.get(case)
        expected = (
            by in GOVERNORS
            and known is not None
            and known.opened
            and not known.over
            and self.now_ms < known.ends_ms
            and by not in known.decided
        )
        if self.order(by, ResolveDispute("scroll", case, outcome), expected=expected):
            assert known is not None
            known.decided[by] = outcome
            if majority({each for each, chosen in known.decided.items() if chosen is outcome}):
                known.over = True
                self.down |= {"work"} if outcome is Outcome.TAKE_DOWN else set()

    @rule(outcome=st.sampled_from(Outcome))
    def the_committee_decides(self, outcome):
        for case in list(self.disputes):
            for member in ("ant", "jd", "hunan"):
                self.decide(case, member, outcome)

    @rule(
        token=st.sampled_from(("t0", "t1")),
        case=cases,
        by=st.sampled_from(("ant", "jd", "hunan", "copyright", "regulator")),
    )
    def takedown(self, token, case, by):
        known = self.takedowns.get((token, case))
        expected = (
            by in GOVERNORS
            and not self.is_down(token)
            and (known is None or (self.now_ms < known.until_ms and by not in known.approved))
        )
        if self.order(by, Takedown(TokenSubject(self.tokens[token]), "a copy", case), expected=expected):
            known = self.takedowns.setdefault((token, case), Measure(self.now_ms + DECISION_MS))
            known.approved.add(by)
            if majority(known.approved) or ("copyright" in known.approved and len(known.approved) > 1):
                self.down.add(token)

    @rule(
        token=st.sampled_from(("t0", "t1")),
        case=cases,
        by=st.sampled_from(("ant", "jd", "hunan", "regulator")),
        past=st.sampled_from(("case-1", None)),
    )
    def forced_transfer(self, token, case, by, past):
        known, owner = self.transfers.get((token, case)), self.owners[token]
        full = self.in_full(token, past) or self.in_full(owner, past)
        to = PEOPLE[1 - PEOPLE.index(owner)]
        expected = (
            by in GOVERNORS
            and self.in_full(token, self.case_in_force(token)) in (None, full)
            and self.in_full(owner, self.case_in_force(owner)) in (None, full)
            and self.end_of(to) == 0
            and not self.is_disputed()
            and not self.is_down(token)
            and (
                known is None
                or (
                    not known.done
                    and self.now_ms < known.until_ms
                    and by not in known.approved
                    and known.sender == owner
                    and known.past == full
                )
            )
        )
        if self.order(by, ForcedTransfer(self.tokens[token], owner, to, "a court", case, full), expected=expected):
            known = self.transfers.setdefault((token, case), Measure(self.now_ms + DECISION_MS, owner, full))
            known.approved.add(by)
            if majority(known.approved):
                known.done = True
                self.moved(token, to)

    @rule(token=st.sampled_from(("t0", "t1")), case=cases)
    def the_committee_moves(self, token, case):
        for member in ("ant", "jd", "hunan"):
            self.forced_transfer(token, case, member, self.case_in_force(token))

    def reasons(self, token: str, at_ms: int) -> set[str]:
        owner = self.owners[token]
        to = PEOPLE[1 - PEOPLE.index(owner)]
        refusals = self.world.ledger.can_transfer(self.tokens[token], owner, to, at_ms)
        return {each.code for each in refusals}

    @invariant()
    def the_ledger_says_what_the_oracle_says(self):
        for token, owner in self.owners.items():
            assert self.world.ledger.owner_of(self.tokens[token]) == owner
            to = PEOPLE[1 - PEOPLE.index(owner)]
            expected = {
                *({"E_FROZEN"} if self.end_of(token) else ()),
                *({"E_ACCOUNT_FROZEN"} if self.end_of(owner) or self.end_of(to) else ()),
                *({"E_DISPUTED"} if self.is_disputed() else ()),
                *({"E_TAKEN_DOWN"} if self.is_down(token) else ()),
            }
            assert self.reasons(token, self.now_ms) == expected

    @invariant()
    def what_is_held_has_reason_case_and_end_and_is_free_at_that_end(self):
        state = self.world.ledger.state
        for thing in (*self.tokens, *PEOPLE):
            name = self.tokens.get(thing, thing)
            record = state.accounts.get(name) if "." in name else state.tokens.get(name)
            assert record is not None
            if record.is_frozen(self.now_ms):
                freeze = state.freezes.get(f"{name}/{record.freeze_case}")
                assert freeze is not None
                assert freeze.reason
                assert self.now_ms < record.frozen_until_ms <= freeze.expires_ms <= self.now_ms + 180 * DAY_MS
        for token in self.tokens:
            ends = [self.end_of(thing) for thing in (token, *PEOPLE)] + [self.dispute_end()]
            left = self.reasons(token, max(self.now_ms, *ends))
            assert left == ({"E_TAKEN_DOWN"} if self.is_down(token) else set())


DueProcessMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=50, deadline=None)
TestDueProcess = DueProcessMachine.TestCase
