"""space_time.py: a picture of a run that can be read: no two labels on one another, lost messages end in a cross."""

import re
from itertools import pairwise

from scenarios.space_time import GUTTER, LABEL_PIXELS, space_time
from scenarios.world import Happening, Story

STEPS = ("kill who=primary", "until view at_least=1", "heal handle=kill-1 " + "and much more " * 9)


def drawn(*more: Happening) -> str:
    happenings = [Happening(610.0, -1, "step", text) for text in STEPS]
    return space_time(Story([*happenings, *more]), ("ant", "jd"), title="a < b", from_ms=0.0)


def labels(picture: str) -> list[tuple[float, float, str]]:
    found = re.findall(r'<text class="small" x="([\d.]+)" y="([\d.]+)">([^<]*s  [^<]*)<title>', picture)
    return [(float(x), float(y), text) for x, y, text in found]


def test_steps_of_one_moment_stand_below_each_other_and_left_of_all_lines():
    found = labels(drawn())
    assert [text.split("  ")[1].split()[0] for _, _, text in found] == ["kill", "until", "heal"]
    assert all(below - above >= LABEL_PIXELS - 0.1 for (_, above, _), (_, below, _) in pairwise(found))
    lives = [int(x) for x in re.findall(r'class="life" x1="(\d+)"', drawn())]
    assert all(x > GUTTER for x in lives)
    assert all(len(text) < 60 for _, _, text in found)


def test_a_message_that_never_arrived_ends_in_a_cross():
    lost = drawn(Happening(611.0, 0, "sent", "commit", 1))
    arrived = drawn(Happening(611.0, 0, "sent", "commit", 1, 612.0))
    assert ">x</text>" in lost
    assert ">x</text>" not in arrived


def test_what_people_wrote_is_escaped():
    assert "a &lt; b" in drawn()
