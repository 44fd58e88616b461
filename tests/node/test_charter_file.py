"""The charter as JSON: what is written is read, what is wrong is named."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from canonical.signing import PublicKey
from ledger.charter import Charter, Member, Role, chain_id
from node.errors import CharterUnreadable
from node.home.charter_file import CHARTER_BYTES_MAX, charter_from_json, charter_to_json, read_charter


def key(number: int) -> PublicKey:
    return PublicKey(bytes([number]) * 32)


CHARTER = Charter(
    1,
    "测试 chain",
    1_600_000_000_000,
    (
        Member("ant", "Ant Group", "蚂蚁集团", Role.PLATFORM, True, key(1), key(2)),
        Member("regulator", "Regulator", "监管方", Role.REGULATOR, False, key(3), key(4)),
    ),
    {"hold_hours_first": 2_160, "gifts_per_day": 5},
)
TEXT = charter_to_json(CHARTER)
BOUND = replace(CHARTER, policies={"pause": "ANY", "change_parameters": "ALL"}, chains=("aa" * 32, "wenchang"))


def with_change(*path: str | int, value: object) -> bytes:
    """The charter's JSON with one value replaced, or, for `...`, taken out."""
    content: Any = json.loads(TEXT)
    place = content
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(content).encode()


def test_what_was_written_is_read_and_is_the_same_chain() -> None:
    assert charter_from_json(TEXT) == CHARTER
    assert chain_id(charter_from_json(TEXT)) == chain_id(CHARTER)


def test_policies_and_chains_are_read_as_written_and_are_of_the_chain() -> None:
    assert charter_from_json(charter_to_json(BOUND)) == BOUND
    ids = {chain_id(each) for each in (CHARTER, BOUND, replace(BOUND, policies={}), replace(BOUND, chains=()))}
    assert len(ids) == 4


def test_a_charter_without_policies_and_chains_is_the_chain_it_was_before_there_were_any() -> None:
    assert "policies" not in json.loads(TEXT)
    empty = json.dumps({**json.loads(TEXT), "policies": {}, "chains": []}).encode()
    assert chain_id(charter_from_json(empty)) == chain_id(CHARTER)
    assert chain_id(CHARTER).hex() == "f4048d7230a82e380f8da623969db18ace609c670b8fe88030b0385f37aed84e"


def test_a_teacher_can_read_it() -> None:
    text = TEXT.decode()
    assert "蚂蚁集团" in text
    assert '\n      "node_key": "' + "01" * 32 + '"' in text
    assert max(map(len, text.splitlines())) < 100


def test_white_space_and_the_order_of_fields_do_not_change_the_chain() -> None:
    content = json.loads(TEXT)
    turned = dict(reversed(content.items()))
    turned["parameters"] = dict(reversed(content["parameters"].items()))
    assert chain_id(charter_from_json(json.dumps(turned).encode())) == chain_id(CHARTER)


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("version",), 2, r"version is 2; expected 1 to 1"),
        (("version",), True, "version"),
        (("version",), ..., "version is missing"),
        (("name",), "", "name must be 1 to 64"),
        (("name",), "x" * 65, "name must be 1 to 64"),
        (("name",), "a\nb", "printable"),
        (("name",), 5, "name is 5; expected text"),
        (("founded_ms",), -1, "founded_ms"),
        (("founded_ms",), 1.5, "founded_ms"),
        (("founded_ms",), 2**53, "founded_ms"),
        (("members",), {}, "members"),
        (("members",), [], "at least one must vote"),
        (("members", 0), 7, r"members\[0\] is no object"),
        (("members", 0, "id"), "Ant", r"members\[0\]\.id is 'Ant'"),
        (("members", 0, "id"), "ant\n", r"members\[0\]\.id"),
        (("members", 0, "id"), "a" * 33, r"members\[0\]\.id"),
        (("members", 0, "id"), "a.b", r"members\[0\]\.id"),
        (("members", 1, "id"), "ant", r"members\[1\]\.id is 'ant' again"),
        (("members", 0, "role"), "king", r"members\[0\]\.role is 'king'; expected one of platform"),
        (("members", 0, "votes"), 1, r"members\[0\]\.votes"),
        (("members", 0, "votes"), False, "at least one must vote"),
        (("members", 0, "node_key"), "01" * 31, r"members\[0\]\.node_key .* 64 lower-case hex"),
        (("members", 0, "node_key"), "0A" * 32, r"members\[0\]\.node_key"),
        (("members", 0, "node_key"), "\u0661" * 64, r"members\[0\]\.node_key"),
        (("members", 0, "node_key"), "03" * 32, r"members\[1\]\.node_key stands in the charter twice"),
        (("members", 0, "operator_key"), "01" * 32, r"members\[0\]\.operator_key stands in the charter twice"),
        (("members", 0, "operator_key"), ..., r"members\[0\]\.operator_key is missing"),
        (("members", 0, "shoe_size"), 42, r"members\[0\]\.shoe_size is no field"),
        (("parameters",), [], "parameters"),
        (("parameters", "gifts_per_day"), -1, "gifts_per_day"),
        (("parameters", "gifts_per_day"), "3", "gifts_per_day"),
        (("parameters", "gift_per_day"), 3, "gift_per_day"),
        (("extra",), 1, "extra is no field"),
        (("policies",), [], r"policies is \[\]; expected an object of policies"),
        (("policies",), {"pauses": "ANY"}, r"policies: 'pauses' is no kind of decision; there are: change_parameters"),
        (("policies",), {"pause": "most"}, r"policies: policies\.pause is 'most'; expected ANY, MAJORITY"),
        (("policies",), {"pause": 2}, r"policies\.pause is 2; expected a policy"),
        (("policies",), {"pause": "SELF"}, r"policies\.pause is SELF, but it concerns no one member"),
        (("policies",), {"pause": "2"}, r"policies\.pause is 2, and 1 members vote; write FORBIDDEN"),
        (("chains",), {}, r"chains is {}; expected a list of chain ids"),
        (("chains",), ["a/b"], r"chains\[0\] is 'a/b'; expected a chain id, 64 digits in hex"),
        (("chains",), ["a", 7], r"chains\[1\] is 7"),
        (("chains",), ["a", "b", "a"], r"chains\[2\] is 'a' again"),
        (("chains",), [f"c{number}" for number in range(65)], "chains has 65 entries; at most 64"),
    ],
)
def test_what_is_wrong_is_named(path: tuple[str | int, ...], value: object, named: str) -> None:
    with pytest.raises(CharterUnreadable, match=named):
        charter_from_json(with_change(*path, value=value))


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON in UTF-8"),
        (b"[1]", "the charter is no object"),
        (b"[" * 100_000, "not JSON"),
        (TEXT[:-3], "not JSON"),
        (TEXT.replace(b'"version": 1,', b'"version": 1, "version": 1,'), "'version' stands twice"),
        (TEXT.replace(b": 1600000000000", b": NaN"), "NaN is no JSON"),
        (b" " * (CHARTER_BYTES_MAX + 1), "at most"),
    ],
)
def test_what_is_no_charter_is_refused(content: bytes, named: str) -> None:
    with pytest.raises(CharterUnreadable, match=named):
        charter_from_json(content)


def test_a_file_is_named_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "charter.json"
    with pytest.raises(CharterUnreadable, match=rf"{path}: the charter cannot be read"):
        read_charter(path)
    path.write_bytes(with_change("name", value=5))
    with pytest.raises(CharterUnreadable, match=rf"{path}: name is 5.*copy the consortium's charter"):
        read_charter(path)
