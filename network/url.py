"""Where a broker is and how to talk to it: ``mqtt://user:password@host:port`` or ``mqtts://...?ca=FILE``.

Options follow a question mark: ``ca=FILE`` trusts the certificates in that PEM file instead of the system's;
``insecure=1`` encrypts but believes any certificate; ``protocol=5`` or ``protocol=3.1.1`` skips finding out.
"""

import enum
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from network.errors import BadBusUrl
from network.tls import client_context

_PORTS = {"mqtt": 1883, "mqtts": 8883}


class Protocol(enum.StrEnum):
    """A version of MQTT."""

    V5 = "5"
    V311 = "3.1.1"


@dataclass(frozen=True, slots=True)
class BusUrl:
    """One broker's address, checked."""

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_file: Path | None = None
    """Certificates to trust instead of the system's."""
    insecure: bool = False
    """Whether any certificate is believed."""
    protocol: Protocol | None = None
    """The only version to try; None tries 5 first and 3.1.1 next."""

    def __str__(self) -> str:
        """The address without the password, fit for logs."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{self.username}@" if self.username else ""
        return f"{'mqtts' if self.tls else 'mqtt'}://{user}{host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext | None:
        """Build what TLS needs, or None without TLS.

        Raises: BadBusUrl where the file of certificates can not be read.
        """
        if not self.tls:
            return None
        try:
            return client_context(ca_file=self.ca_file, insecure=self.insecure)
        except OSError as error:
            raise BadBusUrl(str(self), f"its file of certificates {self.ca_file} can not be read ({error})") from None


def parse_bus_url(text: str) -> BusUrl:
    """Read a `--bus` option.

    Raises: BadBusUrl, whose text never holds the password.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadBusUrl("...", f"it is malformed ({error})") from None
    shown = f"{parts.scheme}://{parts.hostname or ''}" + (f":{port}" if port is not None else "")
    if parts.scheme not in _PORTS:
        raise BadBusUrl(shown, "it begins with neither mqtt:// nor mqtts://")
    if not parts.hostname or port == 0:
        raise BadBusUrl(shown, "it names no host" if not parts.hostname else "port 0 is no port")
    if parts.path not in {"", "/"} or parts.fragment:
        raise BadBusUrl(shown, "it has a path, and a bus has none")
    if parts.password is not None and not parts.username:
        raise BadBusUrl(shown, "it has a password and no user")
    options = _read_options(parts, shown)
    tls = parts.scheme == "mqtts"
    if not tls and {"ca", "insecure"} & options.keys():
        raise BadBusUrl(shown, "ca and insecure mean something for mqtts:// only")
    return BusUrl(
        host=parts.hostname,
        port=port if port is not None else _PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password is not None else None,
        tls=tls,
        ca_file=Path(options["ca"]) if "ca" in options else None,
        insecure=options.get("insecure", "0") == "1",
        protocol=Protocol(options["protocol"]) if "protocol" in options else None,
    )


def _read_options(parts: SplitResult, shown: str) -> dict[str, str]:
    """Read what follows the question mark."""
    allowed: dict[str, tuple[str, ...]] = {"ca": (), "insecure": ("0", "1"), "protocol": tuple(Protocol)}
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True) if parts.query else []
    except ValueError:
        raise BadBusUrl(shown, "what follows its question mark is not name=value") from None
    for name, value in pairs:
        if name not in allowed:
            raise BadBusUrl(shown, f"it has an unknown option {name!r}; known are {', '.join(allowed)}")
        if not value or (allowed[name] and value not in allowed[name]):
            choices = " or ".join(allowed[name]) or "a file"
            raise BadBusUrl(shown, f"option {name} must be {choices}")
    return dict(pairs)
