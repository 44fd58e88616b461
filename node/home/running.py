"""Where a running node's gateway is to be found: a file in its home, there while the node is up.

A gateway may take any free port, and another one than member.json says; whoever has the home finds it here. A node that
was killed leaves the file, so whoever reads it must see who answers there.
"""

import contextlib
from pathlib import Path

import msgspec

GATEWAY_FILE = "gateway.json"

FILE_BYTES_MAX = 4_096
"""Nothing longer is read."""


class RunningGateway(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What gateway.json holds."""

    gateway: str
    """Its URL."""
    pid: int
    """The node's process."""


def tell_gateway(home: Path, gateway: str, *, pid: int) -> None:
    """Leave the file; it is there whole or not at all.

    Raises: OSError. The node can do without.
    """
    building = home / f"{GATEWAY_FILE}.new"
    building.write_bytes(msgspec.json.encode(RunningGateway(gateway, pid)) + b"\n")
    building.replace(home / GATEWAY_FILE)


def forget_gateway(home: Path) -> None:
    """Take the file away: nobody answers there from now on."""
    with contextlib.suppress(OSError):
        (home / GATEWAY_FILE).unlink()


def find_gateway(home: Path) -> RunningGateway | None:
    """What the file says; None where there is none, or none that can be read."""
    try:
        with (home / GATEWAY_FILE).open("rb") as file:
            return msgspec.json.decode(file.read(FILE_BYTES_MAX), type=RunningGateway)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
