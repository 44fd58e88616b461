"""`quorate scenarios`: the library, a line each."""

import click


@click.command("scenarios")
@click.option("--world", type=click.Choice(("sim", "live")), default=None, help="Only those that this world can run.")
@click.option("--lies", is_flag=True, help="List the ways to lie instead.")
@click.option("--checks", is_flag=True, help="List what a scenario may check instead; the first are always asked.")
def scenarios(world: str | None, lies: bool, checks: bool) -> None:
    """List the scenarios that `quorate run` knows by name, each with what it is about."""
    from scenarios.adversary import LIES
    from scenarios.checkers import CHECKERS
    from scenarios.library import LIBRARY
    from scenarios.live import LiveWorld
    from scenarios.simulated import SimulatedWorld

    if lies:
        for name, says in LIES.items():
            click.echo(f"{name:20}{says}")
        return
    if checks:
        for name, check in CHECKERS.items():
            click.echo(f"{name:20}{check.__doc__ or ''}")
        return
    width = max(map(len, LIBRARY)) + 2
    wanted = {"sim": SimulatedWorld.capabilities, "live": LiveWorld.capabilities}
    for name, each in LIBRARY.items():
        needs = each.plan().needs()
        if world is not None and not needs <= wanted[world]:
            continue
        where = " ".join(key for key, can in wanted.items() if needs <= can)
        click.echo(f"{name:{width}}{where:10}n={each.members}  {each.says}")
