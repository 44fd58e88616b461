"""What is wrong with a YAML scenario is said by its line, its step or its field, and with what it takes instead."""

import re
from pathlib import Path

import pytest

from scenarios.plan import PlanUnreadable
from scenarios.plan_yaml import VERBS, read_yaml

GOOD = """scenario: mine
says: The primary dies.
members: 4
steps:
  - load: {rate_per_s: 50}
  - until: {height: 5, within: 5 s}
  - kill: primary
checks: [evidence]
"""


def test_the_story_without_a_mistake_is_read():
    assert len(read_yaml(GOOD).steps) == 3


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("  - kill", "\t- kill", "line 7, column 1: found character '\\t'"),
        ("50}", "50", "line 6, column 10: expected ',' or '}'"),
        ("checks:", "members: 7\nchecks:", "line 8, column 1: 'members' stands here for a second time"),
        (
            "checks:",
            "nodes: 4\nchecks:",
            "there is no field 'nodes'; a scenario is a mapping with the fields",
        ),
        ("scenario: mine\n", "", "the field scenario is missing, which names it"),
        (GOOD, "", "this is empty"),
        ("members: 4", "members: four", "members: 'four' is no number of members; write members: 4"),
        ("members: 4", "members: 0", "members: expected `int` >= 1"),
        (GOOD[GOOD.index("steps") :], "", "steps: none; a scenario without any tells nothing"),
        ("[evidence]", "evidence", "checks: 'evidence' is no list; write one item a line"),
        (
            "rate_per_s",
            "rate",
            "step 1 ({'load': {'rate': 50}}): load has no field 'rate'; it takes rate_per_s, arrival",
        ),
        ("rate_per_s: 50", "", "load needs the field 'rate_per_s'"),
        ("rate_per_s: 50", "rate_per_s: fast", "step 1, load.rate_per_s: expected `float`, got `str`"),
        ("rate_per_s: 50", "rate_per_s: .nan", "load: rate_per_s is nan; write a number"),
        ("{height: 5,", "{hight: 5,", "until waits for one of height, view, executed, between_views, said"),
        ("height: 5", "height: -5", "step 2, at_least: expected `int` >= 0"),
        ("5 s}", "5 parsecs}", "'5 parsecs' is no span of time; write 250 ms, 5 s or 2 min"),
        ("kill: primary", "murder: primary", "'murder' is no verb; there are clock,"),
        ("kill: primary", "kill: leader", "'leader' selects nobody; use one of all,"),
        ("kill: primary", "heal: cut", "step 3 ({'heal': 'cut'}): no fault before it has that name; there are: none"),
        (
            "kill: primary",
            "drop: {source: primary, target: others, chance: 2}",
            "step 3, drop: expected `float` <= 1.0",
        ),
        ("kill: primary", "drop: {source: primary}", "drop needs the field 'target'; it takes source, target, chance"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_the_way_out(right, wrong, said):
    with pytest.raises(PlanUnreadable, match=re.escape(said)):
        read_yaml(GOOD.replace(right, wrong, 1))


@pytest.mark.parametrize("word", VERBS)
def test_every_verb_that_is_offered_is_one_and_stands_on_the_page(word):
    told = ""
    try:
        read_yaml(f"scenario: x\nsteps:\n  - {word}: {{no-such-field: 1}}\n")
    except PlanUnreadable as refused:
        told = str(refused)
    assert "is no verb" not in told
    page = (Path(__file__).parents[2] / "docs" / "SCENARIOS.md").read_text(encoding="utf-8")
    assert word in page
