"""Figures by height (R7.4), the pause (R7.5) and keys that change (R8.1)."""

import pytest

from ledger.ledger import Ledger
from ledger.operations.accounts import KeepKey, RotateKey
from ledger.operations.freezes import FreezeAccount, FreezeToken
from ledger.operations.governance import Ballot, Pause, Propose, Resume, RotateOperatorKey, Vote
from ledger.operations.series import Mint
from ledger.operations.tokens import TransferFrom
from ledger.parameters import DAY_MS
from ledger.receipts import Status
from tests.ledger.governing import DELAY_BLOCKS, Parliament, figures
from tests.ledger.world import key_of, series_operation


def codes(receipt):
    return [each.code for each in receipt.refusals]


def restored(here: Parliament) -> Ledger:
    ledger = here.ledger
    return Ledger.restore(here.charter, ledger.entries(), height=ledger.height, timestamp_ms=ledger.timestamp_ms)


def test_an_adopted_figure_judges_from_its_height_on_and_no_block_before__r7_4():
    here = Parliament()
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    gift = TransferFrom(token, "ant.li", "jd.wang")
    adopted = here.adopt(figures(hold_hours_first=0))
    assert adopted.effective_height == adopted.decided_height + DELAY_BLOCKS
    while here.ledger.height + 1 < adopted.effective_height:
        assert codes(here.do("ant.li", gift)) == ["E_HOLD"]
    assert here.ledger.can_transfer(token, "ant.li", "jd.wang", here.now_ms) == ()
    here.must("ant.li", gift)


def test_the_ledger_knows_the_figures_of_every_height_past_and_ahead__r7_4():
    here = Parliament()
    first = here.adopt(figures(gifts_per_day=9, hold_hours_first=1), "p-1").effective_height
    here.execute([])
    second = here.adopt(figures(gifts_per_day=8), "p-2").effective_height
    expected = {1: (3, 4_320), first - 1: (3, 4_320), first: (9, 1), second - 1: (9, 1), second: (8, 1), 10**9: (8, 1)}

    def told(ledger):
        found = {height: ledger.parameters_at(height) for height in expected}
        return {height: (each.gifts_per_day, each.hold_hours_first) for height, each in found.items()}

    for _ in range(2 * DELAY_BLOCKS):
        assert told(here.ledger) == expected
        assert told(restored(here)) == expected
        assert here.ledger.parameters == here.ledger.parameters_at(here.ledger.height + 1)
        assert restored(here).parameters == here.ledger.parameters
        here.execute([])


def test_a_shorter_delay_lets_a_later_change_come_first_and_the_earlier_one_still_comes__r7_4():
    here = Parliament({"change_delay_blocks": 20})
    here.adopt(figures(change_delay_blocks=1), "p-0")
    here.execute([])
    here.execute([])
    slow = here.adopt(figures(gifts_per_day=9), "p-1").effective_height
    here.wait_until(here.proposal("p-0").effective_height)
    quick = here.adopt(figures(gifts_per_day=8), "p-2").effective_height
    assert quick < slow
    assert here.ledger.parameters_at(slow).gifts_per_day == 9
    here.wait_until(quick)
    assert here.ledger.parameters.gifts_per_day == 8
    here.wait_until(slow)
    assert here.ledger.parameters.gifts_per_day == 9
    assert here.ledger.parameters_at(quick).gifts_per_day == 8


def test_a_node_that_restarts_before_a_height_goes_on_like_the_others__r7_4():
    here = Parliament()
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    effective = here.adopt(figures(hold_hours_first=0)).effective_height
    here.wait_until(effective - 1)
    again = restored(here)
    here.execute([])
    here.must("ant.li", TransferFrom(token, "ant.li", "jd.wang"))
    for timestamp_ms, batch, result in here.blocks[-2:]:
        assert again.execute(again.height + 1, timestamp_ms, [batch]) == result
    assert again.parameters.hold_hours_first == 0


