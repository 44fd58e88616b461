r"""The file of a recording: one line that says what it is, then frames, each with its length and its checksums.

    quorate recording 1\n
    length u32 | CRC-32 of the payload u32 | CRC-32 of these eight bytes u32 | payload      (big-endian)

A frame is written with one system call, in full or, if the process is killed in it, in part. So a file that ends within
a frame was torn and is good up to there; a frame that is whole and does not fit its checksum was damaged later.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from node.errors import RecordingUnreadable, RecordingUnusable

MAGIC = b"quorate recording 1\n"
BYTES_MAX = 1 << 30
"""A recording's size unless another is asked for: 1 GiB, half an hour of full load or some days of little."""

_LENGTH_AND_CHECK = struct.Struct(">II")
_HEAD = struct.Struct(">III")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as it lies in a file."""

    offset: int
    """Of its first byte."""
    payload: bytes


class FrameReader:
    """Reads a file from its beginning."""

    def __init__(self, path: Path) -> None:
        """Open `path`.

        Raises: RecordingUnreadable where it cannot be read, or is no recording.
        """
        self.path = path
        self.whole_bytes = len(MAGIC)
        """Where the last whole frame read so far ends."""
        self.is_torn = False
        """Whether the file ends within a frame; known when the last one was read."""
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise RecordingUnreadable(
                f"{path}: the recording cannot be read ({error.strerror}). What to do: name a file that"
                " `quorate node --record` wrote, or a home that has one."
            ) from error
        if self._file.read(len(MAGIC)) != MAGIC:
            self._file.close()
            raise RecordingUnreadable(
                f"{path}: this is no recording of this format. What to do: replay it with the version that made it."
            )

    def __iter__(self) -> Iterator[Frame]:
        """Every whole frame in its order.

        Raises: RecordingUnreadable at a frame that was damaged; those before it are good.
        """
        with self._file as file:
            while head := file.read(_HEAD.size):
                offset = self.whole_bytes
                if len(head) < _HEAD.size:
                    self.is_torn = True
                    return
                length, check, head_check = _HEAD.unpack(head)
                if crc32(head[: _LENGTH_AND_CHECK.size]) != head_check:
                    raise self._damaged(offset, "its head")
                payload = file.read(length)
                if len(payload) < length:
                    self.is_torn = True
                    return
                if crc32(payload) != check:
                    raise self._damaged(offset, "its content")
                self.whole_bytes = offset + _HEAD.size + length
                yield Frame(offset, payload)

    def _damaged(self, offset: int, what: str) -> RecordingUnreadable:
        return RecordingUnreadable(
            f"{self.path}: the frame at byte {offset} was damaged: {what} does not fit the checksum. Everything before"
            " it is good."
        )


class FrameWriter:
    """Appends frames to a file of bounded size."""

    def __init__(self, path: Path, *, bytes_max: int) -> None:
        """Begin `path`, or go on after its last whole frame.

        Raises: RecordingUnusable where it cannot be written, is something else, or was damaged.
        """
        self._path = path
        self._bytes_max = bytes_max
        try:
            self._size_bytes = _whole_bytes(path) if path.exists() and path.stat().st_size else 0
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            os.ftruncate(self._file, self._size_bytes)
            os.lseek(self._file, self._size_bytes, os.SEEK_SET)
            if not self._size_bytes:
                self._write(MAGIC)
        except RecordingUnreadable as fault:
            raise RecordingUnusable(
                f"{fault} Nothing was changed. What to do: move it away, or record to another file."
            ) from fault
        except OSError as error:
            raise RecordingUnusable(
                f"{path}: the recording cannot be written ({error.strerror}). Nothing was changed. What to do: name a"
                " file in a folder that the node may write."
            ) from error

    def has_room_for(self, size_bytes: int) -> bool:
        """Whether a payload of this size, and a short one after it, still fit."""
        return self._size_bytes + size_bytes + 2 * _HEAD.size + LAST_PAYLOAD_BYTES_MAX <= self._bytes_max

    def append(self, payload: bytes) -> None:
        """Write one frame.

        Raises: OSError; the file ends with the frame before then.
        """
        head = _LENGTH_AND_CHECK.pack(len(payload), crc32(payload))
        try:
            self._write(head + crc32(head).to_bytes(4, "big") + payload)
        except OSError:
            os.ftruncate(self._file, self._size_bytes)
            raise

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]
        self._size_bytes += len(data)


LAST_PAYLOAD_BYTES_MAX = 64
"""Room that is always left for the frame that says why nothing follows."""


def _whole_bytes(path: Path) -> int:
    """Where the last whole frame of a recording ends.

    Raises: RecordingUnreadable.
    """
    reader = FrameReader(path)
    for _ in reader:
        pass
    return reader.whole_bytes
