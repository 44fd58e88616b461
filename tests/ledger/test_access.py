"""R7.3: what the regulator read beyond what everybody sees, it puts on record itself."""

from ledger.operations.access import RecordAccess
from tests.ledger.world import World


def test_a_read_is_on_record_with_its_case_and_height__r7_3():
    here = World()
    (event,) = here.must("regulator", RecordAccess("payloads of reports of May", "case-1")).events
    assert dict(event.params) == {"by": "regulator", "case": "case-1", "what": "payloads of reports of May"}
    record = here.ledger.state.accesses.get("regulator/1")
    assert record is not None
    assert (record.what, record.case, record.height) == ("payloads of reports of May", "case-1", 1)


def test_every_read_has_its_own_row__r7_3():
    here = World()
    for _ in range(3):
        here.must("regulator", RecordAccess("logs of jd", "case-1"))
    assert [row for row, _ in here.ledger.state.accesses.rows()] == [f"regulator/{nonce}" for nonce in (1, 2, 3)]


def test_nobody_else_writes_in_its_name__r7_3():
    here = World()
    here.open_account("ant.li")
    for account in ("ant", "copyright", "ant.li"):
        assert [each.code for each in here.do(account, RecordAccess("x", "case-1")).refusals] == ["E_AUTHORITY"]
