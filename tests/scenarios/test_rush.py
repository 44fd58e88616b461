"""What the rush makes of the answers it gets."""

from random import Random

from canonical.hashing import ZERO_DIGEST
from ledger.operations.series import SealSeries
from ledger.receipts import Status
from node.gateway.types import (
    EnvelopeReply,
    EventReply,
    ReceiptReply,
    RefusalReply,
    TransactionReply,
    TransactionStatus,
)
from node.wallet import Wallet
from scenarios.first_day.people import make_people
from scenarios.first_day.rush import Order, Rush, _note, reasons, reasons_header

SOLD_OUT = RefusalReply("E_SOLD_OUT", "R5.3", 5, "Series s is sold out.", {}, None)
LIMIT = RefusalReply("E_PURCHASE_LIMIT", "R6.2", 6, "The person of p has bought 1.", {}, None)


PERSON = make_people(1, random=Random(1))[0]
ENVELOPE = Wallet("ant", PERSON.keys, chain=ZERO_DIGEST, nonce_last=0).seal(SealSeries("s"))


def new_order():
    return Order(PERSON, "ant", ENVELOPE)


def final(*refusals, token=None):
    status = Status.REFUSED if refusals else Status.ACCEPTED
    events = () if token is None else (EventReply("transfer", {"token": token, "from": "ant", "to": "ant.p1"}),)
    receipt = ReceiptReply("00", status, refusals, events)
    return TransactionReply("00", TransactionStatus.FINAL, receipt=receipt, height=1, position=0)


def refused(*refusals):
    return TransactionReply("00", TransactionStatus.REFUSED, refusals)


def rush_of(*replies, trigger=1):
    orders = tuple(new_order() for _ in replies)
    rush = Rush(orders, trigger)
    for order, reply in zip(orders, replies, strict=True):
        rush.settle(order, reply)
    return rush


def test_an_accepted_order_has_its_token():
    rush = rush_of(final(token="s-0001"))
    assert [order.token for order in rush.winners()] == ["s-0001"]


def test_refusals_count_alike_from_the_gateway_and_from_a_block():
    rush = rush_of(refused(SOLD_OUT, LIMIT), final(SOLD_OUT))
    assert not rush.winners()
    assert [len(order.refusals) for order in rush.orders] == [2, 1]
    first, second = reasons(rush)
    assert first.split()[:4] == ["2", "x", "R5.3", "E_SOLD_OUT"]
    assert second.split()[:4] == ["1", "x", "R6.2", "E_PURCHASE_LIMIT"]


def test_more_reasons_than_refused_orders_are_explained():
    rush = rush_of(refused(SOLD_OUT, LIMIT), final(SOLD_OUT), final(token="s-0001"))
    assert reasons_header(rush) == "2 orders were refused; one order may have several reasons:"


def test_half_way_is_reached_when_enough_is_sold():
    assert not rush_of(final(token="s-0001"), final(SOLD_OUT), trigger=2).half_way.is_set()
    assert rush_of(final(token="s-0001"), final(token="s-0002"), trigger=2).half_way.is_set()


def test_an_order_without_an_answer_has_neither_token_nor_reason():
    lone = new_order()
    assert lone.token is None
    assert lone.refusals == ()


def test_pending_is_no_answer():
    lone = new_order()
    pending = EnvelopeReply((TransactionReply("00", TransactionStatus.PENDING),))
    assert not _note(Rush((lone,), 1), lone, pending)
    assert lone.reply is None
