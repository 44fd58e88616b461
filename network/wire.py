"""The socket as paho sees it, and the faster door beside it.

paho reads a packet with three or more system calls and writes each with its own; at a vote's size that is most of the
cost of a message. So paho is given a `Wire` in place of its socket. PUBLISH, the only packet in numbers, passes the
wire in bulk; all other packets are left for paho, byte for byte. Whatever anybody sends goes out in one order, so
packets never interleave.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable

from network.frames import PUBLISH, TYPE_MASK, FrameReader, Frames

READ_BYTES = 256 << 10
"""Read at most so much in one turn of the loop, so that a flood leaves the turn to others."""

_NOT_NOW = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Wire:
    """A connected, non-blocking socket with two users. All methods but `__init__` belong to the loop's thread."""

    def __init__(
        self,
        sock: socket.socket,
        *,
        loop: asyncio.AbstractEventLoop,
        packet_bytes_max: int,
        on_drained: Callable[[], None],
    ) -> None:
        """Take over `sock`; `on_drained` is called when everything that had to wait has been sent."""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._loop = loop
        self._on_drained = on_drained
        self._frames = FrameReader(packet_bytes_max=packet_bytes_max)
        self._unsent = bytearray()
        self._control = bytearray()
        """Packets that paho has yet to read."""
        self._ended = False
        """Whether the other end is gone; paho learns it once `_control` is empty."""
        self._closed = False

    # What paho calls.

    def recv(self, size: int) -> bytes:
        """Hand over up to `size` bytes of the packets that are not PUBLISH."""
        if not self._control:
            if self._ended:
                return b""
            raise BlockingIOError
        data = bytes(self._control[:size])
        del self._control[:size]
        return data

    def send(self, data: bytes) -> int:
        """Take all of `data`, always: paho sends little, and has no say in when."""
        self.write(bytes(data))
        return len(data)

    def pending(self) -> int:
        """How many bytes `recv` has at hand."""
        return len(self._control)

    def fileno(self) -> int:
        """The socket's descriptor; -1 once closed."""
        return self._sock.fileno()

    def setblocking(self, flag: bool) -> None:
        """Ignore the request: the socket never blocks."""

    def close(self) -> None:
        """Let go of the socket; what is unsent is lost."""
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._sock.fileno())
            self._loop.remove_writer(self._sock.fileno())
            self._sock.close()

    # What the link calls.

    @property
    def unsent(self) -> int:
        """Bytes that the socket has not taken yet."""
        return len(self._unsent)

    @property
    def oversized(self) -> int:
        """How many PUBLISH packets were too long and stepped over."""
        return self._frames.oversized

    @property
    def for_paho(self) -> bool:
        """Whether paho has something to read, if only the end."""
        return bool(self._control) or self._ended

    def read(self) -> Frames:
        """Read once; return the PUBLISH packets and keep the others for paho."""
        if self._closed or self._ended:
            return Frames(b"", [])
        try:
            # Under TLS this returns one whole record (16 KiB at most), so none stays where epoll can not see it.
            data = self._sock.recv(READ_BYTES)
        except _NOT_NOW:
            return Frames(b"", [])
        except OSError:
            data = b""
        if not data:
            self._end()
        frames = self._frames.feed(data)
        publishes = []
        for span in frames.spans:
            if frames.data[span[0]] & TYPE_MASK == PUBLISH:
                publishes.append(span)
            else:
                self._control += frames.data[span[0] : span[2]]
        if self._frames.broken:
            self._end()
        return Frames(frames.data, publishes)

    def write(self, data: bytes) -> None:
        """Send `data` after everything before it, now or as soon as the socket takes it."""
        if self._closed or self._ended:
            return
        if self._unsent:
            self._unsent += data
            return
        sent = self._try_send(data)
        if sent < len(data) and not self._ended:
            self._unsent += memoryview(data)[sent:]
            self._loop.add_writer(self._sock.fileno(), self._on_writable)

    def _on_writable(self) -> None:
        sent = self._try_send(self._unsent)
        del self._unsent[:sent]
        if self._ended or not self._unsent:
            self._unsent.clear()
            self._loop.remove_writer(self._sock.fileno())
            self._on_drained()

    def _try_send(self, data: bytes | bytearray) -> int:
        try:
            return self._sock.send(data)
        except _NOT_NOW:
            return 0
        except OSError:
            # The reader sees the same end, or sees it from here: a turn later either way.
            self._end()
            return 0

    def _end(self) -> None:
        self._ended = True
