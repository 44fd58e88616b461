"""The accident in the middle of the rush: members are killed without warning, started again, and catch up."""

import time

from scenarios.first_day.claims import Kind
from scenarios.first_day.rush import Rush
from scenarios.first_day.stage import Stage, together

MISSED_BLOCKS_MIN = 5
"""The member stays down until the others have made so many blocks without it."""

DOWN_SECONDS_MAX = 5.0
"""Or for so long: without a quorum, or until another primary takes over, no block is made at all."""

HALF_WAY_TIMEOUT_S = 40.0
CATCH_UP_TIMEOUT_S = 40.0


async def kill_and_restart(stage: Stage, rush: Rush) -> None:
    """Wait for the middle of the rush, kill every victim, start each again, and see it catch up."""
    await rush.half_way.wait()
    await together(*(_kill_and_restart(stage, victim) for victim in stage.victims))


async def _kill_and_restart(stage: Stage, victim: str) -> None:
    watch = stage.watch
    role = watch.views[victim].role or "backup"
    before, view_before = watch.height, watch.view
    await stage.consortium.kill(victim)
    named = "the primary" if role == "primary" else f"a {role}"
    stage.say(f"In the middle of it {victim}, {named}, is killed: SIGKILL, as if its power were cut.")
    made = await _others_go_on(stage, before, view_min=view_before + 1 if role == "primary" else view_before)
    stage.say(_seen_of_the_others(made, led=role == "primary", before=view_before, view=watch.view, by=watch.primary))
    await stage.pauses.moment()
    began = time.monotonic()
    goal = watch.height
    stage.say(f"{victim} is started again. It checks its whole database, then asks the others for what it missed.")
    await stage.consortium.start(victim)
    await watch.until(
        lambda: watch.views[victim].state == "up" and watch.views[victim].height >= goal,
        what=f"That {victim} caught up",
        timeout_s=CATCH_UP_TIMEOUT_S,
    )
    seconds = time.monotonic() - began
    stage.figures["catch_up_seconds"] = round(seconds, 2)
    height = watch.views[victim].height
    stage.claims.check(
        Kind.LIVENESS, f"{victim}, killed and started again, caught up", height >= goal, found=f"height {height}"
    )
    stage.say(f"{victim} has caught up, to block {height}, {seconds:.1f} s after it was started.")


def _seen_of_the_others(made: int, *, led: bool, before: int, view: int, by: str | None) -> str:
    """Say what the others did: `made` blocks, and perhaps a new view, led by the member `by`."""
    if view > before:
        primary = "another primary" if by is None else by
        return f"The others went from view {before} to view {view}, led by {primary}, and made {made} blocks so far."
    if led:
        return (
            f"The others finished {made} blocks and wait: the order of blocks comes from the primary, and no other"
            " has taken over so far."
        )
    return f"The others go on without it: {made} blocks so far, each certified by a quorum of those who are left."


async def _others_go_on(stage: Stage, before: int, *, view_min: int) -> int:
    """Let the others work for a moment, and first elect a primary if theirs is gone; return the blocks they made."""
    watch = stage.watch
    deadline = time.monotonic() + DOWN_SECONDS_MAX
    await watch.until(
        lambda: (watch.view >= view_min and watch.height >= before + MISSED_BLOCKS_MIN) or time.monotonic() >= deadline,
        what="That members could be looked at",
        timeout_s=10 * DOWN_SECONDS_MAX,
    )
    return watch.height - before
