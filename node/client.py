"""A client of one or several gateways, for programs: the same bytes until somebody answers, and an honest word.

Every submission ends in one of four ways, and a caller must tell them apart:

    a reply       what became of each transaction
    Refused       definitely not taken in; sending the same bytes again changes nothing until the ledger does
    Unavailable   definitely not taken in; sending them later may work
    Indefinite    nobody knows: it was sent, and may still become final. Ask by its id before making another one

Retrying is safe because a transaction is named by its bytes and takes effect once, at whatever gateway it arrives.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import msgspec

from canonical.hashing import Digest
from ledger.envelope import Envelope
from node.gateway.queries.table import ALL_QUERIES
from node.gateway.queries.types import HistoryAnswer
from node.gateway.records import AccountReply, SeriesReply, TokenReply, WorkReply
from node.gateway.types import (
    JSON,
    MESSAGE_PACK,
    BlockEvent,
    BlockReply,
    CanTransferReply,
    Problem,
    StatusReply,
    SubmitReply,
    TransactionReply,
    TransactionStatus,
)
from node.uncut import uncut

Reply = TypeVar("Reply", bound=msgspec.Struct)

ROUNDS = 5
"""How often every gateway is tried before a client gives up."""

PAUSE_MS_MAX = 2_000
"""Longest pause between two rounds, whatever the gateways ask for."""

CONNECT_SECONDS_MAX = 2.0
READ_SECONDS_EXTRA = 5.0
"""How much longer than the wait it asked for a client listens for the answer."""

WAIT_MS = 10_000


class ClientFault(Exception):
    """Base of what a client is told instead of a reply."""


class Refused(ClientFault):
    """Definitely not taken in: rules, or the form of the request, refuse it."""

    def __init__(self, text: str, replies: tuple[TransactionReply, ...] = ()) -> None:
        """Keep the refused transactions' replies, with the rules that refuse them."""
        super().__init__(text)
        self.replies = replies


class Unavailable(ClientFault):
    """Definitely not taken in: no gateway could be reached, or none had room."""


class Indefinite(ClientFault):
    """Sent, and no final answer came: it may still become final. `ids` are what to ask for, where known."""

    def __init__(self, text: str, ids: tuple[str, ...] = ()) -> None:
        """Keep the ids of what is undecided."""
        super().__init__(text)
        self.ids = ids


