"""The trail in a token's record, and the index of recent gifts: bounded, and what a look at every token would find."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger import recent
from ledger.parameters import DAY_MS
from ledger.recent import RecentGifts
from ledger.records.tokens import TokenRecord, TokenState
from ledger.state import State
from ledger.transitions.trail import TRAIL_MAX, TRAIL_MS, trail_after


def token(owner="a", acquired_ms=0, trail=()):
    return TokenRecord(owner, TokenState.ISSUED, len(trail), acquired_ms, None, 0, trail=trail)


def given_on(record, to, now_ms):
    return TokenRecord(to, record.state, record.transfers + 1, now_ms, None, 0, trail=trail_after(record, now_ms))


def test_a_trail_names_who_gave_it_and_when_he_had_got_it():
    record = given_on(given_on(token("a", 5), "b", 7), "c", 9)
    assert record.trail == (("a", 5), ("b", 7))
    assert (record.owner, record.acquired_ms) == ("c", 9)


def test_a_trail_keeps_the_last_eight():
    record = token("h0", 0)
    for hand in range(1, 20):
        record = given_on(record, f"h{hand}", hand)
    assert record.trail == tuple((f"h{hand}", hand) for hand in range(19 - TRAIL_MAX, 19))


def test_what_was_given_more_than_thirty_days_before_leaves_the_trail():
    record = given_on(given_on(token("a", 0), "b", 10), "c", 20)
    assert given_on(record, "d", 10 + TRAIL_MS).trail == (("a", 0), ("b", 10), ("c", 20))
    assert given_on(record, "d", 11 + TRAIL_MS).trail == (("b", 10), ("c", 20))
    assert given_on(record, "d", 21 + TRAIL_MS).trail == (("c", 20),)


def test_a_token_that_rests_has_an_empty_trail():
    assert token().trail == ()
    assert RecentGifts().latest(0) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 12 * DAY_MS), st.sampled_from(["gift", "freeze", "forced"])),
        max_size=60,
    ),
    st.integers(1, 5),
)
@example([(0, 1, "gift"), (1, 1, "gift"), (1, 1, "forced")], 1)
@settings(max_examples=200, deadline=None)
def test_an_index_kept_by_the_blocks_is_the_one_built_from_the_state(moves, tokens_max):
    """Gifts, freezes and forced transfers of eight tokens, over the bound; the index is compared after every block."""
    kept_max = recent.TOKENS_MAX
    recent.TOKENS_MAX = tokens_max
    try:
        state, now_ms = State(), 0
        index = RecentGifts.of(state)
        for number, wait_ms, what in moves:
            now_ms += wait_ms
            name = f"s-{number:04d}"
            old = state.tokens.get(name) or token()
            match what:
                case "gift":
                    state.tokens.put(name, given_on(old, "b", now_ms))
                case "forced":
                    # The owner changes, the hold clock goes on, the trail ends (ledger/transitions/measures.py).
                    state.tokens.put(name, replace(old, owner="c", trail=()))
                case _:
                    state.tokens.put(name, old)
            index.follow(state.tokens.changed())
            state.commit()
            assert index.latest(now_ms) == RecentGifts.of(state).latest(now_ms)
            assert len(index.latest(now_ms)) <= tokens_max
    finally:
        recent.TOKENS_MAX = kept_max


def test_the_index_itself_is_bounded_between_epochs(monkeypatch):
    monkeypatch.setattr(recent, "TOKENS_MAX", 3)
    index = RecentGifts()
    for number in range(100):
        index.follow([(f"s-{number:04d}", token("b", number, (("a", 0),)))])
        assert len(index._given_ms) <= 3 * recent.SLACK
    assert index.latest(100) == ["s-0097", "s-0098", "s-0099"]