def test_a_snapshot_at_a_height_holds_the_figures_of_that_height__r7_4():
    here = Parliament()
    effective = here.adopt(figures(gifts_per_day=9)).effective_height
    here.wait_until(effective + 3)
    for height, expected in ((effective - 2, 3), (effective - 1, 9)):
        snapshot = here.ledger.snapshot(height)
        assert snapshot is not None
        entries = [entry for part in snapshot.parts.values() for entry in part]
        taken = Ledger.restore(here.charter, entries, height=height, timestamp_ms=here.now_ms)
        assert taken.parameters.gifts_per_day == expected
        assert taken.parameters_at(effective).gifts_per_day == 9


def test_while_paused_only_governance_and_due_process_go_on__r7_5():
    here = Parliament()
    token = here.sold_token("ant.li")
    pausing = here.adopt(Pause())
    assert pausing.effective_height == pausing.decided_height + 1
    refused = here.do("ant", series_operation("s"))
    assert [(each.code, each.rule, each.tenet) for each in refused.refusals] == [("E_PAUSED", "R7.5", 7)]
    assert "E_PAUSED" in codes(here.do("ant.li", TransferFrom(token, "ant.li", "ant.li")))
    assert "E_PAUSED" in [each.code for each in here.ledger.can_transfer(token, "ant.li", "ant.li", here.now_ms)]
    here.must("regulator", FreezeToken(token, "court order", "case-1", here.now_ms + DAY_MS))
    here.suspend("ant.li")
    here.must("ant", RotateKey("ant.li", key_of("new"), 0))
    assert restored(here).check(here.envelope("ant", series_operation("s")), here.now_ms)[0][0].code == "E_PAUSED"
    here.enact(Resume(), "p-2")
    here.must("ant", series_operation("s"))


def test_a_block_is_paused_whole_or_not_at_all__r7_5():
    here = Parliament()
    here.register_work()
    here.propose("ant", Pause())
    here.vote("p-1", "jd")
    receipts = here.execute(
        [here.envelope("hunan", Vote("p-1", Ballot.FOR)), here.envelope("ant", series_operation("s"))]
    ).receipts
    assert [receipt.status for receipt in receipts] == [Status.ACCEPTED, Status.ACCEPTED]
    assert codes(here.do("ant", Mint("s"))) == ["E_PAUSED"]


def signed(here: Parliament, account: str, operation, key: str):
    """The codes of a transaction signed with the key of that name."""
    envelope = here.seal(account, here.transaction(account, operation), key=key_of(key))
    return codes(here.execute([envelope]).receipts[0])


def test_a_key_is_replaced_from_a_height_on_and_the_old_one_signs_nothing_more__r8_1():
    here = Parliament()
    here.open_account("ant.li")
    height = here.ledger.height + 4
    here.must("ant.li", RotateKey("ant.li", key_of("second"), height))
    nothing = RotateKey("ant.li", key_of("third"), 10**9)
    assert signed(here, "ant.li", nothing, "second") == ["E_KEY"]
    assert signed(here, "ant.li", RotateKey("ant.li", key_of("second"), height), "ant.li") == []
    assert here.ledger.height + 1 == height
    assert here.ledger.key_of("ant.li") == key_of("second")
    assert restored(here).key_of("ant.li") == key_of("second")
    assert signed(here, "ant.li", nothing, "ant.li") == ["E_KEY"]
    assert signed(here, "ant.li", nothing, "second") == []


def test_a_height_that_was_reached_means_the_next_block__r8_1():
    here = Parliament()
    (event,) = here.must("jd", RotateKey("jd", key_of("second"), 0)).events
    assert dict(event.params)["from_height"] == str(here.ledger.height + 1)
    assert signed(here, "jd", RotateKey("jd", key_of("third"), 0), "jd") == ["E_KEY"]
    assert signed(here, "jd", RotateKey("jd", key_of("third"), 0), "second") == []
    assert signed(here, "jd", RotateKey("jd", key_of("second"), 0), "third") == []
    assert here.ledger.key_of("jd") == key_of("second")


def announced(**figures: int) -> Parliament:
    """A customer of ant, for whom ant announced another key."""
    here = Parliament(figures)
    here.open_account("ant.li")
    here.must("ant", RotateKey("ant.li", key_of("found"), 0))
    return here


