"""One plan, two spellings: what is compiled, what is refused, and that nothing is lost on the way through a file."""

import msgspec
import pytest

from scenarios.library import LIBRARY
from scenarios.plan import (
    Capability,
    Heal,
    Kill,
    Plan,
    PlanUnreadable,
    Start,
    encode_plan,
)
from scenarios.plan_reading import checked, decode_plan, milliseconds
from scenarios.plan_yaml import FILE_BYTES_MAX, read_yaml
from scenarios.vocabulary import scenario

DEAF = """
scenario: deaf-primary
says: "S12: the primary can speak but not hear: the others must move on, and it must come back."
members: 4
network: wan-china
steps:
  - load: {rate_per_s: 200, arrival: poisson}
  - until: {height: 5}
  - drop: {source: others, target: primary, as: cut-1}
  - until: {view: 1, within: 5 s}
  - kill: "backup[1]"
  - start: "@kill-2"
  - heal: cut-1
  - stabilise
  - progress: {blocks: 3, within: 10 s}
checks: [state-root, view-monotone, evidence]
"""


def test_both_spellings_compile_to_the_same_plan():
    spelled = LIBRARY["deaf-primary"].plan()
    written = read_yaml(DEAF)
    assert written == spelled
    assert written.digest() == spelled.digest()


@pytest.mark.parametrize("name", LIBRARY)
def test_a_plan_survives_its_file(name):
    plan = LIBRARY[name].plan()
    assert decode_plan(encode_plan(plan)) == plan


def test_the_digest_is_fixed_by_every_field():
    plan = LIBRARY["happy-path"].plan()
    others = [
        msgspec.structs.replace(plan, members=5),
        msgspec.structs.replace(plan, network="metro"),
        msgspec.structs.replace(plan, steps=plan.steps[:-1]),
        msgspec.structs.replace(plan, checks=plan.checks[:-1]),
    ]
    assert len({each.digest() for each in (plan, *others)}) == 5


def test_a_plan_says_what_it_needs_of_a_world():
    needs = {name: each.plan().needs() for name, each in LIBRARY.items()}
    assert needs["happy-path"] == frozenset()
    assert needs["deaf-primary"] == {Capability.LINKS, Capability.DISTANCE}
    assert needs["broker-away"] == {Capability.BROKER}
    assert needs["wiped-member"] == {Capability.WIPE}


@pytest.mark.parametrize(
    "steps",
    [
        "- fly: away",
        "- until: {depth: 3}",
        "- until: {height: 5, view: 1}",
        "- heal: nothing",
        "- kill: nobody",
        "- kill: 'backup[x]'",
        "- wait: a while",
        "- progress: {blocks: 0}",
        "- progress: {blocks: 3, within: 2 days}",
        "- drop: {source: all, target: all, chance: 2}",
        "- load: {rate_per_s: -1}",
        "- load: {rate_per_s: 5, arrival: sometimes}",
        "- {kill: primary, start: primary}",
        "- [kill, primary]",
        "- 7",
        "- partition:",
        "- __class__: x",
        "- start: '@death'",
        "- {drop: {source: 'not @death', target: all}}",
        "- kill: {who: '@self', as: self}",
        "- kill: {who: primary, as: No Name}",
        "- wipe: {who: primary, as: loss}",
    ],
)
def test_a_wrong_step_is_refused_with_words(steps):
    with pytest.raises(PlanUnreadable, match=r"\w{3}"):
        read_yaml(f"scenario: wrong\nsteps:\n  {steps}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        "scenario: [",
        "scenario: Has Capitals",
        "scenario: x\nmembers: many",
        "scenario: x\nmembers: 0",
        "scenario: x\nsteps: none",
        "scenario: x\nunknown: 1",
        "scenario: !!python/object/apply:os.getcwd []",
        "scenario: x" + " " * FILE_BYTES_MAX,
    ],
)
def test_a_wrong_document_is_refused_with_words(text):
    with pytest.raises(PlanUnreadable, match=r"\w{3}"):
        read_yaml(text)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"name": "x"}', b"\xff", b'{"name":"x","says":"","members":4,"more":1}']
)
def test_a_wrong_plan_file_is_refused_with_words(data):
    with pytest.raises(PlanUnreadable, match="not a plan"):
        decode_plan(data)


def test_a_fault_has_a_name_of_its_own_and_only_known_ones_heal():
    with pytest.raises(PlanUnreadable, match="names an earlier fault"):
        checked(Plan("x", "", 4, steps=(Kill("primary", "a"), Kill("all", "a"))))
    with pytest.raises(PlanUnreadable, match="no fault before it"):
        checked(Plan("x", "", 4, steps=(Heal("a"), Kill("all", "a"))))


def test_the_name_given_in_yaml_is_the_fault_s_name_in_the_plan():
    steps = "[kill: {who: primary, as: death}, start: '@death', heal: death]"
    named = read_yaml(f"scenario: x\nsteps: {steps}\n")
    assert named.steps == (Kill("primary", "death"), Start("@death"), Heal("death"))


def test_a_story_that_waits_for_the_world_is_no_plan():
    @scenario()
    async def curious(c):
        import asyncio

        await asyncio.sleep(0)

    with pytest.raises(PlanUnreadable, match="no verb"):
        curious.plan()


@pytest.mark.parametrize(
    ("text", "expected"), [("5 s", 5_000), ("250ms", 250), ("1.5 s", 1_500), ("2 min", 120_000), (7, 7)]
)
def test_spans_of_time_are_written_as_people_do(text, expected):
    assert milliseconds(text) == expected


@pytest.mark.parametrize("text", ["", "s", "5 h", "five s", "5 s 3", "1e3x"])
def test_other_spans_are_refused(text):
    with pytest.raises(PlanUnreadable, match="no span of time"):
        milliseconds(text)
