"""Talking to one member's gateway from a command: who answers is checked, and what goes wrong ends in a sentence."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

from quorate.commands.finding import Gateway, NotRunning, gateway_of
from quorate.commands.safe_text import harmless, worded

if TYPE_CHECKING:
    from node.client import Client
    from node.gateway.types import StatusReply

T = TypeVar("T")

Talk = Callable[["Client", "StatusReply"], Awaitable[T]]
"""What is said once it is known who answers."""


class NotTaken(click.ClickException):
    """Nobody answered, or what was asked was refused: nothing was changed."""

    exit_code = 1


class Unknown(click.ClickException):
    """Something was sent and no answer came: it may still take effect."""

    exit_code = 3


def talk(node: str, talk_to: Talk[T]) -> T:
    """Find the gateway of `node`, a URL or a member's home, and talk to it.

    Raises: click.UsageError for what is neither; NotTaken; Unknown.
    """
    try:
        return asyncio.run(_talk(gateway_of(node), talk_to))
    except NotRunning as fault:
        raise NotTaken(str(fault)) from fault


async def _talk(gateway: Gateway, talk_to: Talk[T]) -> T:
    import httpx
    import msgspec

    from node.client import Client, ClientFault, Indefinite

    try:
        async with Client([gateway.url]) as client:
            status = await client.status()
            if gateway.member and (status.member, status.chain) != (gateway.member, gateway.chain):
                raise NotRunning(
                    f"{gateway.member} does not run: at {gateway.url}, where its gateway was last,"
                    f" {worded(status.member)} answers. What to do: start its node, or give the URL that it printed."
                )
            return await talk_to(client, status)
    except Indefinite as fault:
        ids = "".join(f"\n  {worded(each)}" for each in fault.ids)
        raise Unknown(
            f"{fault}. It may still become final; what was signed is decided once. What to do: ask for its id before"
            f" signing it anew: GET {gateway.url}/v1/transactions/ID{ids}"
        ) from fault
    except ClientFault as fault:
        raise NotTaken(harmless(f"{gateway.url}: {fault}")) from fault
    except (httpx.HTTPError, httpx.InvalidURL, msgspec.MsgspecError) as error:
        raise NotTaken(
            harmless(f"{gateway.url}: no answer of a gateway of this version ({error}). Is the node up?")
        ) from error
