"""What would have happened under other rules: histories and recorded ledgers, executed again."""

from types import SimpleNamespace

import pytest

from ledger.operations.tokens import TransferFrom
from ledger.parameters import DAY_MS, HOUR_MS
from scenarios.errors import LedgerNotReplayed
from scenarios.laboratory.history import History
from scenarios.laboratory.market import FREE, replay_history
from scenarios.laboratory.outcome import BUCKETS, Policy, gini_permille
from scenarios.laboratory.plot import plot
from scenarios.laboratory.recorded import RECORDED, RecordedLedger
from scenarios.laboratory.transfer import Transfer
from tests.ledger.governing import Parliament, figures
from tests.ledger.world import World
from tests.node.audited_chain import build_chain

START_MS = 18_000 * DAY_MS


def policy(**figures):
    return Policy("custom", "For this test.", {**FREE.figures, **figures})


def history(*rows):
    """Rows of hours since the start, token, giver, receiver."""
    transfers = tuple(Transfer(START_MS + int(hours * HOUR_MS), token, *hands) for hours, token, *hands in rows)
    return History("made", transfers, 0)


PASSED_ON = history((0, "t", "a", "b"), (30, "t", "b", "c"), (31, "t", "c", "d"), (90, "u", "a", "d"))


def test_without_limits_everything_happens_as_it_did():
    outcome = replay_history(PASSED_ON, FREE)
    assert (outcome.gifts_asked, outcome.gifts, outcome.refused, outcome.without_token) == (4, 4, {}, 0)
    assert (outcome.editions, outcome.holders, outcome.gini_permille) == (2, 1, 0)


def test_what_is_refused_is_counted_by_rule_and_what_could_not_follow_apart():
    outcome = replay_history(PASSED_ON, policy(hold_hours_first=0, hold_hours_later=24))
    assert (outcome.gifts, outcome.refused) == (3, {"R10.1": 1})
    outcome = replay_history(PASSED_ON, policy(hold_hours_first=24))
    assert (outcome.gifts, outcome.without_token) == (1, 2)
    assert outcome.refused == {"L6": 2, "R10.1": 1}


def test_the_holding_period_of_a_history_begins_with_the_history():
    assert replay_history(PASSED_ON, policy(hold_hours_first=90)).gifts == 1
    assert replay_history(PASSED_ON, policy(hold_hours_first=91)).gifts == 0


def test_a_gap_in_the_history_is_nobodys_refusal():
    with_gap = history((0, "t", "a", "b"), (0.5, "t", "x", "y"), (30, "t", "z", "a"), (31, "t", "a", "b"))
    outcome = replay_history(with_gap, FREE)
    assert (outcome.gifts, outcome.refused) == (4, {})
    # Since when z had it nobody knows; the last that is known of the token is half an hour after the start.
    assert replay_history(with_gap, policy(hold_hours_later=30)).refused == {"L6": 1, "R10.1": 2}


def test_a_curve_ends_at_all_that_was_given():
    outcome = replay_history(PASSED_ON, FREE)
    assert len(outcome.curve) == BUCKETS
    assert list(outcome.curve) == sorted(outcome.curve)
    assert outcome.curve[-1] == outcome.gifts
    assert outcome.turnover_permille == 4 * 1_000 * 365 * 24 // 90 // 2


@pytest.mark.parametrize(
    ("counts", "permille"),
    [([], 0), ([5], 0), ([1, 1, 1], 0), ([1, 3], 250), ([1, 1, 1, 97], 720), ([1] * 99 + [10_000], 980)],
)
def test_gini_is_nought_of_equals_and_near_a_thousand_of_one_owner(counts, permille):
    assert gini_permille(counts) == permille


def test_a_figure_that_no_charter_can_have_is_refused_by_name():
    with pytest.raises(ValueError, match="hold_hours_first is 99999999"):
        replay_history(PASSED_ON, policy(hold_hours_first=99_999_999))


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    """A ledger with a gift that was refused, as if a member's database held its blocks."""
    here = World({"hold_hours_later": 0})
    here.open_account("jd.wang")
    token = here.sold_token("ant.li")
    here.do("ant.li", TransferFrom(token, "ant.li", "jd.wang"))
    here.wait_days(1)
    here.do("jd.wang", TransferFrom(token, "jd.wang", "ant.li"))
    return here, _as_recorded(here, monkeypatch, tmp_path)


def _as_recorded(here, monkeypatch, tmp_path):
    blocks = [
        (SimpleNamespace(height=height, timestamp_ms=at_ms, state_root=result.state_root), [batch])
        for height, (at_ms, batch, result) in enumerate(here.blocks, start=1)
    ]
    monkeypatch.setattr(RecordedLedger, "_blocks", lambda _: iter(blocks))
    return RecordedLedger(tmp_path / "quorate.db", here.charter)


def test_a_recorded_ledger_is_what_it_was_under_its_own_rules(recorded):
    _, ledger = recorded
    outcome = ledger.replay(RECORDED)
    assert (outcome.gifts_asked, outcome.gifts, outcome.without_token) == (2, 0, 1)
    assert outcome.refused == {"L6": 1, "R10.1": 2}
    assert (outcome.editions, outcome.holders) == (1, 1)


def test_under_other_rules_what_was_refused_happens_and_what_follows_from_it(recorded):
    _, ledger = recorded
    outcome = ledger.replay(Policy("custom", "", {"hold_hours_first": 0}))
    assert (outcome.gifts, outcome.refused) == (2, {})
    assert outcome.findings == {"back_and_forth": 1}


def test_a_ledger_that_does_not_come_to_its_recorded_state_is_not_compared(recorded):
    here, ledger = recorded
    other = RecordedLedger(ledger.path, World({"hold_hours_first": 0, "hold_hours_later": 0}).charter)
    with pytest.raises(LedgerNotReplayed, match=r"brings block \d+ to another state than was certified"):
        other.replay(RECORDED)
    assert here.ledger.height > 1


def test_a_policy_holds_whatever_was_voted(monkeypatch, tmp_path):
    here = Parliament()
    here.open_account("jd.wang")
    token = here.sold_token("ant.li")
    here.enact(figures(hold_hours_first=0))
    here.must("ant.li", TransferFrom(token, "ant.li", "jd.wang"))
    ledger = _as_recorded(here, monkeypatch, tmp_path)
    assert ledger.replay(RECORDED).gifts == 1
    assert ledger.replay(Policy("custom", "", {"gifts_per_day": 3})).gifts == 1
    assert ledger.replay(Policy("custom", "", {"hold_hours_first": 1})).gifts == 0


def test_a_members_database_is_replayed_to_its_last_block(tmp_path):
    chain = build_chain(tmp_path, blocks=5)
    outcome = RecordedLedger(chain.paths[0], chain.charter).replay(RECORDED)
    assert outcome.transactions > 0
    assert (outcome.gifts_asked, outcome.editions, outcome.turnover_permille) == (0, 0, None)


def test_a_plot_has_a_line_a_policy_and_a_bar_a_rule():
    outcomes = [replay_history(PASSED_ON, each) for each in (FREE, policy(hold_hours_first=24))]
    drawn = plot(outcomes, title="a < b")
    assert drawn.count("<polyline") == 2
    assert "a &lt; b" in drawn
    assert ">R10.1</text>" in drawn
