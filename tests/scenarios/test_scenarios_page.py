"""docs/SCENARIOS.md names scenarios, verbs and checks that are there, and its examples compile."""

import re
from typing import get_args

import pytest
import yaml

from scenarios.adversary import LIES
from scenarios.checkers import CHECKERS
from scenarios.library import LIBRARY
from scenarios.plan import AnyStep, PlanUnreadable
from scenarios.plan_yaml import read_yaml
from scenarios.verdict import Outcome
from tests.architecture.files import ROOT

PAGE = (ROOT / "docs" / "SCENARIOS.md").read_text(encoding="utf-8")


def test_the_table_of_schedules_names_scenarios_that_exist_and_every_number():
    table = PAGE.split("## The schedules")[1]
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", table))
    assert named <= set(LIBRARY), named - set(LIBRARY)
    numbers = {
        int(number)
        for line in table.splitlines()
        for number in re.findall(r"\bS(\d\d)\b", line.split("|")[1] if "|" in line else "")
    }
    assert numbers == set(range(1, 42))


def test_the_examples_compile():
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    plan = read_yaml(block)
    assert plan.name == "primary-killed"
    assert len(plan.steps) == len(yaml.safe_load(block)["steps"])


def test_every_check_is_on_the_page():
    assert [name for name in CHECKERS if f"`{name}`" not in PAGE] == []


def test_every_lie_is_on_the_page():
    assert [name for name in LIES if f"`{name}`" not in PAGE] == []


VERBS = re.findall(r"`([a-z-]+)`", PAGE.split("**Verbs.**")[1].split("Every fault")[0])


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_on_the_page_is_one(verb):
    told = ""
    try:
        read_yaml(f"scenario: x\nsteps:\n  - {verb}: {{nonsense: 1}}\n")
    except PlanUnreadable as refused:
        told = str(refused)
    assert "is no verb" not in told


def test_every_kind_of_step_has_its_verb_on_the_page():
    kinds = {str(each.__struct_config__.tag) for each in get_args(AnyStep)}
    # Five verbs are about links, and what is said is awaited by `until`.
    assert kinds - {"links", "until-said"} <= set(VERBS)


def test_every_exit_code_is_on_the_page():
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}
    # Two are no verdict on a run: the plan could not be read, or somebody pressed Ctrl-C.
    assert codes == {each.value for each in Outcome} | {2, 130}
