"""`quorate explain`: why is it not moving? One member's answer, or all of a consortium's, in sentences."""

import json
from pathlib import Path
from typing import Any

import click

ANSWER_TIMEOUT_S = 3.0


@click.command("explain", epilog="Exit status: 0 when all answered; 1 when one did not; 2 for a wrong command line.")
@click.argument("gateways", metavar="URL...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print what the gateway answered.")
def explain(gateways: tuple[str, ...], as_json: bool) -> None:
    """Ask members at their gateways where they stand, what they wait for, and who is missing.

    URL is a gateway as `quorate node` prints it (http://127.0.0.1:7460), or a member's home folder: then its gateway
    is where its member.json says.
    """
    import httpx

    failed = False
    with httpx.Client(timeout=ANSWER_TIMEOUT_S, trust_env=False) as http:
        for gateway in gateways:
            url = _gateway_of(gateway)
            try:
                stands = http.get(f"{url}/v1/explain").raise_for_status().json()
            except (httpx.HTTPError, httpx.InvalidURL, json.JSONDecodeError) as error:
                click.echo(
                    f"{gateway}: no answer ({error}). Is the node up? Its log says why where it is not.", err=True
                )
                failed = True
                continue
            click.echo(json.dumps(stands, indent=2) if as_json else "\n".join(told(gateway, stands)))
    raise SystemExit(int(failed))


def _gateway_of(text: str) -> str:
    """The gateway's URL; a folder's is in its settings.

    Raises: click.UsageError.
    """
    if text.startswith(("http://", "https://")):
        return text.rstrip("/")
    folder = Path(text)
    if folder.is_dir():
        from node.errors import NodeFault
        from node.home.home import open_home

        try:
            settings = open_home(folder).settings
        except NodeFault as fault:
            raise click.UsageError(str(fault)) from fault
        host, port = settings.gateway_host, settings.gateway_port
        if port == 0:
            raise click.UsageError(f"{text}: its gateway takes a free port; give the URL that the node printed")
        return f"http://{host}:{port}"
    raise click.UsageError(f"{text}: neither a URL (http://host:port) nor a member's folder")


def told(name: str, stands: dict[str, Any]) -> list[str]:
    """What a member said, in sentences."""
    lines = [f"{name}"]
    if stands["halted"]:
        lines.append("  It halted: it computed another block than a quorum. Keep its folder, and compare the programs.")
    if stands["mute"]:
        lines.append(f"  It is {stands['mute']}.")
    votes = "waits for the NEW-VIEW of"
    if stands["active"]:
        votes = "is in" if stands["mute"] else "votes in"
    lines.append(f"  It {votes} view {stands['view']}, whose primary is replica {stands['primary']}.")
    if stands["left_because"]:
        lines.append(f"  It left the view before because {stands['left_because']}.")
    lines.append(
        f"  Blocks are final up to {stands['certified']}, executed up to {stands['executed']}; somebody spoke of"
        f" {stands['highest_seen']}. Accepted is what lies in ({stands['stable']}, {stands['high']}]."
    )
    slot = stands["oldest_open"]
    if slot is None:
        lines.append("  Nothing is open: it waits for transactions.")
    else:
        missing = ", ".join(map(str, slot["missing"])) or "nobody"
        lines.append(f"  Sequence {slot['sequence']} waits in {slot['phase']}; missing: {missing}.")
        if slot["batches"]:
            lines.append(f"  {len(slot['batches'])} batches that it names are not here.")
    if stands["asked"] is not None:
        lines.append(f"  Last asked for what is missing: replica {stands['asked']}.")
    if stands["accused"]:
        lines.append(f"  It holds proof that these lied: replica {', '.join(map(str, stands['accused']))}.")
    lines.append(f"  Timers: {', '.join(stands['timers']) or 'none'}.")
    return lines
