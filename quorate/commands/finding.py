"""Where a node can be asked: by a gateway's URL, or by the home in which a running node leaves word of its gateway."""

from dataclasses import dataclass
from pathlib import Path

import click


@dataclass(frozen=True, slots=True)
class Gateway:
    """Whom to ask, and who should answer."""

    url: str
    member: str = ""
    """Of a home: whose it is; another who answers there is not asked. Empty where a URL was given."""
    chain: str = ""


class NotRunning(Exception):
    """A home whose node is not there to be asked; the text says how that is known and what to do."""


def gateway_of(text: str) -> Gateway:
    """The gateway that a URL names, or that a home's node left word of.

    Raises: click.UsageError; NotRunning.
    """
    if text.startswith(("http://", "https://")):
        return Gateway(text.rstrip("/"))
    folder = Path(text)
    if not folder.is_dir():
        raise click.UsageError(f"{text}: neither a URL (http://host:port) nor a member's folder")
    from ledger.charter import chain_id
    from node.errors import NodeFault
    from node.home.home import open_home
    from node.home.running import find_gateway

    try:
        home = open_home(folder)
    except NodeFault as fault:
        raise click.UsageError(str(fault)) from fault
    member, chain = home.member.id, chain_id(home.charter).hex()
    running = find_gateway(folder)
    if running is not None:
        return Gateway(running.gateway, member, chain)
    if home.settings.gateway_port == 0:
        raise NotRunning(
            f"{text}: no node runs on this home, and its gateway takes any free port. What to do: start it with"
            f" `quorate node --home {text}`, or all members beside it with `quorate start {folder.parent}`."
        )
    return Gateway(f"http://{home.settings.gateway_host}:{home.settings.gateway_port}", member, chain)
