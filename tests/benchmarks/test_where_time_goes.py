"""A profile summed up by what a member was doing."""

import pytest

from benchmarks.where_time_goes import ACTIVITIES, ELSEWHERE, activity_of, sum_up, table

TURN = "<module> (quorate/__main__.py:1);Runner.run (asyncio/runners.py:118);Driver.turn (node/driver.py:1)"


@pytest.mark.parametrize(
    ("stack", "activity"),
    [
        (f"{TURN};Driver._perform (x:1);Storage.commit (x:1)", "SQLite: COMMIT and its sync"),
        (f"{TURN};Storage.commit (x:1);Storage._apply (x:1);Storage._store_block (x:1)", "SQLite: statements"),
        (f"{TURN};Core.receive (x:1);Inbound.open_batch (x:1);crypto_sign_open (x:1)", "Ed25519: verify and sign"),
        (f"{TURN};Core.take (x:1);Ledger.execute (x:1);State.commit (x:1)", "ledger: state commitment"),
        (f"{TURN}", "the turn itself"),
        ("Runner.run (asyncio/runners.py:118)", "event loop"),
        ("<module> (quorate/__main__.py:1)", ELSEWHERE),
    ],
)
def test_a_sample_belongs_to_the_innermost_function_on_the_list(stack, activity):
    assert activity_of(stack) == activity


def test_threads_that_only_wait_are_left_out():
    assert sum_up(["Thread.run (x:1);end_with_parent.<locals>.watch (x:1) 7", f"{TURN} 3"]) == {"the turn itself": 3}


def test_profiles_stand_side_by_side():
    one, two = sum_up([f"{TURN} 3", "elsewhere (x:1) 1"]), sum_up([f"{TURN} 1"])
    lines = table({"light": one, "full": two})
    assert lines[0] == "| | light | full |"
    assert lines[2] == "| the turn itself | 75.0 % | 100.0 % |"
    assert lines[3] == "| elsewhere | 25.0 % | 0.0 % |"
    assert len(lines) == 2 + len(ACTIVITIES) + 1
