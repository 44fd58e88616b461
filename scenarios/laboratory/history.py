"""Histories of transfers from files: CSV with a header, plain or gzipped, read strictly.

Columns `token`, `from`, `to` and a time: `at_ms` (Unix milliseconds), or `hour_utc` (`2017-06-23T21:00:00Z`) where the
source knows no more than the hour; rows of an hour then keep the order of the file. `token` may be called `token_id`.
Other columns are passed over. Time never runs back from row to row.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scenarios.errors import HistoryUnreadable
from scenarios.laboratory.transfer import Transfer

HISTORY_FILE = Path(__file__).parents[1] / "data" / "transfers.csv"
"""The history that comes with Quorate: an extract of a real one. Source and licence stand beside it in SOURCES.md."""

LABELS_FILE = Path(__file__).parents[1] / "data" / "round_trips.csv"
"""Round trips in that history: weak labels from a rule, not from anybody who knows."""

WRAPPER = "wrapper"
"""Who in that history only keeps things for others: a contract that wraps them."""

BYTES_MAX = 64 << 20
"""Of a file once it is unpacked."""

ROWS_MAX = 1_000_000
NAME_LENGTH_MAX = 64
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class History:
    """What was read."""

    name: str
    """Of the file."""
    transfers: tuple[Transfer, ...]
    """In order."""
    passed_over: int
    """Rows that name no receiver or giver, name the same twice, or name somebody who was to be left out."""


@dataclass(frozen=True, slots=True)
class Label:
    """Somebody says that a token's transfers in a span of time belong to a pattern."""

    token: str
    pattern: str
    first_ms: int
    last_ms: int
    """End of the last transfer's hour."""


def read_history(path: Path, *, without: frozenset[str] = frozenset()) -> History:
    """Read the history at `path`; transfers from or to accounts in `without` are passed over.

    Leave out who only keeps things for others (an exchange, a wrapping contract): he is no owner.

    Raises: HistoryUnreadable naming the file, the row, the column, and what is expected there.
    """
    transfers: list[Transfer] = []
    passed_over = within_hour = 0
    hour_ms = -1
    for number, row in _rows(path, ("from", "to"), ("token", "token_id"), ("at_ms", "hour_utc")):
        token = row.get("token") or row.get("token_id") or ""
        if not token or len(token) > NAME_LENGTH_MAX:
            raise HistoryUnreadable(f"{path}, row {number}, column token: expected 1 to {NAME_LENGTH_MAX} characters")
        if "at_ms" in row:
            at_ms = _whole_number(path, number, row["at_ms"])
        else:
            this_hour_ms = _hour(path, number, "hour_utc", row["hour_utc"])
            within_hour = within_hour + 1 if this_hour_ms == hour_ms else 0
            hour_ms = this_hour_ms
            at_ms = hour_ms + within_hour
        if transfers and at_ms < transfers[-1].at_ms:
            raise HistoryUnreadable(f"{path}, row {number}: it is earlier than the row before; sort the rows by time")
        giver, receiver = row["from"], row["to"]
        for column, name in (("from", giver), ("to", receiver)):
            if len(name) > NAME_LENGTH_MAX:
                raise HistoryUnreadable(
                    f"{path}, row {number}, column {column}: expected at most {NAME_LENGTH_MAX} characters"
                )
        if not giver or not receiver or giver == receiver or giver in without or receiver in without:
            passed_over += 1
            continue
        transfers.append(Transfer(at_ms, token, giver, receiver))
    if not transfers:
        raise HistoryUnreadable(f"{path}: no row is a transfer from one to another")
    return History(path.name, tuple(transfers), passed_over)


def read_labels(path: Path) -> tuple[Label, ...]:
    """Read labels: columns `token` or `token_id`, `pattern`, `start_time_utc` and `end_time_utc` (`2017-06-28T03`).

    Raises: HistoryUnreadable naming the file, the row, the column, and what is expected there.
    """
    return tuple(
        Label(
            row.get("token") or row.get("token_id") or "",
            row["pattern"],
            _hour(path, number, "start_time_utc", row["start_time_utc"]),
            _hour(path, number, "end_time_utc", row["end_time_utc"]) + HOUR_MS - 1,
        )
        for number, row in _rows(path, ("pattern",), ("token", "token_id"), ("start_time_utc",), ("end_time_utc",))
    )


def _rows(path: Path, *needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its number in the file; of the first tuple every column must be there, of each other one."""
    every, *one_of = needed
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    header: list[str] | None = None
    try:
        for number, cells in enumerate(reader, start=1):
            if header is None:
                header = cells
                missing = [name for name in every if name not in header]
                missing += [" or ".join(names) for names in one_of if not any(name in header for name in names)]
                if missing:
                    raise HistoryUnreadable(f"{path}, row 1: the header has no column {', '.join(missing)}")
                continue
            if len(cells) != len(header):
                raise HistoryUnreadable(f"{path}, row {number}: {len(cells)} cells, but the header has {len(header)}")
            if number > ROWS_MAX:
                raise HistoryUnreadable(f"{path}: more than {ROWS_MAX} rows; give a part of it")
            yield number, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise HistoryUnreadable(f"{path}: this is no CSV ({error})") from error
    if header is None:
        raise HistoryUnreadable(f"{path}: the file is empty; the first row names the columns")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            data = file.read(BYTES_MAX + 1)
        if len(data) > BYTES_MAX:
            raise HistoryUnreadable(f"{path}: more than {BYTES_MAX >> 20} MiB; give a part of it")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise HistoryUnreadable(f"{path}: this is no text in UTF-8 ({error.reason})") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise HistoryUnreadable(f"{path}: the gzip file is damaged ({error})") from error
    except OSError as error:
        raise HistoryUnreadable(f"{path}: the file cannot be read ({error.strerror})") from error


def _whole_number(path: Path, number: int, written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) <= 15):
        raise HistoryUnreadable(f"{path}, row {number}, column at_ms: {written!r:.40} is no time in Unix milliseconds")
    return int(written)


def _hour(path: Path, number: int, column: str, written: str) -> int:
    try:
        moment = datetime.strptime(written[:13], "%Y-%m-%dT%H").replace(tzinfo=UTC)
    except ValueError as error:
        expected = "expected an hour like 2017-06-23T21:00:00Z"
        raise HistoryUnreadable(f"{path}, row {number}, column {column}: {written!r:.40}; {expected}") from error
    return int(moment.timestamp()) * 1_000
