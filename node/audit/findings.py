"""What an audit found, row by row."""

from dataclasses import dataclass, field

FINDINGS_MAX = 100
"""More are counted but not kept: who edits a thousand rows needs no list of them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A place in the database that does not follow from the chain."""

    table: str
    row: str
    """The row's key as `column=value`; empty where the table itself is meant."""
    column: str
    """The column that was altered; empty where the whole row is missing or should not be there."""
    message: str
    """What is wrong with it."""

    def __str__(self) -> str:
        """As one line: `blocks height=12, column header: ...`."""
        place = f"{self.table} {self.row}".rstrip()
        return f"{place}, column {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


@dataclass(slots=True)
class Findings:
    """Collects findings, and answers whether a place was reported already, so that one edit is one finding."""

    kept: list[Finding] = field(default_factory=list)
    count: int = 0
    """All, also those beyond `FINDINGS_MAX`."""
    _tables: set[str] = field(default_factory=set)
    _rows: set[tuple[str, str]] = field(default_factory=set)

    def add(self, table: str, row: str, column: str, message: str) -> None:
        """Note a finding."""
        self.count += 1
        self._tables.add(table)
        if len(self.kept) < FINDINGS_MAX:
            self.kept.append(Finding(table, row, column, message))
            self._rows.add((table, row))

    def has(self, table: str, row: str | None = None) -> bool:
        """Whether there is a finding in this table, or for this very row."""
        return table in self._tables if row is None else (table, row) in self._rows
