"""The YAML spelling of a scenario: the same words as in Python, one step an item. Compiles to the same plan.

scenario: deaf-primary
says: The primary can speak but not hear.
members: 4
network: wan-china
steps:
  - load: {rate_per_s: 200, arrival: poisson}
  - until: {height: 5}
  - drop: {source: others, target: primary, as: cut}
  - until: {view: 1, within: 5 s}
  - kill: backup[1]
  - start: backup[1]
  - heal: cut
  - stabilise
  - progress: {blocks: 3, within: 10 s}
checks: [linearizable]
"""

from collections.abc import Callable, Hashable
from inspect import Parameter, signature
from math import isfinite
from typing import Any

import msgspec
import yaml

from scenarios.plan import Fault, Plan, PlanUnreadable
from scenarios.vocabulary import Handle, Scenario, Vocabulary

FILE_BYTES_MAX = 1 << 20
"""A plan is some pages; nothing longer is read."""

_FIELDS = ("scenario", "says", "members", "network", "steps", "checks", "must_break")

VERBS = (
    "clock", "corrupt", "delay", "drop", "duplicate", "fill-disk", "hand-over", "heal", "kill", "lie", "load",
    "partition", "pause", "progress", "reorder", "slow-disk", "stabilise", "start", "stop-broker", "stop-load", "tear",
    "until", "wait", "wipe",
)  # fmt: skip
"""The first word of a step."""


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # the package has no types
    """Refuses a name that stands twice in one mapping, of which YAML would take the last without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """As the base class, for names that differ."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value!r} stands here for a second time", problem_mark=key.start_mark
                )
            if isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return made


def read_yaml(text: str, *, members: int | None = None) -> Plan:
    """Compile a YAML scenario.

    Raises: PlanUnreadable naming the step.
    """
    if len(text) > FILE_BYTES_MAX:
        raise PlanUnreadable(f"more than {FILE_BYTES_MAX} characters; a scenario is shorter")
    document = _mapping(text)
    steps, checks, must_break = (_list(document, field) for field in ("steps", "checks", "must_break"))
    if not steps:
        raise PlanUnreadable("steps: none; a scenario without any tells nothing. Begin with `- load: {rate_per_s: 50}`")

    async def story(c: Vocabulary) -> None:
        handles: dict[str, Handle] = {}
        for number, item in enumerate(steps, start=1):
            try:
                _say(c, item, handles)
            except (TypeError, ValueError, AttributeError, KeyError, PlanUnreadable) as error:
                raise PlanUnreadable(f"step {number} ({item!r:.80}): {error}") from error
        c.check(*map(str, checks))
        c.expect_broken(*map(str, must_break))

    story.__doc__ = str(document.get("says", ""))
    setting = document.get("members", 4)
    if type(setting) is not int:
        raise PlanUnreadable(f"members: {setting!r} is no number of members; write members: 4")
    try:
        told = Scenario(str(document["scenario"]), story, setting, str(document.get("network", "lan")))
        return told.plan(members=members)
    except (TypeError, ValueError) as error:
        raise PlanUnreadable(f"{document['scenario']}: {error}") from error


