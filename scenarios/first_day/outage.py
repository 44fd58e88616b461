"""The accident in the middle of the rush: one member is killed without warning, started again, and catches up."""

import time

from scenarios.first_day.claims import Kind
from scenarios.first_day.rush import Rush
from scenarios.first_day.stage import Stage

MISSED_BLOCKS_MIN = 5
"""The member stays down until the others have made so many blocks without it."""

DOWN_SECONDS_MAX = 1.5
"""Or for so long: without the primary, or without a quorum, no block is made at all."""

HALF_WAY_TIMEOUT_S = 40.0
CATCH_UP_TIMEOUT_S = 40.0


async def kill_and_restart(stage: Stage, rush: Rush) -> None:
    """Wait for the middle of the rush, kill the victim, start it again, and see it catch up."""
    watch, victim = stage.watch, stage.victim
    await rush.half_way.wait()
    role = watch.views[victim].role or "member"
    before = watch.height
    await stage.consortium.kill(victim)
    stage.say(f"In the middle of it {victim}, a {role}, is killed: SIGKILL, as if its power were cut.")
    made = await _others_go_on(stage, before)
    if role == "primary":
        stage.say(f"The others made {made} blocks without it, and wait: the order of blocks comes from the primary.")
    else:
        stage.say(f"The others go on without it: {made} blocks so far, each certified by all who are left.")
    began = time.monotonic()
    goal = watch.height
    await stage.consortium.start(victim)
    stage.say(f"{victim} is started again. It checks its whole database, then asks the others for what it missed.")
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


async def _others_go_on(stage: Stage, before: int) -> int:
    """Let the others work for a moment; return how many blocks they made."""
    watch = stage.watch
    deadline = time.monotonic() + DOWN_SECONDS_MAX
    await watch.until(
        lambda: watch.height >= before + MISSED_BLOCKS_MIN or time.monotonic() >= deadline,
        what="That members could be looked at",
        timeout_s=10 * DOWN_SECONDS_MAX,
    )
    return watch.height - before
