"""The server as a process: how it begins, what it prints, how it ends."""

import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import openai
import pytest

from gptlab.cli.main import main
from gptlab.server import sockets
from tests.support.server_process import ServerProcess


def serve(capsys, *words):
    """A server that cannot start; -> exit status, what it said on stderr."""
    capsys.readouterr()
    status = main(["serve", *words])
    return status, capsys.readouterr().err


@pytest.mark.slow
def test_a_new_token_is_printed_once_and_the_examples_run():
    with ServerProcess("--model", "base", GPTLAB_TOKEN="") as server:
        text = "".join(server.told)
        (token,) = {line.split()[1] for line in server.told if line.startswith("token:")}
        assert len(token) >= 30 and "WARNING" not in text
        python = text[text.index("from openai") : text.index("\nlistening")]
        done = subprocess.run(
            [sys.executable, "-c", python], capture_output=True, encoding="utf-8", timeout=60
        )
        assert "Completion(" in done.stdout, done.stderr
        curl = text[text.index("curl ") : text.index("\n\nfrom openai")]
        done = subprocess.run(curl, shell=True, capture_output=True, encoding="utf-8", timeout=60)
        assert '"text_completion"' in done.stdout, done.stderr
        port = server.port
        assert server.end(signal.SIGINT) == (0, "")
    with ServerProcess("--model", "base", "--port", str(port)) as again:
        assert again.port == port, "the port is free at once"


@pytest.mark.slow
@pytest.mark.parametrize("stream", [False, True])
def test_sigterm_lets_short_texts_end(stream):
    """What is being written is written to its end, and the exit status is 0."""
    with ServerProcess("--model", "base") as server:
        client = openai.OpenAI(base_url=server.url, api_key=server.token, max_retries=0)
        settings = {
            "model": "base",
            "prompt": "A",
            "max_tokens": 100,
            "n": 16,
            "seed": 1,
            "stream": stream,
        }
        got = []

        def ask():
            answer = client.completions.create(**settings)
            parts = list(answer) if stream else [answer]
            got.extend(choice for part in parts for choice in part.choices if choice.finish_reason)

        asking = threading.Thread(target=ask)
        asking.start()
        until = time.monotonic() + 20
        while not server.health()["models"]["base"]["busy"] and time.monotonic() < until:
            time.sleep(0.002)
        assert server.end() == (0, "")
        asking.join(20)
        assert len(got) == 16
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", server.port)).close()


@pytest.mark.slow
def test_an_idle_connection_does_not_hold_the_end_up():
    with ServerProcess("--model", "base") as server:
        with httpx.Client() as client:
            client.get(f"{server.origin}/health")
            half = socket.create_connection(("127.0.0.1", server.port))
            half.sendall(b"POST /v1/completions HTTP/1.1\r\n")
            begin = time.monotonic()
            assert server.end() == (0, "")
        half.close()
        assert time.monotonic() - begin < 15  # 3 seconds of grace, on a machine that is busy


def test_what_cannot_start_says_one_line(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, said = serve(capsys, "--port", str(port))
        assert (
            status == 1 and f"port {port} of 127.0.0.1 is taken" in said and said.count("\n") == 1
        )
    for words, reason in {
        ("--host", "0.0.0.0"): "add --open-to-network",
        ("--host", "no.such.host.invalid", "--open-to-network"): "no.such.host.invalid",
        ("--model", "runs/none"): "no such folder",
        ("--model", "base", "--model", "base"): "two models are called base",
        ("--model", "gptlab/assets/reward"): "gives scores, no text",
    }.items():
        status, said = serve(capsys, "--port", "0", *words)
        assert status == 1 and reason in said and said.count("\n") == 1, said
    for words in (("--port", "70000"), ("--token", "short"), ("--max-batch", "0")):
        assert serve(capsys, *words)[0] == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("192.168.0.1", False),
        ("127.example.org", False),
    ],
)
def test_only_addresses_of_this_machine_need_no_leave(host, own):
    assert sockets.is_loopback(host) is own


def test_other_machines_only_on_demand_and_with_a_warning():
    with ServerProcess("--model", "base", "--host", "0.0.0.0", "--open-to-network") as server:
        assert any(line.startswith("WARNING: other machines can reach") for line in server.told)
        server.origin = f"http://127.0.0.1:{server.port}"
        assert server.health()["status"] == "ok"
        headers = {"Host": "lab.example", "Authorization": f"Bearer {server.token}"}
        assert httpx.get(f"{server.origin}/v1/models", headers=headers).status_code == 200
        assert httpx.get(f"{server.origin}/v1/models").status_code == 401
