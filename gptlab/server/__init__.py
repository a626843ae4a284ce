"""A model behind an HTTP API that clients of OpenAI's can talk to: `gptlab serve`, or `running` in a notebook.

Requests come in by `app` and are read by `asks`; `scheduler` writes their texts together, one token of each a step;
`formats` spells the answers. It needs two packages more than the course's machinery: `pip install "gptlab[serve]"`.
"""

import importlib.util
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gptlab.engine.assistant import Assistant
    from gptlab.server.limits import Limits
    from gptlab.server.threaded import Running

NEEDS = ("starlette", "uvicorn")


class NotInstalled(RuntimeError):
    """A package that only the server needs is not there; the message is one line."""


def check_installed() -> None:
    """Raises NotInstalled, which says what to install."""
    missing = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        raise NotInstalled(
            f"the server needs {' and '.join(missing)}: pip install {' '.join(missing)}"
        )


def running(
    models: "Mapping[str, Assistant] | Assistant | None" = None,
    limits: "Limits | None" = None,
    token: str = "",
) -> "AbstractContextManager[Running]":
    """Serve models on a free port of this machine while a `with` block runs.

        with running() as server:
            client = openai.OpenAI(base_url=server.url, api_key=server.token)

    models  by the names that requests call them; one alone is called "gptlab"; None = the shipped chat model
    limits  None = the usual ones
    token   "" = a new one

    Raises NotInstalled.
    """
    check_installed()
    from gptlab.engine.assistant import Assistant, shipped
    from gptlab.server import threaded
    from gptlab.server.limits import Limits

    if models is None:
        models = shipped()
    if isinstance(models, Assistant):
        models = {"gptlab": models}
    return threaded.run(models, limits or Limits(), token)
