"""Where a server listens; nothing here waits for torch."""

import errno
import ipaddress
import socket
import sys


class CannotListen(ValueError):
    """The address is taken or is not ours; the message is one line."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that waits for clients; port 0 takes any that is free.

    Raises CannotListen.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        server = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(f"{host}: {error.strerror or error}") from None
    try:
        if sys.platform != "win32":  # there it would let two servers share the port
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(address)
        server.listen(128)
    except OSError as error:
        server.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"port {port} of {host} is taken: end what runs there, or choose another with --port"
            ) from None
        raise CannotListen(f"port {port} of {host}: {error.strerror or error}") from None
    return server


def is_loopback(host: str) -> bool:
    """Whether only this machine itself can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, wherever it leads
        return False


def address(server: socket.socket) -> str:
    """Where clients find it, such as http://127.0.0.1:8000."""
    host, port = server.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
