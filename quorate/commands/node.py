"""`quorate node`: run one member."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from network.commands import Role
    from node.commanded import Part
    from node.identity import Identity


def read_address(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, int] | None:
    """Take HOST:PORT apart.

    Raises: click.BadParameter.
    """
    del context, parameter
    if value is None:
        return None
    host, separator, port = value.rpartition(":")
    if not separator or not host or not port.isdigit() or int(port) > 65_535:
        raise click.BadParameter("write it as HOST:PORT, for example 127.0.0.1:7460; port 0 takes a free one")
    return host.strip("[]"), int(port)


def read_key(context: click.Context, parameter: click.Parameter, value: str | None) -> bytes | None:
    """Read 64 hex digits.

    Raises: click.BadParameter.
    """
    del context, parameter
    try:
        key = None if value is None else bytes.fromhex(value)
    except ValueError:
        key = b""
    if key is not None and len(key) != 32:
        raise click.BadParameter("an Ed25519 public key is 64 hex digits")
    return key


@click.command("node")
@click.option(
    "--home",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The member's folder: charter.json, keys.json, member.json.",
)
@click.option(
    "--bus",
    "buses",
    multiple=True,
    metavar="URL",
    help="MQTT broker, as mqtt://[user:password@]host:port or mqtts://... Repeat it to use several at once. "
    "Default: what member.json says.",
)
@click.option(
    "--gateway",
    callback=read_address,
    metavar="HOST:PORT",
    help="Where the HTTP gateway listens; port 0 takes a free one. Default: what member.json says.",
)
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    help="File with the passphrase of keys.json. Default: $QUORATE_PASSPHRASE_FILE, else you are asked.",
)
@click.option("--with-parent", is_flag=True, help="End when standard input ends or the starting process dies.")
@click.option("--no-trace", is_flag=True, help="Write no trace.jsonl.")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Record everything that goes into this member's core; `quorate replay FILE` asks a fresh core the same. A"
    " recording that is there is gone on with.",
)
@click.option(
    "--record-mib-max",
    type=click.IntRange(1, 1 << 20),
    default=1024,
    show_default=True,
    help="The recording ends at this size, and the node goes on without.",
)
@click.option(
    "--scenario-key",
    callback=read_key,
    metavar="HEX",
    help="Obey a story: commands signed with this key's owner lose, delay and change messages, put clock and disk wrong"
    " and make the member lie. Until the first command it hears nobody. Never for a member that is to be relied on.",
)
def node(
    home: Path,
    buses: tuple[str, ...],
    gateway: tuple[str, int] | None,
    passphrase_file: Path | None,
    with_parent: bool,
    no_trace: bool,
    record: Path | None,
    record_mib_max: int,
    scenario_key: bytes | None,
) -> None:
    """Run one member's node until SIGINT or SIGTERM.

    Prints one JSON line when its gateway answers: {"ready": true, "member": ..., "gateway": URL, "pid": ...}. Logs go
    to standard error. A broker that is away is tried again for as long as it takes.

    \b
    Exit codes: 0 stopped as asked; 1 something in its world refused, as the log says;
    3 it had computed another block than a quorum; 70 a fault of this program.
    """  # noqa: D301 click knows the backspace, not two letters
    from canonical.signing import PublicKey
    from node.errors import NodeFault
    from node.process import NodeOptions, run_node

    try:
        options = NodeOptions(
            home=home,
            passphrase=_find_passphrase(home, passphrase_file),
            buses=buses or None,
            gateway=gateway,
            with_parent=with_parent,
            trace=not no_trace,
            record=record,
            record_bytes_max=record_mib_max << 20,
            scenario_key=None if scenario_key is None else PublicKey(scenario_key),
        )
    except NodeFault as fault:
        raise click.ClickException(str(fault)) from fault
    sys.exit(run_node(options, stdout=sys.stdout, stderr=sys.stderr, casting=_cast))


def _cast(identity: "Identity", role: "Role", seed: int) -> "Part | None":
    """Who speaks for a member that a story makes lie; no other node ever loads this."""
    from scenarios.live_liar import cast

    return cast(identity, role, seed)


def _find_passphrase(home: Path, file: Path | None) -> bytes | None:
    """The passphrase, where the key file has one; nobody is asked for one that is not needed."""
    from node.home.home import KEY_FILE
    from node.home.key_file import is_sealed
    from node.home.passphrase import find_passphrase

    if not is_sealed(home / KEY_FILE):
        return None
    return find_passphrase(file, environment=os.environ)
