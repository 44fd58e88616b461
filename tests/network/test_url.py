from pathlib import Path

import pytest

from network.errors import BadBusUrl
from network.url import BusUrl, Protocol, parse_bus_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("mqtt://localhost", BusUrl("localhost", 1883)),
        ("mqtts://bus.example", BusUrl("bus.example", 8883, tls=True)),
        ("mqtt://127.0.0.1:11883/", BusUrl("127.0.0.1", 11883)),
        ("mqtt://[::1]:5", BusUrl("::1", 5)),
        ("mqtt://jd:p%40ss%3A@h:1", BusUrl("h", 1, username="jd", password="p@ss:")),
        ("mqtt://jd@h:1", BusUrl("h", 1, username="jd")),
        ("mqtts://h?ca=/etc/ca.pem", BusUrl("h", 8883, tls=True, ca_file=Path("/etc/ca.pem"))),
        ("mqtts://h?insecure=1", BusUrl("h", 8883, tls=True, insecure=True)),
        ("mqtt://h?protocol=3.1.1", BusUrl("h", 1883, protocol=Protocol.V311)),
        ("mqtt://h?protocol=5", BusUrl("h", 1883, protocol=Protocol.V5)),
    ],
)
def test_url_is_taken_apart(text, url):
    assert parse_bus_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost:1883",
        "http://h",
        "mqtt://",
        "mqtt://h:0",
        "mqtt://h:65536",
        "mqtt://h:port",
        "mqtt://[::1",
        "mqtt://h/path",
        "mqtt://h#fragment",
        "mqtt://:secret@h",
        "mqtt://h?ca=/x",
        "mqtts://h?ca=",
        "mqtts://h?insecure=yes",
        "mqtt://h?protocol=4",
        "mqtt://h?unknown=1",
        "mqtt://h?ca",
    ],
)
def test_bad_url_is_refused_with_what_to_do(text):
    with pytest.raises(BadBusUrl, match="Give it as mqtt://host:port"):
        parse_bus_url(text)


@pytest.mark.parametrize(
    "text", ["http://jd:secret@h", "mqtt://jd:secret@h/p", "mqtt://jd:secret@h?x=1", "mqtt://jd:secret@[h"]
)
def test_refusal_never_shows_the_password(text):
    with pytest.raises(BadBusUrl) as caught:
        parse_bus_url(text)
    assert "secret" not in str(caught.value)


def test_password_appears_neither_in_text_nor_in_repr():
    url = parse_bus_url("mqtts://jd:secret@h:1")
    assert str(url) == "mqtts://jd@h:1"
    assert "secret" not in repr(url)


def test_unreadable_certificates_are_refused_before_anything_starts(tmp_path):
    with pytest.raises(BadBusUrl, match="file of certificates"):
        parse_bus_url(f"mqtts://h?ca={tmp_path}/none.pem").tls_context()
    (tmp_path / "junk.pem").write_text("junk")
    with pytest.raises(BadBusUrl, match="file of certificates"):
        parse_bus_url(f"mqtts://h?ca={tmp_path}/junk.pem").tls_context()
