"""`quorate certificate`: takes a proof away from a member, for somebody who trusts none of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quorate.commands.finding import NotRunning, gateway_of
from quorate.commands.safe_text import harmless

if TYPE_CHECKING:
    import httpx

ANSWER_TIMEOUT_S = 10.0
KINDS = ("transaction", "ownership", "copyright", "absence", "holdings", "compliance")


@click.command(
    epilog="Exit status: 0 when the file was written; 1 when there is none or nobody answered; 2 for a wrong command"
    " line."
)
@click.argument("node", metavar="NODE")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("subject")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to. Default: <kind>-<subject>.json."
)
def certificate(node: str, kind: str, subject: str, output: Path | None) -> None:
    """Fetch from NODE the file that proves something of SUBJECT; `quorate verify` checks it without any node.

    NODE is a gateway (http://127.0.0.1:7460) or a member's home folder. What can be proved:

    \b
      transaction  ID       what became of a transaction
      ownership    TOKEN    who owns it, and all that holds it or ends it: freezes, disputes, a wind-down
      copyright    WORK     who registered it, for whom, with which licences
      absence      TOKEN    it was never minted
      holdings     ACCOUNT  how many sold editions it owns; nothing, if so
      compliance   HEIGHT   what the rules were asked and refused in a block
    """  # noqa: D301 click knows the backspace, not two letters
    import httpx

    path = f"transactions/{subject}/certificate" if kind == "transaction" else f"statements/{kind}/{subject}"
    try:
        gateway = gateway_of(node)
        with httpx.Client(timeout=ANSWER_TIMEOUT_S, trust_env=False) as http:
            answer = http.get(f"{gateway.url}/v1/{path}")
    except NotRunning as fault:
        raise click.ClickException(str(fault)) from fault
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise click.ClickException(f"{node}: no answer ({error}). Is the node up?") from error
    if answer.status_code != httpx.codes.OK:
        raise click.ClickException(_told(answer))
    target = output or Path(f"{kind}-{subject[:16]}.json")
    try:
        target.write_bytes(answer.content)
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from error
    click.echo(f"{target}: {len(answer.content)} bytes. Check it: quorate verify {target} --charter charter.json")


def _told(answer: "httpx.Response") -> str:
    try:
        problem: dict[str, Any] = answer.json()
        return harmless(f"{problem['detail']}. What to do: {problem['cure']}")
    except (ValueError, KeyError, TypeError):
        return f"the gateway answered {answer.status_code}"
