"""The server itself: its socket, its signals, its end."""

import errno
import socket
import sys
from types import FrameType

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from gptlab.server.app import Application

HEADERS_S = 10.0  # for a request's line and headers to arrive
IDLE_S = 30.0  # that a connection may wait for its next request
MOST_CONNECTIONS = 1000


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
    return host in ("localhost", "::1") or host.startswith("127.")


def address(server: socket.socket) -> str:
    """Where clients find it, such as http://127.0.0.1:8000."""
    host, port = server.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class TimedProtocol(H11Protocol):
    """HTTP over one connection, which is closed when no whole request has come in time."""

    def connection_made(self, transport) -> None:
        """Set the clock."""
        super().connection_made(transport)
        self.loop.call_later(HEADERS_S, self._close_if_silent)

    def _close_if_silent(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()


class Server(uvicorn.Server):
    """Serves an application until it is told to end by a signal, or by `stop`.

    At the end it accepts nobody, refuses who waits, and gives texts that are being written some seconds more.
    """

    def __init__(self, application: Application) -> None:
        grace_s = application.limits.grace_s
        super().__init__(
            uvicorn.Config(
                application.asgi,
                http=TimedProtocol,
                ws="none",
                loop="asyncio",
                lifespan="on",
                log_level="error",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=int(IDLE_S),
                timeout_graceful_shutdown=int(grace_s) + 2,
                limit_concurrency=MOST_CONNECTIONS,
            )
        )
        self.application = application

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: end in good order, which is an exit status of 0; a second one ends at once."""
        if self.should_exit:
            self.force_exit = True
        self.stop()

    def stop(self) -> None:
        """End soon."""
        self.application.models.close(self.application.limits.grace_s)
        self.should_exit = True
