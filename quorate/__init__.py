"""The face of Quorate: the command line, and the names that people import."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from node.client import Client
    from quorate.verifier.checks import verify

__version__ = "0.1.0"
__all__ = ["Client", "verify"]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for, so that `quorate --help` loads none of them."""
    if name == "verify":
        from quorate.verifier.checks import verify as imported

        return imported
    if name == "Client":
        from node.client import Client as ImportedClient

        return ImportedClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
