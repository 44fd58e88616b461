"""Brokers for the tests."""

import pytest

from network.embedded import EmbeddedBroker
from tests.network.mosquitto import Mosquitto, require_mosquitto


@pytest.fixture
async def mosquitto(tmp_path):
    require_mosquitto()
    broker = Mosquitto(tmp_path)
    await broker.start()
    yield broker
    await broker.stop()


@pytest.fixture
async def embedded():
    async with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture(params=["embedded", "mosquitto"])
async def broker(request, tmp_path):
    """Both brokers that are promised to work, one after the other."""
    if request.param == "mosquitto":
        require_mosquitto()
        running: Mosquitto | EmbeddedBroker = Mosquitto(tmp_path)
    else:
        running = EmbeddedBroker()
    await running.start()
    yield running
    await running.stop()
