"""Queue, times and failures, on small models in this process whose steps can be slowed down."""

import json
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import openai
import pytest

from gptlab import chat, server
from gptlab.engine.batching import Batch
from gptlab.server import process
from gptlab.server.limits import Limits
from tests.support.loud_assistant import loud_assistant
from tests.support.toy_assistants import untrained_chat


@contextmanager
def toy(**limits):
    """A server of a small model, and a client."""
    with (
        server.running({"toy": loud_assistant()}, Limits(**limits)) as running,
        openai.OpenAI(base_url=running.url, api_key=running.token, max_retries=0) as client,
    ):
        yield running, client


def write(client, **settings):
    return client.completions.create(
        **{"model": "toy", "prompt": "A", "max_tokens": 30, "seed": 1, **settings}
    )


@pytest.fixture
def gate(monkeypatch):
    """Steps wait until it is open."""
    opened, honest = threading.Event(), Batch.step

    def step(self):
        opened.wait(20)
        return honest(self)

    monkeypatch.setattr(Batch, "step", step)
    yield opened
    opened.set()


def counts(running):
    return httpx.get(running.url.replace("/v1", "/health")).json()["models"]["toy"]


def port_of(running):
    return int(running.url.split(":")[2].removesuffix("/v1"))


def wait_for(running, **wanted):
    until = time.monotonic() + 10
    while (found := counts(running)) != {**found, **wanted}:
        assert time.monotonic() < until, found
        time.sleep(0.005)


def test_too_many_waiting_are_told_to_come_again(gate):
    with toy(batch=1, waiting=2) as (running, client), ThreadPoolExecutor(3) as pool:
        first = pool.submit(write, client)
        wait_for(running, slots=1, busy=1, waiting=0)
        others = [pool.submit(write, client) for _ in range(2)]
        wait_for(running, waiting=2)
        for stream in (False, True):
            with pytest.raises(openai.RateLimitError) as caught:
                write(client, stream=stream)
            assert caught.value.code == "queue_full"
            assert caught.value.response.headers["retry-after"] == "1"
        gate.set()
        texts = {one.result().choices[0].text for one in [first, *others]}
        assert len(texts) == 1 and counts(running) == {"slots": 1, "busy": 0, "waiting": 0}
        patient = openai.OpenAI(base_url=running.url, api_key=running.token, max_retries=3)
        assert write(patient).choices[0].text in texts


def test_texts_that_find_a_place_do_not_wait():
    with toy(batch=3, waiting=1) as (_, client):
        assert len(write(client, n=4).choices) == 4
        with pytest.raises(openai.BadRequestError, match="takes 4 together") as caught:
            write(client, n=5)
        assert caught.value.param == "n"


@pytest.mark.parametrize("stream", [False, True])
def test_what_takes_too_long_ends_with_504(gate, stream):
    """Here the whole time is spent in the queue."""
    with ThreadPoolExecutor(1) as pool, toy(seconds=0.2, batch=1) as (running, client):
        other = pool.submit(write, client)
        wait_for(running, busy=1)
        threading.Timer(0.5, gate.set).start()
        with pytest.raises(openai.InternalServerError) as caught:
            write(client, stream=stream)
        assert caught.value.status_code == 504 and caught.value.code == "timeout"
        assert other.exception().code == "timeout"
        wait_for(running, busy=0, waiting=0)


def test_a_stream_that_has_begun_ends_with_an_error_event(monkeypatch):
    honest = Batch.step

    def slow(self):
        time.sleep(0.05)
        return honest(self)

    monkeypatch.setattr(Batch, "step", slow)
    with toy(seconds=0.6) as (running, client):
        got = []
        with pytest.raises(openai.APIError, match=r"not finished within 0\.6 seconds"):
            got.extend(iter(write(client, stream=True)))
        assert not got or got[-1].choices[0].finish_reason is None
        wait_for(running, busy=0, waiting=0)


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_is_written_no_further(monkeypatch, stream):
    honest, rows = Batch.step, []

    def slow(self):
        time.sleep(0.05)
        drawn = honest(self)
        rows.extend(row for row in drawn if row not in rows)
        return drawn

    monkeypatch.setattr(Batch, "step", slow)
    body = {"model": "toy", "prompt": "A", "max_tokens": 37, "seed": 1, "n": 3, "stream": stream}
    with toy() as (running, _):
        content = json.dumps(body)
        head = (
            f"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {running.token}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", port_of(running)), timeout=10) as one:
            one.sendall((head + content).encode())
            assert not stream or one.recv(20).startswith(b"HTTP/1.1 200")
            wait_for(running, busy=3)
        wait_for(running, busy=0)
        assert len(rows) == 3 and not any(row.ended for row in rows), "they were stopped midway"


