"""Catalogues of real works: CSV files in which a row is a museum object, read strictly.

A work's content, as far as the chain is concerned, is its catalogue record: one canonical encoding of the row, whose
SHA-256 is registered. So whoever has the catalogue can recompute what the registrar put on the chain.
"""

import csv
import io
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from canonical.encoding import encode
from canonical.hashing import Digest
from scenarios.errors import CatalogueUnreadable

CATALOGUE_FILE = Path(__file__).parent / "data" / "works.csv"
"""The works that come with Quorate; their sources and licences stand beside them in SOURCES.md."""

COLUMNS = (
    "catalogue",
    "record",
    "title",
    "creator",
    "creator_life",
    "date",
    "period",
    "materials",
    "accession_number",
    "credit_line",
    "holder",
    "licence",
)
"""The header row, in this order."""

REQUIRED = frozenset({"catalogue", "record", "title", "creator", "holder", "licence"})
"""Columns that no row leaves empty; `unknown` is a creator."""

CATALOGUE_BYTES_MAX = 8 << 20
"""Ten times a catalogue of a thousand rows."""

WORKS_MAX = 10_000
"""Rows of a catalogue."""

LENGTH_MAX = {"catalogue": 8, "title": 200, "creator": 200, "holder": 200}
"""Characters, where the ledger's own bounds are the tighter ones; other cells may have 500."""

_CELL_LENGTH_MAX = 500
_WORK_ID_LENGTH_MAX = 48


@dataclass(frozen=True, slots=True)
class Work:
    """One row of a catalogue."""

    id: str
    """What the ledger calls it: catalogue and record number, lower-case."""
    title: str
    creator: str
    date: str
    """As the museum writes it; may be empty."""
    period: str
    """Dynasty or period; may be empty."""
    holder: str
    licence: str
    """Of the record."""
    source: str
    """One line that says where the entry comes from."""
    content_hash: Digest
    """SHA-256 of the canonical encoding of all cells in the order of `COLUMNS`."""


def read_works(path: Path = CATALOGUE_FILE, *, count_min: int = 1) -> tuple[Work, ...]:
    """Read a catalogue of at least `count_min` works.

    Raises: CatalogueUnreadable.
    """
    try:
        with path.open("rb") as file:
            data = file.read(CATALOGUE_BYTES_MAX + 1)
    except OSError as error:
        raise CatalogueUnreadable(
            f"{path}: the works file cannot be read ({error.strerror}). Nothing was started."
            " What to do: give the path of a CSV file that you may read, or leave --works out."
        ) from error
    try:
        return works_from_csv(data, count_min=count_min)
    except CatalogueUnreadable as error:
        raise CatalogueUnreadable(
            f"{path}: {error}. Nothing was started. What to do: correct it there; the columns are {','.join(COLUMNS)}."
        ) from error


def works_from_csv(data: bytes, *, count_min: int = 1) -> tuple[Work, ...]:
    """Read the content of a catalogue file.

    Raises: CatalogueUnreadable naming row and column; rows are counted from 1, the header row included.
    """
    if len(data) > CATALOGUE_BYTES_MAX:
        raise CatalogueUnreadable(f"more than {CATALOGUE_BYTES_MAX} bytes; a catalogue is smaller")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise CatalogueUnreadable(f"row {row}: not UTF-8 (byte {error.start} of the file)") from error
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    works: list[Work] = []
    first_seen: dict[object, int] = {}
    try:
        header = next(rows, [])
        _check_header(header)
        for number, cells in enumerate(rows, start=2):
            if len(works) == WORKS_MAX:
                raise CatalogueUnreadable(f"row {number}: more than {WORKS_MAX} works")
            work = _work(number, cells)
            for key, what in ((work.id, "columns catalogue and record"), (work.content_hash, "every column")):
                if key in first_seen:
                    raise CatalogueUnreadable(f"row {number}, {what}: the same as in row {first_seen[key]}")
                first_seen[key] = number
            works.append(work)
    except csv.Error as error:
        raise CatalogueUnreadable(f"row {len(works) + 2}: not CSV ({error})") from error
    if len(works) < count_min:
        raise CatalogueUnreadable(f"{len(works)} works; at least {count_min} are needed")
    return tuple(works)


def _check_header(header: list[str]) -> None:
    for place, (found, expected) in enumerate(zip(header, COLUMNS, strict=False), start=1):
        if found != expected:
            raise CatalogueUnreadable(f"row 1, column {place}: the header says {found!r:.60}, expected {expected!r}")
    if len(header) < len(COLUMNS):
        raise CatalogueUnreadable(f"row 1: column {COLUMNS[len(header)]!r} is missing")
    if len(header) > len(COLUMNS):
        raise CatalogueUnreadable(f"row 1: {header[len(COLUMNS)]!r:.60} is no column of a works file")


def _work(number: int, cells: list[str]) -> Work:
    if len(cells) != len(COLUMNS):
        raise CatalogueUnreadable(f"row {number}: {len(cells)} cells, expected {len(COLUMNS)}")
    row = dict(zip(COLUMNS, cells, strict=True))
    for column, cell in row.items():
        _check_cell(f"row {number}, column {column}", column, cell)
    work_id = re.sub(r"[^a-z0-9]+", "-", f"{row['catalogue']}-{row['record']}".lower()).strip("-")
    if not 1 <= len(work_id) <= _WORK_ID_LENGTH_MAX:
        raise CatalogueUnreadable(f"row {number}, column record: gives no name of 1 to {_WORK_ID_LENGTH_MAX} letters")
    return Work(
        id=work_id,
        title=row["title"],
        creator=row["creator"],
        date=row["date"],
        period=row["period"],
        holder=row["holder"],
        licence=row["licence"],
        source=_source(row),
        content_hash=Digest(sha256(encode(tuple(cells))).digest()),
    )


def _source(row: dict[str, str]) -> str:
    line = f"{row['holder']}, {row['accession_number'] or row['record']}; record under {row['licence']}"
    return line[:_CELL_LENGTH_MAX]


def _check_cell(place: str, column: str, cell: str) -> None:
    most = LENGTH_MAX.get(column, _CELL_LENGTH_MAX)
    if len(cell) > most:
        raise CatalogueUnreadable(f"{place}: {len(cell)} characters, at most {most} are accepted")
    if column in REQUIRED and not cell.strip():
        raise CatalogueUnreadable(f"{place}: empty, and every work has one")
    if not cell.isprintable():
        raise CatalogueUnreadable(f"{place}: holds a control character")
