"""Writes a recording beside a running core; whatever becomes of the file, the core and its node go on.

Records are kept until the round is over and written as one frame before the round's effects are handed out. So whatever
a member ever said stands in its recording, also when it is killed the moment after. They are not synced: what a loss of
power takes from the end of the file, it took from nobody who replays.
"""

import enum
from collections.abc import Callable
from pathlib import Path

from canonical.encoding import encode
from node.recording.frames import BYTES_MAX, FrameWriter
from node.recording.records import AnyRecord, Ended, Ending


class RecordingEnd(enum.StrEnum):
    """Why a recording ended before its node."""

    FULL = "it reached its size limit"
    REFUSED = "the disk refused to take more"


class Recorder:
    """Appends the records of one node's life to a file."""

    def __init__(
        self, path: Path, *, bytes_max: int = BYTES_MAX, on_end: Callable[[RecordingEnd], None] = lambda _: None
    ) -> None:
        """Begin `path`, or go on at its end; `on_end` is called at most once.

        Raises: RecordingUnusable.
        """
        self.dropped = 0
        """Records that were not written, since the recording had ended."""
        self._on_end = on_end
        self._file: FrameWriter | None = FrameWriter(path, bytes_max=bytes_max)
        self._noted: list[AnyRecord] = []

    def note(self, record: AnyRecord) -> None:
        """Keep a record for the frame that is written next."""
        if self._file is None:
            self.dropped += 1
        else:
            self._noted.append(record)

    def write(self) -> None:
        """Write what was noted as one frame."""
        if self._file is None or not self._noted:
            return
        noted, self._noted = self._noted, []
        payload = encode(noted)
        try:
            if self._file.has_room_for(len(payload)):
                self._file.append(payload)
                return
            self._file.append(encode([Ended(Ending.FULL)]))
        except OSError:
            self._end(RecordingEnd.REFUSED, lost=len(noted))
        else:
            self._end(RecordingEnd.FULL, lost=len(noted))

    def close(self) -> None:
        """Say that the node ended, and how: inside a round where the core did not come back."""
        if self._file is None:
            return
        self.note(Ended(Ending.BROKEN if self._noted else Ending.STOPPED))
        self.write()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _end(self, why: RecordingEnd, *, lost: int) -> None:
        assert self._file is not None, "what has ended does not end again"
        self._file.close()
        self._file = None
        self.dropped += lost
        self._on_end(why)
