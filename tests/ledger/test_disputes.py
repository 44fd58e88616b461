"""R4.3: a disputed work rests with all that was made of it, for some days, and the committee decides."""

import pytest

from ledger.operations.measures import OpenDispute, Outcome, ResolveDispute
from ledger.operations.series import Mint
from ledger.operations.tokens import Burn, TransferFrom
from ledger.parameters import DAY_MS
from ledger.records.measures import DisputeState
from tests.ledger.case import OTHER, OWNER, Case
from tests.ledger.numbers import number_in_full
from tests.ledger.world import issue_operation, series_operation

WORK = "scroll"


class Dispute(Case):
    """About the work that a sold token is made of."""

    def __init__(self, parameters: dict[str, int] | None = None) -> None:
        super().__init__(parameters)
        self.expires_ms = self.world.now_ms + 10 * DAY_MS

    def open(self, by: str, *, case: str = "case-1", reason: str = "an heir claims it") -> list[str]:
        return self.do(by, OpenDispute(WORK, reason, case, self.expires_ms))

    def decide(self, by: str, outcome: Outcome, *, case: str = "case-1") -> list[str]:
        return self.do(by, ResolveDispute(WORK, case, outcome))

    def give(self) -> list[str]:
        """What the ledger would say to a gift of the token."""
        owner = self.world.ledger.owner_of(self.token)
        assert owner is not None
        to = OTHER if owner == OWNER else OWNER
        return [each.code for each in self.world.ledger.can_transfer(self.token, owner, to, self.world.now_ms)]

    def state(self, case: str = "case-1") -> DisputeState:
        number = number_in_full(self.world.ledger, "dispute", WORK, case)
        record = self.world.ledger.state.disputes.get(f"{WORK}/{number}")
        assert record is not None
        return record.state


def opened(parameters: dict[str, int] | None = None) -> Dispute:
    """By the registrar and a museum."""
    dispute = Dispute(parameters)
    assert dispute.open("copyright") == ["dispute_approved"]
    assert dispute.give() == []
    assert dispute.open("hunan") == ["dispute_approved", "dispute_opened"]
    return dispute


@pytest.mark.parametrize(
    ("parties", "is_open"),
    [
        (("copyright", "hunan"), True),
        (("jd", "copyright"), True),
        (("regulator", "jd"), True),
        (("regulator", "copyright"), True),
        (("ant", "jd"), False),
        (("ant", "jd", "tencent", "hunan"), False),
        (("copyright",), False),
    ],
)
def test_a_dispute_is_opened_by_a_registrar_or_the_regulator_and_one_more__r4_3(parties, is_open):
    dispute = Dispute()
    for party in parties:
        dispute.open(party)
    assert dispute.give() == (["E_DISPUTED"] if is_open else [])


def test_nothing_of_a_disputed_work_is_made_or_sold_or_given__r4_3():
    dispute = Dispute()
    dispute.world.must("ant", series_operation("open"))
    dispute.world.sealed_series("sealed")
    for party in ("copyright", "hunan"):
        dispute.open(party)
    assert dispute.give() == ["E_DISPUTED"]
    assert dispute.do("ant", series_operation("new")) == ["E_DISPUTED"]
    assert dispute.do("ant", Mint("open")) == ["E_DISPUTED"]
    assert dispute.do("ant", issue_operation("sealed", OTHER)) == ["E_DISPUTED"]
    (refusal,) = dispute.world.do(OWNER, TransferFrom(dispute.token, OWNER, OTHER)).refusals
    assert (refusal.rule, refusal.tenet, refusal.retry_at_ms) == ("R4.3", 4, dispute.expires_ms)


def test_another_work_is_not_concerned__r4_3():
    dispute = opened()
    dispute.world.register_work("vase")
    dispute.world.must("ant", series_operation("vases", work="vase"), Mint("vases"))


