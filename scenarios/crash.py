"""Who crashed: an exception that came out of a simulated member's own code ends that member, and the run with exit 12.

What a liar, a checker or a client of the story raises is no member's fault, even where a member's turn called it.
"""

import traceback
from types import TracebackType

from node.simulation import SimulatedMember


def crashed_member(error: BaseException) -> SimulatedMember | None:
    """The member whose code raised `error`; None where it was the harness around it."""
    found: SimulatedMember | None = None
    place: TracebackType | None = error.__traceback__
    while place is not None:
        frame = place.tb_frame
        owner = frame.f_locals.get("self")
        if isinstance(owner, SimulatedMember):
            found = owner
        elif str(frame.f_globals.get("__name__", "")).startswith("scenarios."):
            found = None
        place = place.tb_next
    return found


def told_crash(member: SimulatedMember, error: BaseException) -> str:
    """One line: who, where and why."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"member {member.index} ({member.id}) stopped in {last.name}: {type(error).__name__}: {error}"
