"""`quorate explain`: why is it not moving? One member's answer, or all of a consortium's, in sentences."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from quorate.commands.finding import Gateway, NotRunning, gateway_of
from quorate.commands.safe_text import harmless

if TYPE_CHECKING:
    import httpx

ANSWER_TIMEOUT_S = 3.0


@click.command("explain", epilog="Exit status: 0 when all answered; 1 when one did not; 2 for a wrong command line.")
@click.argument("gateways", metavar="NODE...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print what the gateway answered.")
def explain(gateways: tuple[str, ...], as_json: bool) -> None:
    """Ask members at their gateways where they stand, what they wait for, and who is missing.

    NODE is a gateway as `quorate node` prints it (http://127.0.0.1:7460), or a member's home folder: its node, while it
    runs, leaves in there where its gateway is.
    """
    import httpx

    failed = False
    with httpx.Client(timeout=ANSWER_TIMEOUT_S, trust_env=False) as http:
        for name in gateways:
            try:
                gateway = gateway_of(name)
                stands = _asked(http, gateway)
            except NotRunning as fault:
                click.echo(harmless(str(fault)), err=True)
                failed = True
                continue
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                click.echo(f"{name}: no answer ({error}). Is the node up? Its log says why where it is not.", err=True)
                failed = True
                continue
            click.echo(json.dumps(stands, indent=2) if as_json else "\n".join(map(harmless, told(name, stands))))
    raise SystemExit(int(failed))


def _asked(http: "httpx.Client", gateway: Gateway) -> dict[str, Any]:
    """What the gateway explains.

    Raises: NotRunning where somebody else answers; httpx.HTTPError; ValueError for an answer that is none.
    """
    if gateway.member:
        status = http.get(f"{gateway.url}/v1/status").raise_for_status().json()
        if (status["member"], status["chain"]) != (gateway.member, gateway.chain):
            raise NotRunning(
                f"{gateway.member} does not run: at {gateway.url}, where its gateway was last, {status['member']}"
                " answers. What to do: start its node, or give the URL that it printed."
            )
    stands: dict[str, Any] = http.get(f"{gateway.url}/v1/explain").raise_for_status().json()
    return stands


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
    timers = [_timer(each) for each in stands["timers"]]
    lines.append(f"  Timers: {', '.join(timers) or 'none'}.")
    return lines


def _timer(timer: dict[str, Any]) -> str:
    """`status in 70 ms (00:31:02.125 UTC by its clock)`."""
    if timer["due_ms"] is None:
        return str(timer["kind"])
    due = datetime.fromtimestamp(timer["due_ms"] / 1_000, UTC)
    return f"{timer['kind']} in {timer['in_ms']} ms ({due:%H:%M:%S}.{timer['due_ms'] % 1_000:03} UTC by its clock)"
