import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.enums import MQTTProtocolVersion

from network.frames import FrameReader, publish_header, split_publish

PING = b"\xd0\x00"


def publish(topic, payload, *, properties=False):
    return publish_header(topic, len(payload), properties=properties) + payload


def read(reader, *chunks):
    packets = []
    for chunk in chunks:
        frames = reader.feed(chunk)
        packets += [frames.data[start:end] for start, _, end in frames.spans]
    return packets


@given(
    st.lists(st.one_of(st.just(PING), st.binary(max_size=300).map(lambda payload: publish(b"t", payload)))),
    st.lists(st.integers(min_value=1, max_value=400)),
)
def test_packets_are_the_same_wherever_the_stream_is_cut(packets, cuts):
    stream = b"".join(packets)
    chunks, position = [], 0
    for cut in cuts:
        chunks.append(stream[position : position + cut])
        position += cut
    assert read(FrameReader(packet_bytes_max=1 << 20), *chunks, stream[position:]) == packets


def test_packets_are_the_same_a_byte_at_a_time():
    packets = [publish(b"t", bytes(20_000)), PING, publish(b"u", b"")]
    stream = b"".join(packets)
    reader = FrameReader(packet_bytes_max=1 << 20)
    assert read(reader, *(stream[i : i + 1] for i in range(len(stream)))) == packets


@pytest.mark.parametrize("size", [0, 1, 100, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
def test_header_reads_back_in_paho_and_here(size, version):
    properties = version is MQTTProtocolVersion.MQTTv5
    payload = bytes(size)
    packet = publish(b"quorate/x/ant/votes", payload, properties=properties)
    [(start, body, end)] = FrameReader(packet_bytes_max=4 << 20).feed(packet).spans
    assert (start, end) == (0, len(packet))
    theirs = _packet.decode_publish(packet[0], bytearray(packet[body:]), version)
    assert (theirs.topic, bytes(theirs.payload), theirs.qos) == (b"quorate/x/ant/votes", payload, 0)
    begin = end - size
    assert split_publish(packet, body, end, properties=properties) == (b"quorate/x/ant/votes", begin)
    assert packet[begin:end] == payload


def test_oversized_publish_is_stepped_over_wherever_it_is_cut():
    oversized, good = publish(b"t", bytes(10_001)), publish(b"t", b"good")
    for step in (1, 7, 9_999, 100_000):
        stream = good + oversized + good
        reader = FrameReader(packet_bytes_max=10_000)
        assert read(reader, *(stream[i : i + step] for i in range(0, len(stream), step))) == [good, good]
        assert (reader.oversized, reader.broken) == (1, False)


def test_oversized_publish_costs_no_memory():
    reader = FrameReader(packet_bytes_max=1_000)
    chunk = bytes(65_536)
    tracemalloc.start()
    reader.feed(publish_header(b"t", 200 << 20, properties=False))
    for _ in range(3_200):
        reader.feed(chunk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
    assert read(reader, PING) == [PING]


@pytest.mark.parametrize("stream", [b"\x30\xff\xff\xff\xff\x01", b"\x82\xff\xff\x7f" + bytes(10)])
def test_stream_that_is_no_mqtt_breaks_the_connection(stream):
    reader = FrameReader(packet_bytes_max=1_000)
    assert read(reader, stream, PING) == []
    assert reader.broken


@pytest.mark.parametrize(
    ("packet", "properties"),
    [
        (b"\x30\x00", False),
        (b"\x30\x01\x00", False),
        (b"\x30\x02\x00\x01", False),
        (b"\x30\x03\x00\x01t", True),
        (b"\x30\x04\x00\x01t\x05", True),
        (b"\x30\x07\x00\x01t\xff\xff\xff\xff", True),
    ],
)
def test_publish_without_readable_topic_is_no_message(packet, properties):
    [(_, body, end)] = FrameReader(packet_bytes_max=1_000).feed(packet).spans
    assert split_publish(packet, body, end, properties=properties) is None


def test_properties_of_version_5_are_stepped_over():
    packet = b"\x30\x0b\x00\x01t\x05\x02\x00\x00\x00\x09hi"
    assert split_publish(packet, 2, len(packet), properties=True) == (b"t", 11)