class Client:
    """Talks to the first gateway that answers; an async context manager."""

    def __init__(self, gateways: Sequence[str], *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Use these gateways (`http://host:port`), in this order; `transport` stands in for the network in tests."""
        assert gateways, "a client has at least one gateway"
        self._gateways = [gateway.rstrip("/") for gateway in gateways]
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(READ_SECONDS_EXTRA, connect=CONNECT_SECONDS_MAX),
            limits=httpx.Limits(max_connections=200),
            # Members are named by address; a proxy of the environment has no business between.
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    # Transactions

    async def submit(
        self, envelopes: Sequence[Envelope], *, wait: bool = False, timeout_ms: int = WAIT_MS
    ) -> SubmitReply:
        """Hand envelopes in; the reply comes when they are on a member's disk, or with `wait` when they are final.

        After `timeout_ms` it says `pending` for what is not final.
        Raises: Refused for a malformed request; Unavailable; Indefinite.
        """
        parameters = {"wait": "final", "timeout_ms": str(timeout_ms)} if wait else {}
        response = await self._send(
            "POST",
            "/v1/transactions",
            params=parameters,
            content=msgspec.msgpack.encode(envelopes),
            headers={"content-type": MESSAGE_PACK, "accept": MESSAGE_PACK},
            seconds=(timeout_ms / 1000 if wait else 0) + READ_SECONDS_EXTRA,
        )
        return msgspec.msgpack.decode(response.content, type=SubmitReply)

    async def finalise(self, *envelopes: Envelope, timeout_ms: int = 30_000) -> tuple[TransactionReply, ...]:
        """Hand envelopes in and wait until all of their transactions are final; return these in order.

        Final is not accepted: a transaction may have been ordered and refused, as its receipt says.
        Raises: Refused if an envelope was not taken in; Unavailable; Indefinite if it is not final after `timeout_ms`.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_ms / 1000
        while True:
            left_ms = max(0, int((deadline - loop.time()) * 1000))
            reply = await self.submit(envelopes, wait=True, timeout_ms=min(left_ms, WAIT_MS))
            replies = tuple(each for envelope in reply.envelopes for each in envelope.transactions)
            refused = tuple(each for each in replies if each.status is TransactionStatus.REFUSED)
            if refused:
                raise Refused(f"{len(refused)} of {len(replies)} transactions: {_reasons(refused)}", refused)
            undecided = tuple(each.id for each in replies if each.status is not TransactionStatus.FINAL)
            if not undecided:
                return replies
            if loop.time() >= deadline:
                if all(each.status is TransactionStatus.UNAVAILABLE for each in replies):
                    raise Unavailable(f"no gateway had room within {timeout_ms} ms")
                raise Indefinite(f"{len(undecided)} transactions are not final after {timeout_ms} ms", undecided)
            pauses_ms = [each.unavailable.retry_after_ms for each in reply.envelopes if each.unavailable is not None]
            await asyncio.sleep(min(PAUSE_MS_MAX, max(pauses_ms, default=0)) / 1000)

    async def transaction(self, transaction: Digest) -> TransactionReply:
        """What became of a transaction, as far as the gateway knows."""
        return await self._read(f"/v1/transactions/{transaction.hex()}", TransactionReply)

    async def certificate(self, transaction: Digest) -> bytes:
        """The file that proves a final transaction to whoever has the charter."""
        return (await self._send("GET", f"/v1/transactions/{transaction.hex()}/certificate")).content

    # The ledger and the member

    async def token(self, token: str) -> TokenReply:
        """One edition."""
        return await self._read(f"/v1/tokens/{token}", TokenReply)

    async def can_transfer(self, token: str, to: str) -> CanTransferReply:
        """Whether the token's owner could give it to `to` now, and every rule that refuses."""
        return await self._read(f"/v1/tokens/{token}/can-transfer", CanTransferReply, to=to)

    async def series(self, series: str) -> SeriesReply:
        """A series of editions."""
        return await self._read(f"/v1/series/{series}", SeriesReply)

    async def work(self, work: str) -> WorkReply:
        """A registered work."""
        return await self._read(f"/v1/works/{work}", WorkReply)

    async def account(self, account: str) -> AccountReply:
        """An account."""
        return await self._read(f"/v1/accounts/{account}", AccountReply)

    async def query(self, question: str, /, **asked: str) -> msgspec.Struct:
        """Ask under ERC's names: `query("owner_of", token="s-0001", height="7", proof="true")`.

        The names, what each takes and what type it answers, are in `node/gateway/queries/table.py`.

        Raises: KeyError for another name.
        """
        return await self._read(f"/v1/query/{question}", ALL_QUERIES[question].answered, **asked)

    async def history(self, token: str, *, height: int | None = None) -> HistoryAnswer:
        """What happened to a token up to `height`, the latest first, as far back as one answer reaches."""
        upto = {} if height is None else {"height": str(height)}
        return await self._read("/v1/query/history", HistoryAnswer, token=token, **upto)

    async def block(self, height: int) -> BlockReply:
        """A block as the gateway's member executed it."""
        return await self._read(f"/v1/blocks/{height}", BlockReply)

    async def status(self) -> StatusReply:
        """How the gateway's member is doing."""
        return await self._read("/v1/status", StatusReply)

    async def charter(self) -> bytes:
        """The charter file, as that member has it."""
        return (await self._send("GET", "/v1/charter")).content

    async def events(self) -> AsyncGenerator[BlockEvent, None]:
        """Each block that becomes final from now on; ends when the gateway ends the stream or cannot be reached."""
        timeout = httpx.Timeout(None, connect=CONNECT_SECONDS_MAX)
        async with self._http.stream("GET", f"{self._gateways[0]}/v1/events", timeout=timeout) as response:
            if response.status_code != httpx.codes.OK:
                raise Unavailable(_text_of(await response.aread()))
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    yield msgspec.json.decode(line.removeprefix("data: "), type=BlockEvent)

    # Requests

    async def _read(self, path: str, expected: type[Reply], **parameters: str) -> Reply:
        response = await self._send("GET", path, params=parameters, headers={"accept": JSON})
        return msgspec.json.decode(response.content, type=expected)

    async def _send(
        self, method: str, path: str, *, seconds: float = READ_SECONDS_EXTRA, **request: Any
    ) -> httpx.Response:
        """Try every gateway in turn, several rounds, with the same bytes; return the first real answer."""
        maybe_taken = False
        last = "no gateway was tried"
        timeout = httpx.Timeout(seconds, connect=CONNECT_SECONDS_MAX)
        for round_number in range(ROUNDS):
            pause_ms = min(PAUSE_MS_MAX, 100 << round_number)
            for _ in range(len(self._gateways)):
                try:
                    response = await uncut(
                        self._http.request(method, self._gateways[0] + path, timeout=timeout, **request)
                    )
                except httpx.TransportError as error:
                    maybe_taken = maybe_taken or not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                    last = f"{self._gateways[0]}: {type(error).__name__}"
                else:
                    if response.is_success:
                        return response
                    if response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                        raise Refused(_text_of(response.content))
                    maybe_taken = maybe_taken or response.status_code != httpx.codes.SERVICE_UNAVAILABLE
                    last = _text_of(response.content)
                # The next gateway comes first from now on: one that failed is likely to fail again.
                self._gateways.append(self._gateways.pop(0))
            await asyncio.sleep(pause_ms / 1000)
        if maybe_taken and method == "POST":
            raise Indefinite(f"the request was sent and no answer came back ({last})")
        raise Unavailable(f"no gateway took the request ({last})")


def _text_of(content: bytes) -> str:
    """A problem in words, or whatever else a server said."""
    try:
        problem = msgspec.json.decode(content, type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return content[:200].decode(errors="replace")
    return f"{problem.detail} ({problem.code}); {problem.cure}"


def _reasons(replies: Sequence[TransactionReply]) -> str:
    """Each refusing rule once, in order of appearance, five at most."""
    texts = dict.fromkeys(f"{refusal.code} {refusal.message}" for reply in replies for refusal in reply.refusals)
    return "; ".join(list(texts)[:5])
