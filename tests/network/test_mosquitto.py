"""What a broker of one's own choice offers: users and TLS."""

import asyncio
import shutil

import pytest

from network.bus import Channel, LinkState
from tests.network.ends import PATIENCE_S, End, all_connected
from tests.network.mosquitto import PASSWD, Mosquitto, require, require_mosquitto

pytestmark = pytest.mark.slow


async def run(*command):
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0, command


@pytest.fixture
async def guarded(tmp_path):
    require_mosquitto()
    require(PASSWD, "mosquitto")
    assert PASSWD is not None
    passwords = tmp_path / "passwords"
    await run(PASSWD, "-b", "-c", str(passwords), "ant", "s3cret@")
    passwords.chmod(0o644)
    broker = Mosquitto(tmp_path, lines=("allow_anonymous false", f"password_file {passwords}"))
    await broker.start()
    yield broker
    await broker.stop()


@pytest.mark.parametrize("protocol", ["", "?protocol=5", "?protocol=3.1.1"])
async def test_user_and_password_open_the_broker(guarded, protocol):
    url = f"mqtt://ant:s3cret%40@127.0.0.1:{guarded.port}{protocol}"
    async with End("ant", [url]) as ant, End("jd", [url]) as jd:
        await all_connected(ant, jd)
        ant.bus.publish(Channel.VOTES, b"vote")
        await jd.take(1)


@pytest.mark.parametrize("user", ["ant:wrong@", ""])
async def test_wrong_password_is_shown_as_the_reason_and_never_shown_itself(guarded, user):
    async with End("ant", [f"mqtt://{user}127.0.0.1:{guarded.port}?protocol=5"]) as ant:
        status = await ant.state(LinkState.WAITING)
        assert "not authorized" in status.reason.lower()
        assert "wrong" not in repr(status)


@pytest.fixture
async def encrypted(tmp_path):
    require_mosquitto()
    openssl = shutil.which("openssl")
    require(openssl, "openssl")
    assert openssl is not None
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    await run(
        *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
        *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", str(certificate), "-keyout", str(key)),
    )
    key.chmod(0o644)
    broker = Mosquitto(tmp_path, lines=("allow_anonymous true", f"certfile {certificate}", f"keyfile {key}"))
    await broker.start()
    yield broker, certificate
    await broker.stop()


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_tls_with_a_trusted_certificate_carries_small_and_large(encrypted, protocol):
    broker, certificate = encrypted
    url = f"mqtts://localhost:{broker.port}?ca={certificate}&protocol={protocol}"
    async with End("ant", [url]) as ant, End("jd", [url]) as jd:
        await all_connected(ant, jd)
        sent = [bytes([number]) * size for number, size in enumerate((1, 200, 16_384, 16_385, 1 << 20, 3))]
        for payload in sent:
            ant.bus.publish(Channel.BATCHES, payload)
        assert [message.payload for message in await jd.take(len(sent))] == sent


async def test_tls_refuses_a_certificate_that_nobody_vouches_for(encrypted):
    broker, _ = encrypted
    async with End("ant", [f"mqtts://localhost:{broker.port}"]) as ant:
        status = await ant.state(LinkState.WAITING)
        assert "certificate" in status.reason.lower()


async def test_tls_believes_any_certificate_when_told_to(encrypted):
    broker, _ = encrypted
    async with End("ant", [f"mqtts://127.0.0.1:{broker.port}?insecure=1"]) as ant:
        await ant.connected()
