"""Pauses fit into a minute whatever the machine, and a quick telling has none."""

import pytest

from scenarios.first_day import pace
from scenarios.first_day.pace import MOMENT_S, MOMENTS, PAUSES_END_S, Pace, Pauses, pause


@pytest.mark.parametrize(
    ("seconds", "left", "expected"),
    [
        (0, MOMENTS, MOMENT_S),
        (PAUSES_END_S - 1, 2, 0.5),
        (PAUSES_END_S, 3, 0),
        (PAUSES_END_S + 20, 3, 0),
        (0, 0, MOMENT_S),
    ],
)
def test_a_pause_is_an_equal_share_of_the_time_left(seconds, left, expected):
    assert pause(seconds, left=left) == expected


@pytest.mark.parametrize("work_s", [0, 1, 3, 10, 30])
async def test_pauses_end_in_time_on_fast_and_slow_machines(monkeypatch, work_s):
    clock = 0.0
    ended = 0.0

    async def wait(seconds):
        nonlocal clock, ended
        clock += seconds
        ended = clock if seconds else ended

    monkeypatch.setattr(pace, "_wait", wait)
    pauses = Pauses(Pace.CLASSROOM, seconds=lambda: clock)
    for _ in range(MOMENTS):
        clock += work_s
        await pauses.moment()
    assert ended <= PAUSES_END_S + 1e-9


async def test_a_quick_telling_has_no_pause(monkeypatch):
    waited: list[float] = []

    async def wait(seconds):
        waited.append(seconds)

    monkeypatch.setattr(pace, "_wait", wait)
    await Pauses(Pace.QUICK, seconds=lambda: 0.0).moment()
    assert waited == [0.0]
