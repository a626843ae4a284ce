"""`gptlab serve`: models behind an HTTP API that the clients of OpenAI's can talk to."""

import argparse
import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from gptlab.cli.common import models, option_types
from gptlab.engine.stages import SHIPPED_NAMES, STAGES
from gptlab.server import sockets
from gptlab.server.limits import Limits

ENVIRONMENT = "GPTLAB_TOKEN"
USUAL = Limits()
EXAMPLES = f"""\
examples:
  gptlab serve                                   the newest run, or the model that comes with gptlab
  gptlab serve --model base --model ppo_ptx      two of the shipped models: {", ".join(SHIPPED_NAMES)}
  gptlab serve --model runs/small-0/sft --port 9000
  {ENVIRONMENT}=… gptlab serve                      a token of your own, which no list of processes shows

It writes the texts of all clients together, and ends in good order by Ctrl-C or SIGTERM. book/serve.md says more.
"""


def register(commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "serve",
        help="your model behind an OpenAI-compatible HTTP API",
        epilog=EXAMPLES,
        description="Serve models to programs that speak OpenAI's HTTP API, on this machine alone unless you say so.",
    )
    command.add_argument(
        "--model",
        type=option_types.path,
        action="append",
        metavar="DIR|NAME",
        help="a run's folder, one stage's model in it, or a shipped model's name; may be given several times",
    )
    command.add_argument(
        "--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1)"
    )
    command.add_argument(
        "--port",
        type=option_types.whole(0, 65535),
        default=8000,
        metavar="N",
        help="port to listen at, 0 takes a free one (default: 8000)",
    )
    command.add_argument(
        "--token",
        type=token,
        metavar="TEXT",
        help=f"what clients must send as their key (default: {ENVIRONMENT}, else a new one)",
    )
    command.add_argument(
        "--open-to-network",
        action="store_true",
        help="allow a --host that other machines can reach",
    )
    _add_limits(command)
    command.set_defaults(command=serve)


def _add_limits(command: argparse.ArgumentParser) -> None:
    def limit(name: str, kind: Callable, default: object, text: str) -> None:
        shown = "" if default is None else f" (default: {default:g})"
        command.add_argument(name, type=kind, default=default, metavar="N", help=text + shown)

    whole = option_types.whole
    limit("--max-batch", whole(1, 256), USUAL.batch, "texts that a model writes at the same time")
    limit("--max-waiting", whole(1, 10**5), USUAL.waiting, "texts that may wait for a place")
    limit("--max-new-tokens", whole(1), USUAL.new, "length of a text, whatever a request asks for")
    limit("--max-seconds", option_types.positive, USUAL.seconds, "from a request to its answer")
    limit("--max-body", whole(1, 10**5), USUAL.body_kb, "size of a request in kilobytes")


def token(text: str) -> str:
    """A token that fits into a header."""
    if not 8 <= len(text) <= 200 or not all("!" <= c <= "~" for c in text):
        raise argparse.ArgumentTypeError(
            "must have 8 to 200 letters, digits or signs, and no space"
        )
    return text


def serve(options: argparse.Namespace) -> int:
    """Listen until a signal ends it."""
    from gptlab import server

    server.check_installed()
    if not sockets.is_loopback(options.host) and not options.open_to_network:
        raise ValueError(
            f"--host {options.host} can be reached by other machines: add --open-to-network if you mean it"
        )
    given = options.token or _from_environment()
    folders = named_folders(options.model)
    with contextlib.closing(sockets.listen(options.host, options.port)) as open_socket:
        return _serve(options, folders, given, open_socket)


def _serve(options: argparse.Namespace, folders: dict[str, Path], given: str, open_socket) -> int:
    from gptlab.cli.common import borrowing

    print(borrowing.fill_empty(stand_ins=True), flush=True)
    from gptlab.engine import hardware
    from gptlab.engine.assistant import Assistant
    from gptlab.server import process
    from gptlab.server.app import Application
    from gptlab.server.models import Models

    hardware.prepare_torch()
    limits = Limits(
        options.max_batch,
        options.max_waiting,
        options.max_new_tokens,
        options.max_seconds,
        options.max_body,
    )
    loaded = {name: Assistant.load(folder) for name, folder in folders.items()}
    table = Models(loaded, limits)
    local = sockets.is_loopback(options.host)
    new = "" if given else secrets.token_urlsafe(24)
    app = Application(table, limits, given or new, local)
    url = sockets.address(open_socket)
    for name, folder in folders.items():
        print(f"{name}: {models.name_of(folder)}")
    print(greeting(f"{url}/v1", table.by_name[next(iter(folders))], new))
    if not local:
        print("WARNING: other machines can reach this server, and what is sent is not encrypted")
    print(f"listening at {url} (Ctrl-C ends)", flush=True)
    process.Server(app).run([open_socket])
    table.close(0)
    table.join(limits.grace_s)
    print("ended", flush=True)
    return 0


def _from_environment() -> str:
    try:
        return token(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else ""
    except argparse.ArgumentTypeError as error:
        raise ValueError(f"{ENVIRONMENT} {error}") from None


def named_folders(named: list[Path] | None) -> dict[str, Path]:
    """The models to serve, by the names that requests will call them.

    Raises ValueError where two would have the same name, and NoModel where one is not there.
    """
    found: dict[str, Path] = {}
    for one in named or [None]:
        folder = models.find_model(one)
        name = api_name(folder)
        if name in found:
            raise ValueError(
                f"two models are called {name}: serve one of them, or rename its folder"
            )
        found[name] = folder
    return found


def api_name(folder: Path) -> str:
    """A folder's own name; a stage's is told apart by its run's, except in the shipped models."""
    folder = folder.resolve()
    in_a_run = folder.name in STAGES and folder.parent != models.SHIPPED.parent.resolve()
    return f"{folder.parent.name}/{folder.name}" if in_a_run else folder.name


def greeting(url: str, model, new_token: str) -> str:
    """How to talk to it, to be copied; a token that was given is not shown."""
    key = new_token or f"${ENVIRONMENT}"
    in_python = f'"{new_token}"' if new_token else f'os.environ["{ENVIRONMENT}"]'
    chats = model.assistant.chats
    path = "chat/completions" if chats else "completions"
    asks = (
        '"messages": [{"role": "user", "content": "What is the capital of France?"}]'
        if chats
        else '"prompt": "The capital of France"'
    )
    call = (
        'client.chat.completions.create(\n    messages=[{"role": "user", "content": "What is the capital of France?"}],'
        if chats
        else 'client.completions.create(\n    prompt="The capital of France",'
    )
    said = f"\ntoken: {new_token}\n" if new_token else "\n"
    return f"""{said}
curl {url}/{path} -H "Authorization: Bearer {key}" \\
  -H "Content-Type: application/json" -d '{{"model": "{model.name}", "temperature": 0, {asks}}}'

from openai import OpenAI
client = OpenAI(base_url="{url}", api_key={in_python})
print({call}
    model="{model.name}", temperature=0))
"""
