"""`quorate doctor`: the three knobs, every other time that follows from them, and what this machine has."""

import os
import shutil
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from consensus.settings import Settings

Line = tuple[str, object, str]
"""A name, its figure, and what it says."""

EMPTY: Line = ("", "", "")

SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
"""Where brokers are installed too, which is not on everybody's PATH."""


@click.command("doctor")
@click.option("--block-interval-ms", type=click.IntRange(1, 60_000), default=None, help="Default: what nodes use.")
@click.option("--target-failover-ms", type=click.IntRange(50, 600_000), default=None, help="Default: what nodes use.")
@click.option("--batch-bytes-max", type=click.IntRange(1_024, 1 << 19), default=None, help="Default: what nodes use.")
@click.option("--members", type=click.IntRange(1, 64), default=4, show_default=True)
def doctor(
    block_interval_ms: int | None, target_failover_ms: int | None, batch_bytes_max: int | None, members: int
) -> None:
    """Print what the three knobs became in a node, for a committee of so many members, and what this machine has."""
    from consensus.quorum import Committee
    from node.identity import Knobs
    from node.simulation import Simulation
    from node.transfer import SNAPSHOT_BEHIND

    standard = Knobs()
    knobs = Knobs(
        block_interval_ms=block_interval_ms or standard.block_interval_ms,
        target_failover_ms=target_failover_ms or standard.target_failover_ms,
        batch_bytes_max=batch_bytes_max or standard.batch_bytes_max,
    )
    # A node's own core is asked, so that this page can not say anything else than nodes do.
    settings = Simulation(members, seed=0, knobs=knobs).members[0].core.replica.state.settings
    committee = Committee(members)
    for name, value, says in (
        ("block_interval_ms", knobs.block_interval_ms, "a batch and a proposal may fill up so long while others run"),
        ("target_failover_ms", knobs.target_failover_ms, "after a fault the chain should move again within about this"),
        ("batch_bytes_max", knobs.batch_bytes_max, "a batch is closed at this size"),
        EMPTY,
        *_times(settings),
        EMPTY,
        ("checkpoint interval", settings.checkpoint_interval, "blocks from one stable checkpoint to the next"),
        ("log size", settings.log_size, "sequence numbers accepted above the stable checkpoint"),
        (
            "state taken over",
            SNAPSHOT_BEHIND,
            "so many blocks behind, a member asks for the state, not the blocks alone (S3)",
        ),
        ("in flight", settings.in_flight_max, "sequence numbers that may be open at once"),
        ("proposal, bytes", settings.proposal_bytes_max, "payload that one proposal may order"),
        EMPTY,
        ("members", members, f"a quorum is {committee.quorum}; {committee.faults_max} may fail"),
        EMPTY,
        *_machine(),
    ):
        click.echo(f"{name:24}{value!s:>10}  {says}".rstrip())


def _times(settings: "Settings") -> tuple[Line, ...]:
    """Every time that follows, each from the constant that nodes go by; the letters are lines of docs/PROTOCOL.md."""
    from consensus.complaints import COMPLAINT_TICKS
    from consensus.liveness import IDLE_TICKS_MAX, PASSED_OVER_PATIENCES
    from consensus.requests import DEAF_TICKS
    from consensus.state import PATIENCE_DOUBLINGS_MAX, PUSH_AGAIN_TICKS, SILENCE_TICKS
    from node.serving import SNAPSHOT_TICKS
    from node.transfer import BAN_TICKS, PATIENCE_TICKS

    patience_ms, tick_ms = settings.progress_timeout_ms, settings.status_interval_ms
    return (
        ("progress timeout, ms", patience_ms, "a member waits so long for the next step of a block (T1)"),
        ("the same, at most, ms", patience_ms << PATIENCE_DOUBLINGS_MAX, "doubled with each view that fails (T6)"),
        (
            "passed over, ms",
            patience_ms * PASSED_OVER_PATIENCES,
            "while steps go on: for the oldest thing; doubled too (T1)",
        ),
        ("status interval, ms", tick_ms, "the time after which loss is noticed, and asked for again (R1)"),
        ("complaint stands, ms", tick_ms * COMPLAINT_TICKS, "when its sender does not repeat it (T3)"),
        ("left idle, ms", tick_ms * IDLE_TICKS_MAX, "by so much may a primary leave a member idle more than busy (T8)"),
        ("bad batch, ms", tick_ms * DEAF_TICKS, "so long its author is heard less (Q3)"),
        ("silence, ms", tick_ms * SILENCE_TICKS, "then an old status is heard again: a clock was set back (R1)"),
        ("blocks again, ms", tick_ms * PUSH_AGAIN_TICKS, "the same blocks go to one member again after this (R6)"),
        ("snapshots, ms", tick_ms * SNAPSHOT_TICKS, "at least, from one that is served to the next (S2)"),
        ("part asked again, ms", tick_ms * PATIENCE_TICKS, "a part of the ledger that did not come (S4)"),
        ("wrong part, ms", tick_ms * BAN_TICKS, "so long who sent one is not asked (S5)"),
        ("clock drift, ms", settings.drift_ms_max, "a proposal may lie so far ahead of a backup's clock"),
    )


def _machine() -> tuple[Line, ...]:
    """What this machine has, and lacks; nothing of it changes how nodes behave."""
    from benchmarks.machine import installed_version, this_machine
    from scenarios.campaign.workforce import jobs_at_most

    machine = this_machine()
    places = os.pathsep.join((os.environ.get("PATH", ""), *SYSTEM_FOLDERS))
    broker = "there" if shutil.which("mosquitto", path=places) else "not there"
    return (
        ("cores", jobs_at_most(), f"of {machine.cores}, that this process may use; {machine.processor}"),
        ("memory, GiB", machine.memory_gib, machine.system),
        ("python", machine.python, "3.11 or later"),
        (
            "mosquitto",
            broker,
            "a broker of its own; without it members use the embedded one, and its tests are skipped",
        ),
        ("distributed", installed_version("distributed"), "`quorate campaign --dask` needs it; nothing else does"),
    )
