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

from typing import Any

import msgspec
import yaml

from scenarios.plan import Fault, Plan, PlanUnreadable
from scenarios.vocabulary import Handle, Scenario, Vocabulary

FILE_BYTES_MAX = 1 << 20
"""A plan is some pages; nothing longer is read."""

_FIELDS = {"scenario", "says", "members", "network", "steps", "checks", "must_break"}


def read_yaml(text: str, *, members: int | None = None) -> Plan:
    """Compile a YAML scenario.

    Raises: PlanUnreadable naming the step.
    """
    if len(text) > FILE_BYTES_MAX:
        raise PlanUnreadable(f"more than {FILE_BYTES_MAX} characters; a scenario is shorter")
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise PlanUnreadable(f"not YAML: {error}") from error
    if not isinstance(document, dict) or not set(document) <= _FIELDS or "scenario" not in document:
        raise PlanUnreadable(f"a scenario is a mapping with the fields {', '.join(sorted(_FIELDS))}")
    steps = document.get("steps", [])
    if not isinstance(steps, list):
        raise PlanUnreadable("steps: a list, one step an item")

    async def story(c: Vocabulary) -> None:
        handles: dict[str, Handle] = {}
        for number, item in enumerate(steps, start=1):
            try:
                _say(c, item, handles)
            except (TypeError, ValueError, AttributeError, KeyError, PlanUnreadable) as error:
                raise PlanUnreadable(f"step {number} ({item!r:.80}): {error}") from error
        c.check(*map(str, document.get("checks", ())))
        c.expect_broken(*map(str, document.get("must_break", ())))

    story.__doc__ = str(document.get("says", ""))
    setting = document.get("members", 4)
    if not isinstance(setting, int):
        raise PlanUnreadable("members: a number")
    try:
        told = Scenario(str(document["scenario"]), story, setting, str(document.get("network", "lan")))
        return told.plan(members=members)
    except (TypeError, ValueError) as error:
        raise PlanUnreadable(f"{document['scenario']}: {error}") from error


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
            c.load.open(**fields)
        case "stop-load":
            c.load.stop()
        case "wait":
            c.wait(content)
        case "until":
            _until(c, fields)
        case "kill" | "pause" | "start" | "wipe" | "tear" | "hand-over" | "fill-disk":
            verb = c.tear_next_write if word == "tear" else getattr(c, word.replace("-", "_"))
            handle = verb(**fields) if fields else verb(content)
        case "slow-disk":
            handle = c.slow_disk(**fields)
        case "clock":
            handle = c.set_clock(**fields)
        case "drop" | "delay" | "duplicate" | "corrupt" | "reorder":
            handle = getattr(c.network, word)(**fields)
        case "partition":
            handle = c.network.partition(*(fields.get("groups") or content))
        case "lie":
            handle = c.lie(**fields)
        case "stop-broker":
            handle = c.stop_broker()
        case "heal":
            handles[content].heal()
        case "stabilise":
            c.stabilise()
        case "progress":
            c.progress(**fields)
        case _:
            raise PlanUnreadable(f"{word!r} is no verb")
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
        c.until(c.said(fields.pop("said"), **fields), within=within)
        return
    who = fields.pop("who", None)
    ((quantity, at_least),) = fields.items()
    measure = {
        "height": c.height if who is None else c.height_of(who),
        "view": c.view,
        "executed": c.executed_of(who or c.honest),
        "between_views": c.between_views(who or c.honest),
    }[quantity]
    c.until(measure >= int(at_least), within=within)
