"""The trace: one JSON object a line, one line an event, in the schema that simulation, tests and console share.

It is written beside the protocol and never read by it. A turn's lines leave in one system call, so that a process
killed a moment later has still said what it did; a full disk stops the trace and nothing else.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

TRACE_BYTES_MAX = 64 << 20
"""A trace file is closed and set aside when it reaches this size; with the one set aside before, 128 MiB a member."""


class TraceLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One event at one member, as it stands in the file."""

    time_ms: int
    """Unix milliseconds of the turn, by the member's own clock."""
    replica: int
    """The member's number in the committee."""
    role: str
    """"primary" or "backup" in `view`."""
    view: int
    stable: int
    """The low watermark h."""
    executed: int
    """The last block executed."""
    high: int
    """The high watermark H."""
    event: str
    """What happened, in the protocol's words."""
    effects: tuple[str, ...]
    """What followed from it, in order."""
    cause: str
    """What led here, for instance the sender and kind of a message; empty where nothing did."""


class Trace:
    """Appends trace lines to a file of bounded size."""

    def __init__(self, path: Path | None, *, bytes_max: int = TRACE_BYTES_MAX) -> None:
        """Append to `path`, or drop everything where it is None."""
        self.dropped = 0
        """Lines that were not written: the trace is off, or the disk refused them."""
        self._path = path
        self._bytes_max = bytes_max
        self._encoder = msgspec.json.Encoder()
        self._file = None if path is None else self._open(path)
        self._size_bytes = 0 if self._file is None else os.fstat(self._file).st_size

    @property
    def is_on(self) -> bool:
        """Whether lines are written at all."""
        return self._file is not None

    def write(self, lines: Sequence[msgspec.Struct]) -> None:
        """Append `lines`; never raises."""
        if not lines:
            return
        if self._file is None:
            self.dropped += len(lines)
            return
        data = self._encoder.encode_lines(lines)
        try:
            if self._size_bytes + len(data) > self._bytes_max:
                self._rotate()
            self._size_bytes += os.write(self._file, data)
        except OSError:
            self.dropped += len(lines)

    def close(self) -> None:
        """Close the file; lines written later are dropped."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _rotate(self) -> None:
        """Set the file aside under the name with `.1`, in place of the one set aside before."""
        assert self._path is not None, "only a trace with a path is written"
        self.close()
        self._path.replace(self._path.with_name(self._path.name + ".1"))
        self._file = self._open(self._path)
        self._size_bytes = 0

    @staticmethod
    def _open(path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
