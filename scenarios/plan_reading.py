"""Reading a plan back, and what must be right about it before it is run: names, selectors, spans of time."""

from collections.abc import Sequence

import msgspec

from scenarios.plan import AnyStep, Fault, Heal, OpenLoad, Partition, Plan, PlanUnreadable
from scenarios.selectors import SELECTOR_WORDS


def decode_plan(data: bytes) -> Plan:
    """Read what `encode_plan` wrote.

    Raises: PlanUnreadable.
    """
    try:
        return checked(msgspec.json.decode(data, type=Plan))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise PlanUnreadable(f"not a plan: {_where(str(error))}") from error


def _where(error: str) -> str:
    """The decoder's words after the place as people count it: `$.steps[2].drop` is *step 3, drop*."""
    wrong, _, path = error.rpartition(" - at `$.")
    if not wrong:
        return error
    step, _, field = path.removesuffix("`").partition("].")
    number = step.removeprefix("steps[")
    place = f"step {int(number) + 1}, {field}" if field and number.isdigit() else path.removesuffix("`")
    return f"{place}: {wrong[0].lower()}{wrong[1:]}"


def checked(plan: Plan) -> Plan:
    """Return the plan if each `heal` and each `@name` means a fault before it, and each fault has a name of its own.

    Raises: PlanUnreadable.
    """
    known: set[str] = set()
    for number, step in enumerate(plan.steps, start=1):
        if isinstance(step, Heal) and step.handle not in known:
            raise PlanUnreadable(f"step {number}: heals {step.handle!r}, but no fault before it has that name")
        for name in sorted(_struck_by(step) - known):
            raise PlanUnreadable(f"step {number}: '@{name}' selects nobody, since no fault before it has that name")
        if isinstance(step, Fault):
            if step.handle in SELECTOR_WORDS:
                raise PlanUnreadable(f"step {number}: {step.handle!r} selects members; give the fault another name")
            if step.handle in known:
                raise PlanUnreadable(f"step {number}: {step.handle!r} names an earlier fault; give it another name")
            known.add(step.handle)
    return plan


def selectors_of(step: AnyStep) -> Sequence[str]:
    """Every selector in a step."""
    match step:
        case Partition(groups=groups):
            return groups
        case OpenLoad(load=load):
            return (load.gateways,)
        case _:
            named = (getattr(step, field, None) for field in ("who", "source", "target", "to"))
            return [each for each in named if each is not None]


def _struck_by(step: AnyStep) -> set[str]:
    """The names of faults in a step's selectors."""
    words = [part.strip().removeprefix("not ").strip() for each in selectors_of(step) for part in each.split("+")]
    return {word.removeprefix("@") for word in words if word.startswith("@")}


def milliseconds(text: str | int) -> int:
    """A span of time as people write it: `5 s`, `250 ms`, `2 min`; a number is milliseconds.

    Raises: PlanUnreadable.
    """
    if isinstance(text, int):
        return text
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz ")
    factor = {"ms": 1, "s": 1_000, "min": 60_000}.get(text[len(number) :].strip())
    try:
        if factor is not None:
            return round(float(number) * factor)
    except ValueError:
        pass
    raise PlanUnreadable(f"{text!r} is no span of time; write 250 ms, 5 s or 2 min")
