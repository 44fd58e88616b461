"""MQTT's framing (MQTT 3.1.1 and 5, §2), as far as messages in numbers need it: cut a byte stream into packets.

Both ends of the embedded bus read PUBLISH here themselves; every rarer packet goes to aiomqtt or amqtt as it came. A
PUBLISH beyond the size bound is stepped over while it streams in, so that 10 MB from an outsider cost no memory.
"""

from typing import NamedTuple

PUBLISH = 0x30
"""First byte of a PUBLISH without flags: QoS 0, not retained, not a duplicate (§3.3.1)."""
TYPE_MASK = 0xF0
QOS_MASK = 0x06
RETAIN_FLAG = 0x01
CONTROL_BYTES_MAX = 64 << 10
"""No packet but PUBLISH is longer here; a longer one ends the connection."""
PACKET_OVERHEAD_MAX = 1_024
"""Room for a PUBLISH's header and topic beside its payload."""

Span = tuple[int, int, int]
"""A packet's place in the bytes at hand: its first byte, the first after its fixed header, the first after its end."""


class Frames(NamedTuple):
    """Whole packets, cut but not copied."""

    data: bytes
    spans: list[Span]


class FrameReader:
    """Cuts the stream of one connection into packets."""

    def __init__(self, *, packet_bytes_max: int) -> None:
        """Read from the beginning of a stream; a PUBLISH longer than `packet_bytes_max` is stepped over."""
        self._packet_bytes_max = packet_bytes_max
        self._partial = bytearray()
        """The beginning of a packet whose end has not come yet."""
        self._needed = 0
        """How long `_partial` must be before it is worth reading again; it is at most one packet."""
        self._skip = 0
        """Bytes of an oversized packet that are still to come."""
        self.oversized = 0
        """Packets stepped over so far."""
        self.broken = False
        """Whether the stream is no MQTT any more; nothing is read from it then."""

    def feed(self, data: bytes) -> Frames:
        """Return the packets that end within `data`; keep the beginning of the next."""
        if self._skip:
            skipped = min(self._skip, len(data))
            self._skip -= skipped
            data = data[skipped:]
        if self._partial:
            self._partial += data
            if len(self._partial) < self._needed:
                return Frames(b"", [])
            data = bytes(self._partial)
            self._partial = bytearray()
        return Frames(data, self._cut(data))

    def _cut(self, data: bytes) -> list[Span]:
        spans: list[Span] = []
        start, size = 0, len(data)
        while not self.broken and start < size:
            body, length = start + 1, 0
            shift = 0
            while True:
                if body >= size:
                    self._keep(data, start, needed=size - start + 1)
                    return spans
                byte = data[body]
                body += 1
                length |= (byte & 0x7F) << shift
                if byte < 0x80:
                    break
                shift += 7
                if shift > 21:
                    self.broken = True
                    return spans
            end = body + length
            if end - start > CONTROL_BYTES_MAX and data[start] & TYPE_MASK != PUBLISH:
                self.broken = True
                return spans
            if end - start > self._packet_bytes_max:
                self.oversized += 1
                self._skip = max(0, end - size)
            elif end > size:
                self._keep(data, start, needed=end - start)
                return spans
            else:
                spans.append((start, body, end))
            start = end
        return spans

    def _keep(self, data: bytes, start: int, *, needed: int) -> None:
        self._partial += memoryview(data)[start:]
        self._needed = needed


def split_publish(data: bytes, body: int, end: int, *, properties: bool) -> tuple[bytes, int] | None:
    """Return the topic of a QoS 0 PUBLISH and where its payload begins; None if it has no readable topic (§3.3.2).

    `properties`: whether the connection speaks MQTT 5, whose properties stand before the payload and mean nothing here.
    """
    begin = body + 2
    if begin > end:
        return None
    payload = begin + (data[body] << 8 | data[body + 1])
    if payload > end:
        return None
    topic = data[begin:payload]
    if properties:
        length = shift = 0
        while True:
            if payload >= end or shift > 21:
                return None
            byte = data[payload]
            payload += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        payload += length
        if payload > end:
            return None
    return topic, payload


def publish_header(topic: bytes, payload_size: int, *, properties: bool) -> bytes:
    """Return all of a QoS 0 PUBLISH but its payload; with `properties`, an empty list of them (MQTT 5)."""
    remaining = 2 + len(topic) + payload_size + (1 if properties else 0)
    header = bytearray((PUBLISH,))
    while True:
        byte = remaining & 0x7F
        remaining >>= 7
        if not remaining:
            header.append(byte)
            break
        header.append(byte | 0x80)
    header += len(topic).to_bytes(2, "big")
    header += topic
    if properties:
        header.append(0)
    return bytes(header)