def test_a_dispute_that_nobody_decides_ends_by_itself_and_all_is_as_before__r4_3():
    dispute = opened()
    dispute.world.now_ms = dispute.expires_ms - 1
    assert dispute.give() == ["E_DISPUTED"]
    dispute.world.now_ms = dispute.expires_ms
    assert dispute.give() == []
    assert dispute.do(OWNER, TransferFrom(dispute.token, OWNER, OTHER)) == ["transfer"]
    assert dispute.decide("ant", Outcome.TAKE_DOWN) == ["E_NOT_DISPUTED"]


def test_the_committee_restores__r4_3():
    dispute = opened()
    for member in ("ant", "hunan"):
        assert dispute.decide(member, Outcome.RESTORE) == ["dispute_decided"]
    assert dispute.decide("jd", Outcome.RESTORE) == ["dispute_decided", "dispute_resolved"]
    assert dispute.give() == []
    assert dispute.state() is DisputeState.RESTORED
    assert dispute.decide("copyright", Outcome.TAKE_DOWN) == ["E_NOT_DISPUTED"]


def test_the_committee_takes_down_and_the_holder_keeps_a_record__r4_3():
    dispute = opened()
    for member in ("ant", "hunan"):
        assert dispute.decide(member, Outcome.TAKE_DOWN) == ["dispute_decided"]
    assert dispute.decide("jd", Outcome.TAKE_DOWN) == ["dispute_decided", "dispute_resolved", "taken_down"]
    assert dispute.give() == ["E_TAKEN_DOWN"]
    assert dispute.world.ledger.owner_of(dispute.token) == OWNER
    assert dispute.do(OWNER, Burn(dispute.token)) == ["E_TAKEN_DOWN"]
    assert dispute.do("ant", series_operation("new")) == ["E_TAKEN_DOWN"]
    number = number_in_full(dispute.world.ledger, "dispute", WORK, "case-1")
    takedown = dispute.world.ledger.state.takedowns.get(f"work/{WORK}/{number}")
    assert takedown is not None
    assert takedown.approvals == ("ant", "hunan", "jd")
    assert dispute.open("copyright", case="case-2") == ["E_TAKEN_DOWN"]


def test_a_member_decides_once_and_one_way__r4_3():
    dispute = opened()
    assert dispute.decide("ant", Outcome.RESTORE) == ["dispute_decided"]
    for outcome in Outcome:
        assert dispute.decide("ant", outcome) == ["E_ALREADY_DECIDED"]
    for member in ("jd", "hunan"):
        assert dispute.decide(member, Outcome.TAKE_DOWN) == ["dispute_decided"]
    assert dispute.state() is DisputeState.OPEN
    assert dispute.decide("copyright", Outcome.TAKE_DOWN)[-1] == "taken_down"


def test_who_approves_a_dispute_approves_its_terms_once__r4_3():
    dispute = Dispute()
    dispute.open("hunan")
    assert dispute.open("hunan") == ["E_ALREADY_APPROVED"]
    assert dispute.open("copyright", reason="a hunch") == ["E_CASE_TERMS"]
    assert dispute.open("copyright") == ["dispute_approved", "dispute_opened"]
    assert dispute.open("jd") == ["E_CASE_CLOSED"]
    assert dispute.open("jd", case="case-2") == ["E_DISPUTED"]


def test_a_second_dispute_takes_the_committee_so_that_two_cannot_keep_it_going__r4_3():
    dispute = opened()
    dispute.world.now_ms = dispute.expires_ms
    dispute.expires_ms += 10 * DAY_MS
    for party in ("copyright", "hunan", "regulator"):
        assert dispute.open(party, case="case-2") == ["dispute_approved"]
    assert dispute.open("jd", case="case-2") == ["dispute_approved", "dispute_opened"]


def test_a_dispute_has_no_longer_end_than_the_parameter_says__r4_3():
    dispute = Dispute({"dispute_days_max": 1})
    assert dispute.open("jd") == ["E_DISPUTE_EXPIRY"]
    dispute.expires_ms = dispute.world.now_ms + DAY_MS
    assert dispute.open("jd") == ["dispute_approved"]
