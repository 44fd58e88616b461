"""The load generator's process: makes the world, offers loads, and says what became of them.

Open loop: a transaction has its moment, and whether earlier ones were answered changes nothing about it. A request
carries whatever is due at one gateway at one tick, so that HTTP is not what is measured; its transactions' clocks began
at their own moments, not at the tick.

    python -m benchmarks.generator          orders on standard input, answers on standard output (benchmarks/orders.py)
"""

import asyncio
import importlib
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

import msgspec

from benchmarks.connection import Gateway
from benchmarks.loading import Loading
from benchmarks.orders import Answer, Failed, Load, Loaded, Measured, Measuring, Open, Opened, Order
from benchmarks.world import SIGNED_TOGETHER, Exhausted, World
from ledger.charter import Charter, Role, chain_id
from ledger.envelope import Envelope
from ledger.operations.table import Operation
from ledger.receipts import Status
from node.client import Client, ClientFault
from node.gateway.records import TokenReply
from node.gateway.types import StatusReply, TransactionReply
from node.home.charter_file import read_charter
from node.home.home import CHARTER_FILE, KEY_FILE, read_member_keys
from node.wallet import Wallet

ENVELOPES_PER_REQUEST = 5
"""While the world is made."""

SETTLE_TIMEOUT_S = 60.0
"""How long the consortium may take to work off what a load left behind."""

SETTLE_EVERY_S = 0.1


class Generator:
    """Obeys one runner."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._world: World | None = None
        self._gateways: dict[str, Gateway] = {}

    async def obey(self, order: Order) -> None:
        """Carry an order out and answer."""
        match order:
            case Open():
                say(await self._open(order))
            case Load():
                say(await self._load(order))

    # The world

    async def _open(self, order: Open) -> Opened:
        began = time.monotonic()
        directory = Path(order.directory)
        charter = read_charter(directory / CHARTER_FILE)
        platforms = [each.id for each in charter.voters() if each.role is Role.PLATFORM]
        registrar = next(each.id for each in charter.members if each.role is Role.REGISTRAR)
        self._gateways = {member: Gateway(url) for member, url in order.gateways.items()}
        world = World(pairs=order.pairs, platforms=platforms, chain=chain_id(charter), random=Random(order.seed))
        wallets = {member: _operator(directory, charter, member) for member in {*platforms, registrar}}
        urls = list(order.gateways.values())
        clients = {member: Client([order.gateways.get(member, urls[0]), *urls]) for member in wallets}
        for member, operations in world.opening(registrar):
            await _carry_out(clients[member], [wallets[member].seal(*operations)])
        for signed in (world.registrations(), world.sales()):
            done = await asyncio.gather(
                *(_carry_out(clients[member], _bundles(wallets[member], each)) for member, each in signed.items())
            )
        for reply in (reply for replies in done for reply in replies):
            self._note_sale(world, reply)
        for client in clients.values():
            await client.close()
        self._world = world
        return Opened(round(time.monotonic() - began, 2), world.tokens, 2 * order.pairs)

    @staticmethod
    def _note_sale(world: World, reply: TransactionReply) -> None:
        assert reply.receipt is not None, "a final transaction has its receipt"
        sold = next(event.params for event in reply.receipt.events if event.name == "transfer")
        world.note_sale(sold["to"], sold["token"])

    # The load

    async def _load(self, order: Load) -> Loaded:
        assert self._world is not None, "the world is opened first"
        loading = Loading(order, self._world, self._gateways)
        await loading.run(on_begin=lambda: say(Measuring()), on_end=lambda: say(Measured()))
        await self._settle()
        await self._look_up(loading)
        return loading.result()

    async def _settle(self) -> None:
        """Wait until no gateway has anything left to order."""
        deadline = time.monotonic() + SETTLE_TIMEOUT_S
        while time.monotonic() < deadline:
            left = 0
            for gateway in self._gateways.values():
                status, body = await gateway.get("/v1/status")
                left += msgspec.msgpack.decode(body, type=StatusReply).pool if status == 200 else 1
            if not left:
                return
            await asyncio.sleep(SETTLE_EVERY_S)
        raise ClientFault(f"the consortium had not worked off its pools after {SETTLE_TIMEOUT_S:.0f} s")

    async def _look_up(self, loading: Loading) -> None:
        """Ask who owns the tokens of gifts whose outcome is unclear, so that the next load begins from what is."""
        assert self._world is not None, "the world is opened first"
        for gift in loading.unclear:
            pair = self._world.pairs[gift.pair]
            for place in gift.places:
                status, body = await self._gateways[pair.platform].get(f"/v1/tokens/{pair.tokens[place]}")
                if status == 200:
                    self._world.note_owner(gift, place, msgspec.msgpack.decode(body, type=TokenReply).owner)


def say(answer: Answer) -> None:
    """Answer the runner."""
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


def _operator(directory: Path, charter: Charter, member: str) -> Wallet:
    chartered = charter.member(member)
    assert chartered is not None, f"{member} is a member"
    keys = read_member_keys(directory / member / KEY_FILE, chartered, passphrase=None)
    return Wallet(member, keys.operator, chain=chain_id(charter))


def _bundles(wallet: Wallet, operations: Sequence[Operation]) -> list[Envelope]:
    return [
        wallet.seal(*operations[first : first + SIGNED_TOGETHER])
        for first in range(0, len(operations), SIGNED_TOGETHER)
    ]


async def _carry_out(client: Client, envelopes: Sequence[Envelope]) -> list[TransactionReply]:
    """Have envelopes finalised, in their order.

    Raises: ClientFault, also for a transaction that was ordered and refused: the world would not be as planned.
    """
    replies: list[TransactionReply] = []
    for first in range(0, len(envelopes), ENVELOPES_PER_REQUEST):
        replies += await client.finalise(*envelopes[first : first + ENVELOPES_PER_REQUEST], timeout_ms=60_000)
    for reply in replies:
        if reply.receipt is None or reply.receipt.status is not Status.ACCEPTED:
            raise ClientFault(f"the world could not be made: {reply}")
    return replies


async def _obey_all() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    generator = Generator()
    read = msgspec.json.Decoder(Order)
    while line := await reader.readline():
        try:
            await generator.obey(read.decode(line))
        except (ClientFault, Exhausted) as fault:
            say(Failed(str(fault)))
            return


def main() -> None:
    """Obey until standard input ends."""
    with suppress(ImportError):
        importlib.import_module("uvloop").install()
    asyncio.run(_obey_all())


if __name__ == "__main__":
    main()
