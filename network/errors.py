"""The world's faults on the bus. Each says what happened, what was kept, and what to do."""


class BusFault(Exception):
    """Anything that the bus can not mend by trying again later."""


class BadBusUrl(BusFault):
    """A `--bus` URL that can not be used."""

    def __init__(self, url: str, problem: str) -> None:
        """Name the URL, with the password left out by the caller, and what is wrong with it."""
        super().__init__(
            f"The bus URL {url!r} can not be used: {problem}. Nothing was started and nothing was changed. "
            "Give it as mqtt://host:port or mqtts://user:password@host:port?ca=FILE, for example mqtt://127.0.0.1:1883."
        )


class LinkLost(BusFault):
    """A broker refused or dropped the connection. The link catches this, waits, and tries again."""


class BrokerPortTaken(BusFault):
    """The embedded broker found its port in use."""

    def __init__(self, host: str, port: int) -> None:
        """Name the address."""
        super().__init__(
            f"The embedded broker can not listen on {host}:{port}: another program does. Nothing was started. "
            "Stop that program (perhaps an earlier run), or leave the port out to be given a free one."
        )


class BrokerFailed(BusFault):
    """The embedded broker did not come up, or is not running."""

    def __init__(self, problem: str) -> None:
        """Say what was seen of it."""
        super().__init__(
            f"The embedded broker is not running: {problem}. Members keep what they hold and connect again once a "
            "broker answers. Start it again, or run one such as Mosquitto and pass its address with --bus."
        )