def test_a_body_that_does_not_come_ends_with_408():
    with toy(body_s=0.2) as (running, _):
        headers = {"Authorization": f"Bearer {running.token}", "Content-Type": "application/json"}

        def slow():
            yield b'{"model": '
            time.sleep(0.6)
            yield b'"toy"}'

        answer = httpx.post(f"{running.url}/completions", content=slow(), headers=headers)
        assert answer.status_code == 408 and answer.json()["error"]["code"] == "request_timeout"


def test_a_connection_that_says_nothing_is_closed(monkeypatch):
    monkeypatch.setattr(process, "HEADERS_S", 0.2)
    with toy() as (running, _):
        for begun in (b"", b"POST /v1/completions HTTP/1.1\r\nHost: local"):
            with socket.create_connection(("127.0.0.1", port_of(running)), timeout=10) as one:
                one.sendall(begun)
                assert one.recv(100) == b""


def test_a_limit_of_new_tokens():
    with toy(new=4) as (_, client):
        assert write(client).usage.completion_tokens <= 4


def division(_):
    return 1 / 0


def end_of_the_program(_):
    sys.exit("division by zero")  # as a learner's function may


@pytest.mark.parametrize("fails", [division, end_of_the_program])
def test_a_model_that_fails_is_an_error_of_the_server_which_goes_on(monkeypatch, capsys, fails):
    with toy() as (running, patient):
        client = patient.with_options(timeout=20)
        good = write(client).choices[0].text
        with monkeypatch.context() as patch:
            patch.setattr(Batch, "step", fails)
            for stream in (False, True):
                with pytest.raises(openai.InternalServerError, match="division by zero") as caught:
                    write(client, stream=stream)
                assert caught.value.status_code == 500
        assert "the model failed: division by zero" in capsys.readouterr().err
        assert write(client).choices[0].text == good
        assert counts(running) == {"slots": 16, "busy": 0, "waiting": 0}


def test_a_beginning_that_cannot_be_read_fails_alone(monkeypatch, gate):
    honest = Batch.join

    def join(self, row):
        if len(row.ids) == 3:
            raise ArithmeticError("not this one")
        honest(self, row)

    monkeypatch.setattr(Batch, "join", join)
    with ThreadPoolExecutor(2) as pool, toy() as (running, client):
        good = pool.submit(write, client)
        wait_for(running, busy=1)
        bad = pool.submit(write, client, prompt=[1, 2, 3])
        wait_for(running, busy=1, waiting=1)
        gate.set()
        assert good.result().choices[0].text
        with pytest.raises(openai.InternalServerError, match="not this one"):
            bad.result()
        assert write(client).choices[0].text == good.result().choices[0].text
        assert counts(running) == {"slots": 16, "busy": 0, "waiting": 0}


def test_the_end_refuses_who_waits_and_cuts_what_is_too_long(gate):
    """A queued text gets 503 at once, one that is being written after the grace."""
    with ThreadPoolExecutor(2) as pool, toy(batch=1, grace_s=0.3) as (running, _):
        client = openai.OpenAI(base_url=running.url, api_key=running.token, max_retries=0)
        written = pool.submit(write, client)
        wait_for(running, busy=1)
        queued = pool.submit(write, client)
        wait_for(running, waiting=1)
        threading.Timer(1.0, gate.set).start()
    for one in (written, queued):
        error = one.exception()
        assert isinstance(error, openai.InternalServerError), error
        assert error.status_code == 503 and error.code == "shutting_down"
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.url)


def test_the_assistant_that_is_served_stays_as_it_was():
    assistant = loud_assistant()
    before = assistant.model.runs_on
    with server.running(assistant) as running:
        assert running.models == ("gptlab",)
        client = openai.OpenAI(base_url=running.url, api_key=running.token, max_retries=0)
        new = assistant.go_on(assistant.begin("A"), 30)
        given = write(client, model="gptlab", temperature=0).choices[0].text
        assert given == assistant.tokenizer.decode_bytes(
            [i for i in new if i not in assistant.marks]
        ).decode("utf-8", errors="replace")
    assert assistant.model.runs_on == before == "plain"


def test_a_function_that_fails_shows_before_the_server_starts(monkeypatch):
    def trim_history(*_):
        raise NotImplementedError("not written yet")

    monkeypatch.setattr(chat, "trim_history", trim_history)
    models = {"one": loud_assistant(), "two": untrained_chat()}
    with pytest.raises(NotImplementedError, match="not written yet"), server.running(models):
        pass
    assert "gptlab-writer" not in {thread.name for thread in threading.enumerate()}


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setattr(server, "NEEDS", ("uvicorn", "no_such_package"))
    with pytest.raises(server.NotInstalled, match="pip install no_such_package"):
        server.running(loud_assistant())
