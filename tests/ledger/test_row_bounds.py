"""R8.2: one key fills no table with what nobody else asked for; what others took up, or is old, counts no longer."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from canonical.hashing import Digest
from ledger.judge import Guilt
from ledger.operations.access import RecordAccess
from ledger.operations.accounts import RegisterAccount
from ledger.operations.freezes import EmergencyFreeze, FreezeToken, UnfreezeToken
from ledger.operations.governance import ListChain, Pause, Propose
from ledger.operations.measures import ForcedTransfer, OpenDispute, Takedown
from ledger.operations.series import MintBatch
from ledger.operations.statements import Attest, Attested, ReportSuspicious, SubmitEvidence
from ledger.operations.subjects import TokenSubject
from ledger.operations.table import Operation
from ledger.parameters import DAY_MS
from ledger.receipts import Receipt
from tests.ledger.governing import Parliament
from tests.ledger.world import ADULT, World, key_of, person, series_operation, work_operation

SPENT = ["E_TOO_MANY_CASES"]
FULL = ["E_DAY_FULL"]


def codes(receipt: Receipt) -> list[str]:
    return [each.code for each in receipt.refusals]


def opened(here: World, number: int, token: str) -> Operation:
    """One of every kind that opens a case, in turn."""
    ends_ms = here.now_ms + 1
    kinds: tuple[Operation, ...] = (
        FreezeToken(token, "theft", f"jd.{number}", ends_ms),
        OpenDispute("scroll", "an heir", f"jd.{number}", ends_ms),
        Takedown(TokenSubject(token), "a copy", f"jd.{number}"),
        ForcedTransfer(token, "ant.li", "jd.wang", "a court", f"jd.{number}"),
        Propose(f"jd.{number}", ListChain("wenchang"), "A bridge.", ends_ms),
    )
    return kinds[number % len(kinds)]


def test_one_member_opens_so_many_cases_that_nobody_takes_up__r8_2():
    """Each ends a millisecond after its opening: if that ended its counting, the rate alone would bound the rows."""
    here = World({"cases_open_max": 10})
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    first_ms = here.now_ms
    for number in range(10):
        assert codes(here.do("jd", opened(here, number, token))) == []
        here.now_ms += 2
    for number in range(10, 15):
        refused = here.do("jd", opened(here, number, token))
        assert codes(refused) == SPENT
        (refusal,) = refused.refusals
        assert (refusal.rule, refusal.retry_at_ms) == ("R8.2", first_ms + 30 * DAY_MS)
        assert dict(refusal.params)["cases_open_max"] == "10"
    assert codes(here.do("tencent", FreezeToken(token, "theft", "tencent.1", here.now_ms + 1))) == []
    here.now_ms = first_ms + 30 * DAY_MS
    assert codes(here.do("jd", opened(here, 20, token))) == []
    assert codes(here.do("jd", opened(here, 21, token))) == SPENT
    docket = here.ledger.state.dockets.get("jd")
    assert docket is not None
    assert len(docket.cases) == 10, "what counts no longer has left the row"


def test_a_case_that_others_took_up_counts_no_longer__r8_2():
    here = World({"cases_open_max": 1})
    token = here.sold_token("ant.li")
    second = here.sold_token("ant.li")
    freeze = FreezeToken(token, "theft", "jd.1", here.now_ms + DAY_MS)
    here.must("jd", freeze)
    assert codes(here.do("jd", FreezeToken(second, "theft", "jd.2", here.now_ms + DAY_MS))) == SPENT
    here.must("regulator", freeze)
    here.must("jd", FreezeToken(second, "theft", "jd.2", here.now_ms + DAY_MS))


def test_joining_anothers_case_costs_nothing__r8_2():
    here = World({"cases_open_max": 1})
    token, second = here.sold_token("ant.li"), here.sold_token("ant.li")
    here.must("jd", FreezeToken(second, "theft", "jd.1", here.now_ms + DAY_MS))
    here.must("tencent", FreezeToken(token, "theft", "tencent.1", here.now_ms + DAY_MS))
    here.must("jd", FreezeToken(token, "theft", "tencent.1", here.now_ms + DAY_MS))


def test_what_was_withdrawn_still_counts__r8_2():
    """Or one key would open and withdraw for as long as it signs."""
    here = World({"cases_open_max": 1})
    token, second = here.sold_token("ant.li"), here.sold_token("ant.li")
    here.must("jd", EmergencyFreeze(TokenSubject(token), "theft", "jd.1", here.now_ms + DAY_MS))
    here.must("jd", UnfreezeToken(token, "jd.1"))
    assert codes(here.do("jd", FreezeToken(second, "theft", "jd.2", here.now_ms + DAY_MS))) == SPENT


def test_a_proposal_that_votes_decided_counts_no_longer_and_an_expired_one_does__r8_2():
    here = Parliament({"cases_open_max": 1})
    here.adopt(Pause(), "p-1")
    here.must("ant", Propose("ant.p-2", ListChain("wenchang"), "A bridge.", here.now_ms + 1))
    here.now_ms += 2
    here.execute([])
    again = Propose("ant.p-3", ListChain("wenchang"), "A bridge.", here.now_ms + DAY_MS)
    assert codes(here.do("ant", again)) == SPENT


def document(number: int) -> Digest:
    return Digest(sha256(str(number).encode()).digest())


MADE: dict[str, list[tuple[str, Callable[[int], Operation]]]] = {
    "statements_per_day": [
        ("notary", lambda number: Attest(Attested.WORK, "scroll", document(number), "seen")),
        ("jd", lambda number: ReportSuspicious("ant.li", document(number))),
        ("jd", lambda number: SubmitEvidence(bytes([number]))),
        ("regulator", lambda number: RecordAccess(f"the logs of day {number}", "regulator.1")),
    ],
    "works_per_day": [("copyright", lambda number: work_operation(f"w-{number}"))],
    "series_per_day": [("ant", lambda number: series_operation(f"t-{number}"))],
    "accounts_per_day": [
        ("ant", lambda number: RegisterAccount(f"ant.p{number}", person(f"p{number}"), key_of("p"), ADULT))
    ],
    "editions_per_day": [("ant", lambda number: MintBatch("s", 1))],
}
"""By parameter: who makes what."""


def yesterdays_world(parameter: str) -> World:
    """A work, a series and an account, made a day ago, where three are the most; its judge believes everything."""
    here = World({parameter: 3})
    here.ledger.appoint(lambda proof: Guilt("copyright", f"prepare-0-{proof[0]}"))
    here.open_account("ant.li")
    here.register_work()
    here.must("ant", series_operation("s"))
    here.wait_days(1)
    return here


@pytest.mark.parametrize(
    ("parameter", "by", "make"), [(name, *each) for name, several in MADE.items() for each in several]
)
def test_a_day_holds_so_much_of_each_kind__r8_2(parameter, by, make):
    here = yesterdays_world(parameter)
    for number in range(3):
        assert codes(here.do(by, make(number))) == []
    refused = here.do(by, make(3))
    assert codes(refused) == FULL
    (refusal,) = refused.refusals
    assert (refusal.rule, dict(refusal.params)["parameter"], dict(refusal.params)["most"]) == ("R8.2", parameter, "3")
    assert refusal.retry_at_ms is not None
    here.now_ms = refusal.retry_at_ms - 1
    assert codes(here.do(by, make(3))) == FULL
    here.now_ms += 1
    assert codes(here.do(by, make(3))) == []


def test_a_batch_that_is_larger_than_a_day_is_told_no_time_to_come_back__r8_2():
    here = World({"editions_per_day": 3})
    here.register_work()
    here.must("ant", series_operation("s"))
    (refusal,) = here.do("ant", MintBatch("s", 4)).refusals
    assert (refusal.code, refusal.retry_at_ms) == ("E_DAY_FULL", None)
