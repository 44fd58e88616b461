"""What is wrong with a body is said with the field's name, for every field of every operation."""

import copy
from typing import Any

import msgspec
import pytest

from ledger.envelope import Transaction
from ledger.operations.table import OPERATION_TYPES
from node.gateway.field_names import with_names
from node.gateway.types import Envelopes
from tests.ledger.test_operations import EXAMPLES
from tests.ledger.world import World

decode = msgspec.json.Decoder(Envelopes).decode


def plain(*transactions: Transaction) -> Any:
    """One envelope in a body, as lists."""
    return msgspec.json.decode(msgspec.json.encode([World().seal("ant", *transactions)]))


def said_of(body: Any) -> str:
    """What the decoder says, with names."""
    with pytest.raises(msgspec.ValidationError) as refused:
        decode(msgspec.json.encode(body))
    return with_names(str(refused.value), body, Envelopes)


@pytest.mark.parametrize("operation", EXAMPLES, ids=lambda each: each.__struct_config__.tag)
def test_a_wrong_field_of_an_operation_is_named(operation):
    right = plain(Transaction(1, 0, EXAMPLES[0]), Transaction(2, 0, operation))
    tag = operation.__struct_config__.tag
    for place, name in enumerate(operation.__struct_fields__, start=1):
        wrong = copy.deepcopy(right)
        wrong[0][2][1][2][place] = {}
        assert said_of(wrong).endswith(f" - at `[0].transactions[1].operation.{tag}.{name}`")


def test_every_operation_has_an_example():
    assert {type(each) for each in EXAMPLES} == set(OPERATION_TYPES)


def put(body: Any, value: Any, *places: int) -> Any:
    """The body with another value at a place."""
    inner = body
    for place in places[:-1]:
        inner = inner[place]
    inner[places[-1]] = value
    return body


@pytest.mark.parametrize(
    ("places", "value", "where"),
    [
        ((0, 0), "Bad Name", "[0].account"),
        ((0, 3), "", "[0].signature"),
        ((0, 2), [], "[0].transactions"),
        ((0, 2, 0, 0), -1, "[0].transactions[0].nonce"),
        ((0, 2, 0, 1), "soon", "[0].transactions[0].deadline_ms"),
        ((0, 2, 0, 3), "a b", "[0].transactions[0].idempotency_key"),
        ((0, 2, 0, 2, 0), "list_for_sale", "[0].transactions[0].operation[0]"),
        ((0, 2, 0, 2, 7, 0, 1), "", "[0].transactions[0].operation.create_series.anchors[0].reference"),
        ((0, 2, 0, 2, 8, 1), 7, "[0].transactions[0].operation.create_series.disclosure.rights"),
    ],
)
def test_a_wrong_place_is_named_however_deep_it_lies(places, value, where):
    series = next(each for each in EXAMPLES if each.__struct_config__.tag == "create_series")
    assert said_of(put(plain(Transaction(1, 0, series)), value, *places)).endswith(f" - at `{where}`")


@pytest.mark.parametrize("body", [[], {}, None, "x", 7, [[]], [[1, 2, 3, 4]], [[["a"], {}, [[[]]], None]]])
def test_whatever_is_sent_is_answered_in_words(body):
    assert said_of(body)


@pytest.mark.parametrize("error", ["", "no place", "at `$[0][99][7][1]`", "at `$[5]`", "at `$[0][2][0][2][9][9][9]`"])
def test_a_place_that_is_nowhere_in_the_body_raises_nothing(error):
    bodies: tuple[Any, ...] = (plain(Transaction(1, 0, EXAMPLES[0])), [], None, 7)
    for body in bodies:
        assert isinstance(with_names(error, body, Envelopes), str)
