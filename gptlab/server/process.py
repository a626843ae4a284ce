"""The server itself: its connections, its signals, its end."""

import logging
from types import FrameType

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from gptlab.server.app import Application

HEADERS_S = 10.0  # for a request's line and headers to arrive
IDLE_S = 30.0  # that a connection may wait for its next request
MOST_CONNECTIONS = 512


class TimedProtocol(H11Protocol):
    """HTTP over one connection, which is closed when no whole request has come in time."""

    def connection_made(self, transport) -> None:
        """Set the clock."""
        super().connection_made(transport)
        self.loop.call_later(HEADERS_S, self._close_if_silent)

    def _close_if_silent(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()


def _says_something(record: logging.LogRecord) -> bool:
    """Whether a line of the log is news: that no task had to be cancelled is none."""
    return not record.getMessage().startswith("Cancel 0 running task")


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
        logging.getLogger("uvicorn.error").addFilter(_says_something)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: end in good order, which is an exit status of 0; a second one ends at once."""
        if self.should_exit:
            self.force_exit = True
        self.stop()

    def stop(self) -> None:
        """End soon."""
        self.application.models.close(self.application.limits.grace_s)
        self.should_exit = True
