"""`quorate doctor`: the three knobs, and every other time that follows from them."""

import click


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
    from consensus.state import PATIENCE_DOUBLINGS_MAX
    from node.identity import Knobs
    from node.simulation import Simulation

    standard = Knobs()
    knobs = Knobs(
        block_interval_ms=block_interval_ms or standard.block_interval_ms,
        target_failover_ms=target_failover_ms or standard.target_failover_ms,
        batch_bytes_max=batch_bytes_max or standard.batch_bytes_max,
    )
    # A node's own core is asked, so that this page can not say anything else than nodes do.
    settings = Simulation(members, seed=0, knobs=knobs).members[0].core.replica.state.settings
    committee = Committee(members)
    longest_ms = settings.progress_timeout_ms << PATIENCE_DOUBLINGS_MAX
    lines = (
        ("block_interval_ms", knobs.block_interval_ms, "a batch and a proposal may fill up so long while others run"),
        ("target_failover_ms", knobs.target_failover_ms, "after a fault the chain should move again within about this"),
        ("batch_bytes_max", knobs.batch_bytes_max, "a batch is closed at this size"),
        ("", "", ""),
        ("progress timeout, ms", settings.progress_timeout_ms, "a member waits so long for the next step of a block"),
        ("the same, at most, ms", longest_ms, "doubled with each view that fails, and no further"),
        ("status interval, ms", settings.status_interval_ms, "the time after which loss is noticed"),
        ("clock drift, ms", settings.drift_ms_max, "a proposal may lie so far ahead of a backup's clock"),
        ("checkpoint interval", settings.checkpoint_interval, "blocks from one stable checkpoint to the next"),
        ("log size", settings.log_size, "sequence numbers accepted above the stable checkpoint"),
        ("in flight", settings.in_flight_max, "sequence numbers that may be open at once"),
        ("proposal, bytes", settings.proposal_bytes_max, "payload that one proposal may order"),
        ("", "", ""),
        ("members", members, f"a quorum is {committee.quorum}; {committee.faults_max} may fail"),
    )
    for name, value, says in lines:
        click.echo(f"{name:24}{value!s:>10}  {says}".rstrip())
