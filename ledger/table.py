"""One table of the state: rows of one record type by name, and what a block changed in them.

Records stay decoded, since rules read a record far more often than a block writes one; encoding happens once for each
record a block changed, when the block ends.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from canonical.encoding import Malformed, Reader, encode
from ledger.records.record import Record

VALUE_BYTES_MAX = 1 << 16
"""Longer than any record can be: a series with eight anchors of 500 four-byte characters has 18 kB."""

R = TypeVar("R", bound=Record)


class Table(Generic[R]):
    """Rows of one record type by name."""

    __slots__ = ("_base", "_changed", "_rows", "get", "name", "record_type")

    def __init__(self, name: str, record_type: type[R], base: "Table[R] | None" = None) -> None:
        """Make an empty table, or one that shows the rows of `base` until they are put here."""
        self.name = name
        self._rows: dict[str, R] = {}
        self._changed: dict[str, R | None] = {}
        self._base = base
        self.get: Callable[[str], R | None] = self._rows.get if base is None else self._get_through
        """The record of a row, if there is one: the dictionary's own method, since rules ask for nothing more often."""
        self.record_type = record_type

    def _get_through(self, row: str) -> R | None:
        found = self._rows.get(row)
        if found is None and self._base is not None:
            return self._base.get(row)
        return found

    def put(self, row: str, record: R) -> None:
        """Make `record` the row's record, and the row a change of this block."""
        if row not in self._changed:
            self._changed[row] = self._rows.get(row)
        self._rows[row] = record

    def rows(self) -> Iterator[tuple[str, R]]:
        """All rows of a table without base, sorted by name."""
        assert self._base is None, "an overlay is asked for single rows"
        return iter(sorted(self._rows.items(), key=lambda item: item[0]))

    def unsorted(self) -> Iterable[tuple[str, R]]:
        """All rows of a table without base, in no order: for indexes that sort what they keep."""
        assert self._base is None, "an overlay is asked for single rows"
        return self._rows.items()

    def changed(self) -> Iterator[tuple[str, R]]:
        """The rows put in this block so far, in the order in which they were first put."""
        rows = self._rows
        return ((row, rows[row]) for row in self._changed)

    def __len__(self) -> int:
        """Rows in a table without base."""
        return len(self._rows)

    def take_changes(self) -> list[tuple[bytes, bytes]]:
        """Key and encoded record of every row put in this block; the order is the caller's business."""
        prefix, rows = f"{self.name}/", self._rows
        return [((prefix + row).encode(), encode(rows[row])) for row in self._changed]

    def take_before(self) -> dict[str, R | None]:
        """What stood in each row put since the last call, None where nothing did; begins the next block."""
        before, self._changed = self._changed, {}
        return before

    def loader(self) -> Callable[[str, bytes], str | None]:
        """What puts a stored row without making it a change, and says what is wrong with its value, if anything."""
        reader = Reader(self.record_type, size_max=VALUE_BYTES_MAX)

        def load(row: str, value: bytes) -> str | None:
            record = reader.read(value)
            if isinstance(record, Malformed):
                return record.detail
            self._rows[row] = record
            return None

        return load
