"""The end of an epoch: alerts in the state, the row of the epoch, the compliance report, after a restart too."""

import itertools

from ledger.epochs import EPOCH_RULES
from ledger.execute import BlockResult
from ledger.ledger import Ledger
from ledger.operations.tokens import TransferFrom
from ledger.receipts import ComplianceEntry
from ledger.records.alerts import Detector, EpochRecord, Level
from ledger.rules import no_laundering
from ledger.rules.no_laundering import alerts_in
from tests.ledger.world import World

FREE = {"hold_hours_first": 0, "hold_hours_later": 0, "gifts_per_day": 1_000}


def world(epoch_blocks: int = 4) -> World:
    """Two persons, and a token of the first; the next block but one ends an epoch."""
    here = World({**FREE, "epoch_blocks": epoch_blocks})
    here.open_account("ant.li")
    here.open_account("jd.wang")
    return here


def to_the_end_of_the_epoch(here: World, *, hours: float = 1):
    """Empty blocks until one ends an epoch; its result."""
    here.wait_days(hours / 24)
    while True:
        result = here.execute([])
        if result.compliance:
            return result


def watched(result: BlockResult) -> tuple[ComplianceEntry, ...]:
    """What the detectors' rule says in the block's report."""
    return tuple(entry for entry in result.compliance if entry.rule == "R11.2")


def give(here: World, token: str, *hands: str) -> None:
    """Pass a token on from hand to hand, an hour apart."""
    for giver, receiver in itertools.pairwise(hands):
        here.wait_days(1 / 24)
        here.must(giver, TransferFrom(token, giver, receiver))


def ping_pong(here: World) -> str:
    token = here.sold_token("ant.li")
    give(here, token, "ant.li", "jd.wang", "ant.li")
    return token


def test_an_epochs_alerts_are_rows_of_the_state_and_counted_in_the_report__r11_2():
    here = world(epoch_blocks=100)
    token = ping_pong(here)
    result = to_the_end_of_the_epoch(here)
    assert watched(result) == (ComplianceEntry("R11.2", 2, 1),)
    (alert,) = alerts_in(here.ledger.state, 1)
    assert (alert.detector, alert.level, alert.score_tenths) == (Detector.BACK_AND_FORTH, Level.LOW, 5)
    assert (alert.accounts, alert.tokens, alert.gifts) == (("ant.li", "jd.wang"), (token,), 2)
    assert alert.last_ms - alert.first_ms == 3_600_000
    assert here.ledger.state.epochs.get("00000001") == EpochRecord(100, here.now_ms, 1, 2, 0, 1, 0)
    assert {b"alert/00000001/000", b"epoch/00000001"} <= {key for key, _ in result.changes}


def test_an_epoch_without_gifts_is_on_record_too__r11_2():
    here = world()
    assert watched(to_the_end_of_the_epoch(here)) == (ComplianceEntry("R11.2", 0, 0),)
    assert here.ledger.state.epochs.get("00000001") == EpochRecord(4, here.now_ms, 0, 0, 0, 0, 0)


def test_no_other_block_closes_an_epoch():
    here = world()
    closed = [here.ledger.height for _ in range(12) if here.execute([]).compliance]
    assert closed == [4, 8, 12]
    assert len(here.ledger.state.epochs) == 3


def test_an_alert_is_raised_once_even_if_its_gift_has_the_time_of_the_epochs_end():
    here = world(epoch_blocks=1)
    ping_pong(here)
    here.execute([])
    here.execute([])
    alerted = [number for number in range(1, here.ledger.height + 1) if alerts_in(here.ledger.state, number)]
    assert len(alerted) == 1


def test_gifts_older_than_thirty_days_are_not_looked_at():
    here = world(epoch_blocks=100)
    ping_pong(here)
    here.wait_days(30)
    assert watched(to_the_end_of_the_epoch(here)) == (ComplianceEntry("R11.2", 0, 0),)


def test_two_accounts_of_one_person_are_one_node_of_the_graph():
    here = world(epoch_blocks=100)
    here.open_account("tencent.li", who="ant.li")
    give(here, here.sold_token("ant.li"), "ant.li", "tencent.li")
    to_the_end_of_the_epoch(here)
    (alert,) = alerts_in(here.ledger.state, 1)
    assert (alert.detector, alert.level) == (Detector.SAME_PERSON, Level.VERY_HIGH)
    assert alert.accounts == ("ant.li", "tencent.li")


def test_alerts_beyond_what_an_epoch_keeps_are_counted(monkeypatch):
    monkeypatch.setattr(no_laundering, "ALERTS_MAX", 1)
    here = world(epoch_blocks=100)
    give(here, here.sold_token("ant.li"), *("ant.li", "jd.wang") * 2)
    result = to_the_end_of_the_epoch(here)
    assert watched(result) == (ComplianceEntry("R11.2", 3, 2),)
    ended = here.ledger.state.epochs.get("00000001")
    assert ended is not None
    assert (ended.alerts, ended.alerts_left_out, len(here.ledger.state.alerts)) == (1, 1, 1)


def test_a_member_that_restarted_in_the_middle_of_an_epoch_comes_to_the_same_root():
    here = world(epoch_blocks=100)
    ping_pong(here)
    restarted = Ledger.restore(
        here.charter, here.ledger.entries(), height=here.ledger.height, timestamp_ms=here.ledger.timestamp_ms
    )
    for height in range(here.ledger.height + 1, 101):
        one, other = here.ledger.execute(height, here.now_ms, []), restarted.execute(height, here.now_ms, [])
        assert (one.state_root, one.compliance_root) == (other.state_root, other.compliance_root)
    assert len(alerts_in(restarted.state, 1)) == 1


def test_every_row_of_the_epoch_table_has_the_number_of_its_docstring_and_tenet():
    for rule in EPOCH_RULES:
        assert (rule.at_epoch.__doc__ or "").startswith(f"{rule.id}: ")
        assert rule.tenet == int(rule.id[1:].partition(".")[0])
