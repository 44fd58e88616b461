"""ledger/table.py: rows are kept encoded, records within a bound, and what a block replaced is told when it ends."""

import pytest

from canonical.encoding import encode
from ledger.records.counts import GiftRecord
from ledger.table import Table


def gifts() -> Table[GiftRecord]:
    return Table("gift", GiftRecord)


def test_what_was_put_is_seen_before_and_after_the_block_ends() -> None:
    table = gifts()
    changes: list[tuple[bytes, bytes]] = []
    table.put("a", GiftRecord(1, 1))
    assert table.get("a") == GiftRecord(1, 1)
    assert [*table.rows()] == [("a", GiftRecord(1, 1))] == [*table.unsorted()]
    assert (len(table), [*table.entries()]) == (1, [])
    assert table.take_changes(changes) == {"a": None}
    assert changes == [(b"gift/a", encode(GiftRecord(1, 1)))] == [*table.entries()]
    table.put("a", GiftRecord(1, 2))
    table.put("a", GiftRecord(1, 3))
    assert (len(table), table.take_changes(changes)) == (1, {"a": encode(GiftRecord(1, 1))})
    assert table.get("a") == GiftRecord(1, 3)
    assert table.take_changes(changes) == {}


def test_no_more_records_are_kept_than_the_bound_and_none_that_a_block_put_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ledger.table.READ_MAX", 8)
    table = gifts()
    for number in range(20):
        table.put(f"{number:02d}", GiftRecord(1, number))
    for number in range(40):
        expected = GiftRecord(1, number) if number < 20 else None
        assert table.get(f"{number:02d}") == expected
        assert len(table._read) <= 20
    table.take_changes([])
    for number in range(60):
        expected = GiftRecord(1, number) if number < 20 else None
        assert table.get(f"{number:02d}") == expected
        assert len(table._read) <= 8
    assert [record.count for _, record in table.rows()] == list(range(20))


def test_an_overlay_shows_its_base_and_leaves_it_alone() -> None:
    base = gifts()
    base.put("a", GiftRecord(1, 1))
    base.take_changes([])
    base.put("b", GiftRecord(2, 2))
    over = Table("gift", GiftRecord, base)
    assert (over.get("a"), over.get("b"), over.get("c")) == (GiftRecord(1, 1), GiftRecord(2, 2), None)
    over.put("a", GiftRecord(9, 9))
    over.put("c", GiftRecord(9, 9))
    assert over.get("a") == over.get("c") == GiftRecord(9, 9)
    assert (base.get("a"), base.get("c")) == (GiftRecord(1, 1), None)


def test_a_row_that_was_asked_for_in_vain_is_there_once_it_is_put() -> None:
    table = gifts()
    assert table.get("a") is None
    table.put("a", GiftRecord(1, 1))
    assert table.get("a") == GiftRecord(1, 1)


def test_a_stored_row_is_no_change_and_what_is_none_is_named() -> None:
    table = gifts()
    load = table.loader()
    assert load("a", encode(GiftRecord(1, 1))) == GiftRecord(1, 1)
    with pytest.raises(ValueError, match="array"):
        load("b", encode("no record"))
    assert (table.get("a"), len(table), table.take_changes([])) == (GiftRecord(1, 1), 1, {})
