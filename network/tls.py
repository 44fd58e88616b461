"""TLS towards a broker."""

import socket
import ssl
from pathlib import Path
from typing import Any


class ClientContext(ssl.SSLContext):
    """A context that finishes the handshake as it wraps a socket, and closes what can not be trusted.

    paho wraps first and shakes hands later; where that fails it forgets the socket with the broker still on it.
    """

    def wrap_socket(self, sock: socket.socket, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Return the encrypted socket, its handshake done within the timeout that `sock` has."""
        wrapped = super().wrap_socket(sock, *args, **kwargs)
        try:
            wrapped.do_handshake()
        except BaseException:
            wrapped.close()
            raise
        return wrapped


def client_context(*, ca_file: Path | None, insecure: bool) -> ClientContext:
    """Trust the certificates in `ca_file`, else the system's; with `insecure`, trust anybody.

    Raises: OSError (ssl.SSLError is one) where the file can not be read.
    """
    context = ClientContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file is not None:
        context.load_verify_locations(cafile=str(ca_file))
    else:
        context.load_default_certs()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
