"""The client: which bytes go where, and which of four words a caller is told."""

import json

import httpx
import msgspec
import pytest

from canonical.hashing import Digest
from node import client as client_module
from node.client import Client, Indefinite, Refused, Unavailable
from node.gateway.types import (
    MESSAGE_PACK,
    EnvelopeReply,
    SubmitReply,
    TransactionReply,
    TransactionStatus,
    Unavailability,
)
from node.wallet import Wallet
from tests.node.one_member import PERSON_KEYS, person_account

ENVELOPE = Wallet("ant", PERSON_KEYS, chain=Digest(b"c" * 32), nonce_last=0).seal(person_account("li"))


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(client_module, "PAUSE_MS_MAX", 0)


def replied(status: TransactionStatus, **extra) -> httpx.Response:
    reply = SubmitReply((EnvelopeReply((TransactionReply("ab", status),), **extra),))
    return httpx.Response(200, content=msgspec.msgpack.encode(reply), headers={"content-type": MESSAGE_PACK})


def problem(status: int) -> httpx.Response:
    content = {"type": "about:blank", "title": "t", "status": status, "detail": "why", "code": "c", "cure": "so"}
    return httpx.Response(status, content=json.dumps(content))


class Gateways:
    """Answers by host, from a list each; notes who was asked what."""

    def __init__(self, **answers):
        self.answers: dict[str, list[httpx.Response | Exception]] = answers
        self.asked: list[tuple[str, bytes]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url.host, request.content))
        queue = self.answers[request.url.host]
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self) -> Client:
        return Client([f"http://{host}" for host in self.answers], transport=httpx.MockTransport(self))


async def test_lost_connection_sends_the_same_bytes_to_the_next_gateway():
    gateways = Gateways(one=[httpx.ReadError("lost")], two=[replied(TransactionStatus.FINAL)])
    async with gateways.client() as client:
        (reply,) = await client.finalise(ENVELOPE)
        assert reply.status is TransactionStatus.FINAL
        (first, bytes_first), (second, bytes_second) = gateways.asked
        assert (first, second) == ("one", "two")
        assert bytes_first == bytes_second == msgspec.msgpack.encode([ENVELOPE])
        await client.finalise(ENVELOPE)
        assert gateways.asked[-1][0] == "two"


async def test_full_gateway_passes_to_the_next():
    gateways = Gateways(one=[problem(503)], two=[replied(TransactionStatus.FINAL)])
    async with gateways.client() as client:
        await client.finalise(ENVELOPE)
    assert [host for host, _ in gateways.asked] == ["one", "two"]


async def test_nobody_reached_is_unavailable():
    gateways = Gateways(one=[httpx.ConnectError("refused")], two=[problem(503)])
    async with gateways.client() as client:
        with pytest.raises(Unavailable):
            await client.submit([ENVELOPE])
    assert len(gateways.asked) == 2 * client_module.ROUNDS


@pytest.mark.parametrize("answer", [httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut"), problem(500)])
async def test_sent_without_an_answer_is_indefinite(answer):
    gateways = Gateways(one=[answer, httpx.ConnectError("down")])
    async with gateways.client() as client:
        with pytest.raises(Indefinite):
            await client.submit([ENVELOPE])


async def test_read_without_an_answer_is_unavailable():
    gateways = Gateways(one=[httpx.ReadTimeout("slow")])
    async with gateways.client() as client:
        with pytest.raises(Unavailable):
            await client.status()


async def test_request_that_is_wrong_is_refused_and_not_repeated():
    gateways = Gateways(one=[problem(400)])
    async with gateways.client() as client:
        with pytest.raises(Refused, match="why"):
            await client.submit([ENVELOPE])
    assert len(gateways.asked) == 1


async def test_refused_by_rules_carries_the_replies():
    gateways = Gateways(one=[replied(TransactionStatus.REFUSED)])
    async with gateways.client() as client:
        with pytest.raises(Refused) as caught:
            await client.finalise(ENVELOPE)
    assert [reply.id for reply in caught.value.replies] == ["ab"]


async def test_still_pending_at_the_end_is_indefinite_and_names_the_ids():
    gateways = Gateways(one=[replied(TransactionStatus.PENDING)])
    async with gateways.client() as client:
        with pytest.raises(Indefinite) as caught:
            await client.finalise(ENVELOPE, timeout_ms=0)
    assert caught.value.ids == ("ab",)


async def test_pending_is_asked_again_until_it_is_final():
    gateways = Gateways(one=[replied(TransactionStatus.PENDING), replied(TransactionStatus.FINAL)])
    async with gateways.client() as client:
        (reply,) = await client.finalise(ENVELOPE)
    assert reply.status is TransactionStatus.FINAL
    assert len(gateways.asked) == 2


async def test_no_room_until_the_end_is_unavailable():
    full = Unavailability("full", 1)
    gateways = Gateways(one=[replied(TransactionStatus.UNAVAILABLE, unavailable=full)])
    async with gateways.client() as client:
        with pytest.raises(Unavailable):
            await client.finalise(ENVELOPE, timeout_ms=0)


class TestWallet:
    def test_nonces_are_dense_so_that_order_is_free_within_the_window(self):
        wallet = Wallet("ant", PERSON_KEYS, chain=Digest(b"c" * 32), nonce_last=40)
        envelope = wallet.seal(person_account("a"), person_account("b"))
        later = wallet.seal(person_account("c"))
        assert [each.nonce for each in (*envelope.transactions, *later.transactions)] == [41, 42, 43]

    def test_wallet_without_memory_begins_above_what_one_before_it_used(self):
        chain = Digest(b"c" * 32)
        before = Wallet("ant", PERSON_KEYS, chain=chain).seal(person_account("a"))
        after = Wallet("ant", PERSON_KEYS, chain=chain, nonce_last=None).seal(person_account("a"))
        assert after.transactions[0].nonce >= before.transactions[0].nonce > 1_600_000_000_000

    def test_equal_operations_are_different_transactions(self):
        wallet = Wallet("ant", PERSON_KEYS, chain=Digest(b"c" * 32), nonce_last=0)
        assert wallet.ids(wallet.seal(person_account("a"))) != wallet.ids(wallet.seal(person_account("a")))
