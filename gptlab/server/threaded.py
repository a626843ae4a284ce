"""A server in a thread of this process: for notebooks and tests."""

import contextlib
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gptlab.engine.assistant import Assistant
from gptlab.server.app import Application
from gptlab.server.limits import Limits
from gptlab.server.models import Models
from gptlab.server.process import Server
from gptlab.server.sockets import address, listen

START_S = 60.0


@dataclass(frozen=True)
class Running:
    """Where a server is, and what it wants to hear.

    url    for `base_url` of a client, such as http://127.0.0.1:8000/v1
    token  for its `api_key`
    """

    url: str
    token: str
    models: tuple[str, ...]


@contextlib.contextmanager
def run(
    assistants: Mapping[str, Assistant], limits: Limits, token: str = "", port: int = 0
) -> Iterator[Running]:
    """Serve some models on 127.0.0.1 while the block runs; the port is free again afterwards."""
    token = token or secrets.token_urlsafe(24)
    with contextlib.closing(listen("127.0.0.1", port)) as open_socket:
        url = address(open_socket)
        models = Models(assistants, limits)
        server = Server(Application(models, limits, token))
        thread = threading.Thread(target=server.run, args=([open_socket],), daemon=True)
        thread.start()
        try:
            _wait(server, thread)
            yield Running(f"{url}/v1", token, tuple(models.by_name))
        finally:
            server.stop()
            thread.join(limits.grace_s + 5)
            models.join(1.0)


def _wait(server: Server, thread: threading.Thread) -> None:
    until = time.monotonic() + START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise RuntimeError("the server did not start")
        time.sleep(0.01)
