"""What is told of an outage is what was seen, whoever was killed and whether or not another primary took over."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from scenarios.first_day.outage import _seen_of_the_others
from scenarios.member_process import Phase
from scenarios.watch import View, Watch


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ({"led": True, "before": 0, "view": 0, "by": None}, "no other has taken over so far"),
        ({"led": True, "before": 0, "view": 1, "by": "tencent"}, "from view 0 to view 1, led by tencent"),
        ({"led": True, "before": 0, "view": 1, "by": None}, "led by another primary"),
        ({"led": False, "before": 0, "view": 0, "by": "ant"}, "go on without it: 7 blocks"),
    ],
)
def test_the_others_are_told_of_as_they_were_seen(seen, said):
    assert said in _seen_of_the_others(7, **seen)


BEFORE = View("ant", "up", "primary", height=9, view=1, phase="commit", transactions_per_second=5, pid=7)


def watch_of(*phases):
    """A watch over members called ant, tencent, ... whose processes are in these phases."""
    names = ("ant", "tencent", "jd")[: len(phases)]
    processes = {
        name: SimpleNamespace(member=name, phase=phase, pid=None, usage=lambda: None)
        for name, phase in zip(names, phases, strict=True)
    }
    return Watch(SimpleNamespace(members=processes)), processes  # type: ignore[arg-type]


@pytest.mark.parametrize("phase", [Phase.KILLED, Phase.STARTING])
def test_a_member_that_is_down_has_neither_phase_nor_role(phase):
    watch, processes = watch_of(phase)
    watch.views["ant"] = BEFORE
    seen = watch._seen(processes["ant"], None, 9)
    assert (seen.state, seen.phase, seen.role, seen.height) == (phase.value, "", "", 9)


def test_a_member_that_is_only_slow_to_answer_keeps_both():
    watch, processes = watch_of(Phase.UP)
    watch.views["ant"] = BEFORE
    seen = watch._seen(processes["ant"], None, 9)
    assert (seen.phase, seen.role) == ("commit", "primary")


def test_the_primary_is_that_of_the_highest_view():
    watch, _ = watch_of(Phase.UP, Phase.UP, Phase.UP)
    watch.views["ant"] = BEFORE
    watch.views["tencent"] = replace(BEFORE, member="tencent", view=2)
    assert (watch.view, watch.primary) == (2, "tencent")
    watch.views["tencent"] = replace(BEFORE, member="tencent", view=2, role="backup")
    assert watch.primary is None