def _mapping(text: str) -> dict[str, Any]:
    """What a document holds, if that is a scenario at first sight.

    Raises: PlanUnreadable naming the line, or the field.
    """
    try:
        # Its child is as safe as SafeLoader: it makes nothing but plain values.
        document = yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = "" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}: "
        raise PlanUnreadable(f"not YAML: {where}{error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise PlanUnreadable(f"not YAML: {error}") from error
    known = f"a scenario is a mapping with the fields {', '.join(_FIELDS)}"
    if not isinstance(document, dict):
        raise PlanUnreadable(f"{known}; this is {'empty' if document is None else f'a {type(document).__name__}'}")
    for field in document:
        if field not in _FIELDS:
            raise PlanUnreadable(f"there is no field {field!r}; {known}")
    if "scenario" not in document:
        raise PlanUnreadable(f"the field scenario is missing, which names it; {known}")
    return document


def _list(document: dict[str, Any], field: str) -> list[Any]:
    found = document.get(field)
    if found is None:
        return []
    if not isinstance(found, list):
        raise PlanUnreadable(f"{field}: {found!r:.80} is no list; write one item a line, each after a hyphen")
    return found


def _with(word: str, verb: Callable[..., Any], fields: dict[str, Any]) -> Any:
    """Say a verb with the fields of its step.

    Raises: PlanUnreadable for a field that it does not take, one that it needs, and a number that is none.
    """
    takes = signature(verb).parameters
    listed = ", ".join(takes)
    for name, value in fields.items():
        if name not in takes:
            raise PlanUnreadable(f"{word} has no field {name!r}; it takes {listed}")
        if isinstance(value, float) and not isfinite(value):
            raise PlanUnreadable(f"{word}: {name} is {value}; write a number")
    for name, parameter in takes.items():
        if parameter.default is Parameter.empty and name not in fields:
            raise PlanUnreadable(f"{word} needs the field {name!r}; it takes {listed}")
    return verb(**fields)


def _say(c: Vocabulary, item: Any, handles: dict[str, Handle]) -> None:
    """Turn one item into the verb of the same name."""
    if isinstance(item, str):
        item = {item: None}
    if not isinstance(item, dict) or len(item) != 1:
        raise PlanUnreadable("a step is one word, or one word with what belongs to it")
    ((word, content),) = item.items()
    fields: dict[str, Any] = dict(content) if isinstance(content, dict) else {}
    name = fields.pop("as", None)
    handle: object = None
    match word:
        case "load":
            _with(word, c.load.open, fields)
        case "stop-load":
            c.load.stop()
        case "wait":
            c.wait(content)
        case "until":
            _until(c, fields)
        case "kill" | "pause" | "start" | "wipe" | "tear" | "hand-over" | "fill-disk":
            verb = c.tear_next_write if word == "tear" else getattr(c, word.replace("-", "_"))
            handle = _with(word, verb, fields) if fields else verb(content)
        case "slow-disk":
            handle = _with(word, c.slow_disk, fields)
        case "clock":
            handle = _with(word, c.set_clock, fields)
        case "drop" | "delay" | "duplicate" | "corrupt" | "reorder":
            handle = _with(word, getattr(c.network, word), fields)
        case "partition":
            handle = c.network.partition(*(fields.get("groups") or content))
        case "lie":
            handle = _with(word, c.lie, fields)
        case "stop-broker":
            handle = c.stop_broker()
        case "heal":
            if content not in handles:
                raise PlanUnreadable(f"no fault before it has that name; there are: {', '.join(handles) or 'none'}")
            handles[content].heal()
        case "stabilise":
            c.stabilise()
        case "progress":
            _with(word, c.progress, fields)
        case _:
            raise PlanUnreadable(f"{word!r} is no verb; there are {', '.join(VERBS)}")
    if isinstance(handle, Handle):
        step = c.steps[-1]
        assert isinstance(step, Fault), "only a fault has a handle"
        if name is not None:
            # The plan itself bears the name: by it later steps select whom the fault struck.
            c.steps[-1], handle = msgspec.structs.replace(step, handle=str(name)), Handle(str(name), c)
        handles[handle.name] = handle
    elif name is not None:
        raise PlanUnreadable(f"as: {word} is no fault that could be healed, so it has no name")


def _until(c: Vocabulary, fields: dict[str, Any]) -> None:
    within = fields.pop("within", "10 s")
    if "said" in fields:
        c.until(_with("said", c.said, {"kind": fields.pop("said"), **fields}), within=within)
        return
    who = fields.pop("who", None)
    measures = {
        "height": c.height if who is None else c.height_of(who),
        "view": c.view,
        "executed": c.executed_of(who or c.honest),
        "between_views": c.between_views(who or c.honest),
    }
    if len(fields) != 1 or not set(fields) <= set(measures):
        raise PlanUnreadable(f"until waits for one of {', '.join(measures)}, said; `until: {{height: 5, within: 5 s}}`")
    ((quantity, at_least),) = fields.items()
    c.until(measures[quantity] >= int(at_least), within=within)
