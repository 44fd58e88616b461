"""A step, and what is seen of the members, in a line each: what a run prints and its trace keeps."""

from scenarios.plan import AnyStep
from scenarios.world import Look


def told_step(step: AnyStep) -> str:
    """The step in a line."""
    fields = ((name, getattr(step, name)) for name in step.__struct_fields__)
    said = [
        f"{name}={','.join(value) if isinstance(value, tuple) else value}"
        for name, value in fields
        if value not in (0, 0.0, "", ())
    ]
    return " ".join((str(step.__struct_config__.tag), *said))


def told_look(look: Look) -> str:
    """All members in a line."""
    return "; ".join(
        f"{number}: "
        + (f"block {each.certified}, view {each.view}{'' if each.active else ' (waits)'}" if each.up else "down")
        for number, each in enumerate(look.members)
    )