def test_a_lost_key_is_replaced_by_the_platform_when_the_time_for_objecting_is_over__r8_1():
    here = announced()
    there_ms = here.now_ms + 7 * DAY_MS
    assert here.ledger.key_of("ant.li") == key_of("ant.li")
    waiting = here.ledger.key_announced("ant.li")
    assert waiting is not None
    assert (waiting.public_key, waiting.from_ms) == (key_of("found"), there_ms)
    here.now_ms = there_ms - 1
    assert signed(here, "ant.li", RotateKey("ant.li", key_of("x"), 0), "found") == ["E_KEY"]
    here.now_ms = there_ms
    assert signed(here, "ant.li", RotateKey("ant.li", key_of("x"), 0), "ant.li") == ["E_KEY"]
    assert restored(here).key_announced("ant.li") is None
    assert signed(here, "ant.li", RotateKey("ant.li", key_of("x"), 0), "found") == []


@pytest.mark.parametrize("hindrance", ["none", "suspended", "frozen"])
def test_the_holder_keeps_his_key_even_while_he_is_kept_from_all_else__r8_1(hindrance):
    """Who could silence him for as long as he may object would have his account and all that is in it."""
    here = announced()
    if hindrance == "suspended":
        here.suspend("ant.li")
    if hindrance == "frozen":
        for party in ("regulator", "jd"):
            here.must(party, FreezeAccount("ant.li", "theft", "case-1", here.now_ms + 30 * DAY_MS))
    assert codes(here.do("ant.li", KeepKey(key_of("another")))) == ["E_NO_CHANGE"]
    (event,) = here.must("ant.li", KeepKey(key_of("found"))).events
    assert (event.name, dict(event.params)) == (
        "key_kept",
        {"account": "ant.li", "refused_key": key_of("found").hex()},
    )
    here.wait_days(40)
    here.execute([])
    assert here.ledger.key_of("ant.li") == key_of("ant.li")
    assert here.ledger.key_announced("ant.li") is None
    assert codes(here.do("ant.li", KeepKey(key_of("found")))) == ["E_NO_CHANGE"]


def test_the_holders_own_change_is_in_force_at_once_and_ends_what_was_announced__r8_1():
    here = announced()
    (event,) = here.must("ant.li", RotateKey("ant.li", key_of("second"), 0)).events
    assert dict(event.params)["from_ms"] == "0"
    here.wait_days(8)
    here.execute([])
    assert here.ledger.key_of("ant.li") == key_of("second")


def test_a_charter_may_let_platforms_replace_keys_at_once__r8_1():
    here = announced(key_objection_days=0)
    assert here.ledger.key_of("ant.li") == key_of("found")


def test_a_member_objects_to_nothing__r8_1():
    here = Parliament()
    here.must("jd", RotateKey("jd", key_of("second"), 10**6))
    assert codes(here.do("jd", KeepKey(key_of("second")))) == ["E_AUTHORITY"]


def test_the_announced_key_is_not_the_accounts_and_may_be_announced_again__r8_1():
    here = Parliament()
    here.must("jd", RotateKey("jd", key_of("second"), 10**6))
    assert codes(here.do("jd", RotateKey("jd", key_of("jd"), 0))) == ["E_SAME_KEY"]
    here.must("jd", RotateKey("jd", key_of("second"), 0))


def test_a_members_lost_key_is_replaced_by_vote__r8_1():
    here = Parliament()
    here.enact(RotateOperatorKey("jd", key_of("second")))
    propose = Propose("p-2", Pause(), "x", here.now_ms + DAY_MS)
    assert signed(here, "jd", propose, "jd") == ["E_KEY"]
    assert signed(here, "jd", propose, "second") == []


@pytest.mark.parametrize("by", ["ant.li", "ant"])
def test_a_bundle_that_rotates_its_own_key_is_still_signed_with_the_old_one(by):
    here = Parliament()
    here.open_account("ant.li")
    here.register_work()
    last = series_operation("s") if by == "ant" else RotateKey("ant.li", key_of("third"), 0)
    here.must(by, RotateKey("ant.li", key_of("second"), 0), last)
