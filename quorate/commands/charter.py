"""`quorate charter`: found a consortium, and read what was founded."""

import os
import time
from pathlib import Path

import click


@click.group("charter")
def charter() -> None:
    """Found a consortium, and read what was founded."""


@charter.command("new")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--members", default=4, show_default=True, help="Voting members; learners join them.")
@click.option("--name", default="quorate", show_default=True, help="What people call the chain.")
@click.option("--preset", metavar="NAME", help="Rule parameters of a real platform: quorate charter presets.")
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=NUMBER",
    help="A rule parameter that differs from its default or preset, for example hold_hours_first=24. Repeatable.",
)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="KIND=POLICY",
    help="Who has to agree to a kind of decision, for example change_parameters=ALL. Repeatable.",
)
@click.option("--chain", "chains", multiple=True, metavar="ID", help="A chain that bridges may lead to. Repeatable.")
@click.option("--bus", "buses", multiple=True, metavar="URL", help="Broker that the members will use. Repeatable.")
@click.option("--gateway-port", default=7460, show_default=True, help="The first member's; 0: any free one.")
@click.option("--insecure-dev", is_flag=True, help="Leave the keys unsealed. For demonstrations on one machine only.")
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    help="File with the passphrase that seals every key file. Default: $QUORATE_PASSPHRASE_FILE, else you are asked.",
)
def new(
    directory: Path,
    members: int,
    name: str,
    preset: str | None,
    parameters: tuple[str, ...],
    policies: tuple[str, ...],
    chains: tuple[str, ...],
    buses: tuple[str, ...],
    gateway_port: int,
    insecure_dev: bool,
    passphrase_file: Path | None,
) -> None:
    """Make DIRECTORY: charter.json, which is public, and a home with keys for each member."""
    from ledger.charter import chain_id
    from ledger.presets import preset_named
    from network.url import parse_bus_url
    from node.errors import NodeFault
    from node.home.home import BUS, new_consortium
    from node.home.passphrase import find_passphrase
    from quorate.commands.first_steps import first_steps

    try:
        passphrase = None if insecure_dev else find_passphrase(passphrase_file, environment=os.environ)
        made = new_consortium(
            directory,
            members=members,
            passphrase=passphrase,
            founded_ms=time.time_ns() // 1_000_000,
            name=name,
            parameters={**({} if preset is None else preset_named(preset).parameters), **_read_parameters(parameters)},
            policies=_read_policies(policies),
            chains=chains,
            buses=buses or (BUS,),
            gateway_port_first=gateway_port,
        )
    except (NodeFault, ValueError) as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo(f"{directory / 'charter.json'}: chain {chain_id(made).hex()}")
    for member in made.members:
        use = "votes" if member.votes else "keys only; it does not vote"
        click.echo(f"  {directory / member.id}  {member.role.value}, {use}")
    if insecure_dev:
        click.echo("The keys are NOT sealed: whoever can read these folders can sign for every member.")
    voting = [member.id for member in made.voters()]
    click.echo(first_steps(directory, voting, broker_port=None if buses else parse_bus_url(BUS).port))


@charter.command("show")
@click.argument("file", type=click.Path(path_type=Path))
def show(file: Path) -> None:
    """Print what the charter FILE founds: chain, committee, parameters, policies, chains for bridges, members."""
    from consensus.quorum import Committee
    from ledger.charter import chain_id
    from node.errors import NodeFault
    from node.home.charter_file import read_charter

    try:
        read = read_charter(file)
    except NodeFault as fault:
        raise click.ClickException(str(fault)) from fault
    committee = Committee(len(read.voters()))
    founded = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(read.founded_ms / 1000))
    click.echo(f"{read.name}, founded {founded}")
    click.echo(f"chain      {chain_id(read).hex()}")
    click.echo(f"committee  {committee.size} members, {committee.faults_max} may be faulty, quorum {committee.quorum}")
    for parameter, value in sorted(read.parameters.items()):
        click.echo(f"parameter  {parameter} = {value}")
    for kind, policy in sorted(read.policies.items()):
        click.echo(f"policy     {kind} = {policy}")
    for chain in read.chains:
        click.echo(f"bridge to  {chain}")
    for member in read.members:
        vote = "votes" if member.votes else "learner"
        click.echo(f"member     {member.id:<16} {member.role.value:<12} {vote:<8} {member.name} {member.name_zh}")


@charter.command("presets")
def presets() -> None:
    """Print the platforms whose rules `quorate charter new --preset` takes, with their figures and sources."""
    from ledger.presets import PRESETS

    for name, found in PRESETS.items():
        figures = ", ".join(f"{parameter}={value}" for parameter, value in found.parameters.items())
        click.echo(f"{name:<16} {found.says}\n{'':<16} {figures}\n{'':<16} Source: {found.source}")


@charter.command("keys")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--insecure-dev", is_flag=True, help="Leave the keys unsealed. For demonstrations on one machine only.")
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    help="File with the passphrase that seals FILE. Default: $QUORATE_PASSPHRASE_FILE, else you are asked.",
)
def keys(file: Path, insecure_dev: bool, passphrase_file: Path | None) -> None:
    """Make FILE with new keys, and print their public halves.

    For an institution that is to be admitted, or a member whose key is replaced: `quorate submit`, `propose` and `vote`
    sign with it by --key-file. A node goes on with the node key that its charter names.
    """
    from node.errors import NodeFault
    from node.home.key_file import write_key_file
    from node.home.keys import MemberKeys
    from node.home.passphrase import find_passphrase

    try:
        passphrase = None if insecure_dev else find_passphrase(passphrase_file, environment=os.environ)
        made = MemberKeys.generate()
        write_key_file(file, made, passphrase=passphrase)
    except NodeFault as fault:
        raise click.ClickException(str(fault)) from fault
    except OSError as error:
        raise click.ClickException(f"{file} cannot be made: {error.strerror}. Keys are never overwritten.") from error
    click.echo(f"{file}: made")
    click.echo(f"  operator_key  {made.operator.public_key.hex()}")
    click.echo(f"  node_key      {made.node.public_key.hex()}")


def _read_parameters(texts: tuple[str, ...]) -> dict[str, int]:
    """Take NAME=NUMBER apart.

    Raises: ValueError naming the text.
    """
    parameters: dict[str, int] = {}
    for text in texts:
        name, separator, number = text.partition("=")
        if not separator or not number.lstrip("-").isdigit():
            raise ValueError(f"--parameter {text}: write it as NAME=NUMBER, for example hold_hours_first=24")
        parameters[name] = int(number)
    return parameters


def _read_policies(texts: tuple[str, ...]) -> dict[str, str]:
    """Take KIND=POLICY apart.

    Raises: ValueError naming the text.
    """
    policies: dict[str, str] = {}
    for text in texts:
        kind, separator, policy = text.partition("=")
        if not separator or not policy:
            raise ValueError(f"--policy {text}: write it as KIND=POLICY, for example change_parameters=ALL")
        policies[kind] = policy
    return policies
