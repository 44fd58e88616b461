"""One frame, many receivers: in a simulated world each frame is opened once for all members."""

from dataclasses import dataclass, field

from node.opening import Frame, FrameReader, Refusal

FRAMES_MAX = 4_096
"""More than a committee of 512 has under way at once."""


@dataclass(slots=True)
class SharedReader:
    """Opens each frame once for many receivers. Safe, because nothing that it keeps depends on any of them."""

    reader: FrameReader
    _frames: dict[bytes, Frame | Refusal] = field(default_factory=dict)

    def read(self, payload: bytes) -> Frame | Refusal:
        """As `FrameReader.read`. Beyond `FRAMES_MAX` the oldest are forgotten, and opened anew if they come again."""
        frame = self._frames.get(payload)
        if frame is None:
            if len(self._frames) >= FRAMES_MAX:
                del self._frames[next(iter(self._frames))]
            frame = self._frames[payload] = self.reader.read(payload)
        return frame
