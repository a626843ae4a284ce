"""Requests that no client of ours would send: each gets an answer of its own fault, and the server goes on."""

import json
import random
import socket
import threading
import time

import httpx
import pytest

from tests.server.test_openai_client import QUESTION, chat, complete

PATHS = ("/v1/completions", "/v1/chat/completions")
SCALARS = [
    None, True, False, 0, 1, -1, 10**400, 2**63, 0.5, -1e308, "", "a", "\ud800", "\x00", "ppo_ptx", "base",
    "../../etc/passwd", "{{7*7}}", "玉" * 3, "a" * 5000,
]  # fmt: skip
KEYS = [
    "model", "messages", "prompt", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "n", "seed",
    "stop", "stream", "stream_options", "logprobs", "top_logprobs", "echo", "suffix", "best_of", "user", "tools",
    "logit_bias", "presence_penalty", "role", "content", "include_usage", "type", "text", "__class__", "玉", "\ud83d",
]  # fmt: skip


def value(rng, depth=0):
    """Any value of JSON."""
    kind = rng.random()
    if kind < 0.55 or depth > 3:
        return rng.choice(SCALARS)
    if kind < 0.8:
        return [value(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    return {rng.choice(KEYS): value(rng, depth + 1) for _ in range(rng.randint(0, 4))}


def nearly_right(rng):
    """A good request of which one or two fields are something else."""
    body = {"model": rng.choice(["base", "ppo_ptx"]), "max_tokens": 2, "prompt": "A"}
    if rng.random() < 0.5:
        body = {"model": "ppo_ptx", "max_tokens": 2, "messages": [{"role": "user", "content": "A"}]}
    for _ in range(rng.randint(1, 2)):
        body[rng.choice(KEYS)] = value(rng)
    return json.dumps(body).encode()


def other_bytes(rng):
    """A body that is no JSON object, or hardly one."""
    good = json.dumps({"model": "base", "prompt": "A"}).encode()
    cut = good[: rng.randrange(len(good))]
    flipped = bytearray(good)
    flipped[rng.randrange(len(good))] = rng.randrange(256)
    return rng.choice(
        [
            b"",
            cut,
            bytes(flipped),
            rng.randbytes(rng.randrange(200)),
            good.decode().encode("utf-16"),
            b"\xef\xbb\xbf" + good,
            b"[" * 100_000,
            b'{"model":' * 20_000,
            b'{"model": "base", "prompt": "A", "temperature": NaN}',
            b'{"model": "base", "prompt": "A", "seed": ' + b"9" * 6000 + b"}",
            json.dumps(value(rng)).encode(),
        ]
    )


def headers(rng, token):
    found = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if rng.random() < 0.3:
        odd = {
            "Authorization": rng.choice(
                ["", "Bearer", f"Basic {token}", "Bearer \xe9", f"Bearer {token}x"]
            ),
            "Content-Type": rng.choice(
                ["", "text/plain", "application/x-www-form-urlencoded", ";;"]
            ),
            "Host": rng.choice(
                ["evil.example", "127.0.0.1.evil.example:80", "", "[::1", "localhost"]
            ),
            "Accept-Encoding": rng.choice(["gzip", "\xff", "*;q=nan"]),
            "Cookie": "a" * rng.choice([1, 9000]),
        }
        name = rng.choice(list(odd))
        found[name] = odd[name].encode("latin-1")
    return found


def send(client, rng, token):
    """One odd request; -> its answer."""
    body = nearly_right(rng) if rng.random() < 0.7 else other_bytes(rng)
    path = rng.choice(
        [
            *PATHS * 20,
            "/v1/completions/",
            "/v1/../etc",
            "/v1/models",
            "/v1/models/%00",
            "/%2e%2e/",
            "//",
        ]
    )
    method = rng.choice(["POST"] * 40 + ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
    return client.request(method, path, content=body, headers=headers(rng, token))


def test_five_hundred_malformed_requests(server, client):
    rng = random.Random(0)
    seen = {}
    with httpx.Client(base_url=server.origin, timeout=30) as odd:
        for _ in range(500):
            answer = send(odd, rng, server.token)
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
            assert answer.status_code < 500, answer.text
            if answer.status_code != 200 and answer.request.method != "HEAD":
                error = answer.json()["error"]
                assert set(error) == {"message", "type", "param", "code"}
                assert error["message"] and "\n" not in error["message"]
    assert seen[400] > 150 and seen[200] > 3 and {401, 403, 404, 405, 415} <= set(seen), seen
    assert chat(client, QUESTION).choices[0].finish_reason == "stop"
    assert server.process.poll() is None


def raw(server, content, wait_s=5.0):
    """Bytes on a bare connection; -> the first bytes of the answer, b"" where the connection was closed."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=wait_s) as one:
        try:
            one.sendall(content)
            return one.recv(4096)
        except (ConnectionResetError, BrokenPipeError):
            return b""


@pytest.mark.parametrize(
    "content",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",  # TLS
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",
        b"GET /health HTTP/1.1\r\n\r\n",
        b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 2_000_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 2_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        bytes(range(256)) * 20 + b"\r\n\r\n",
    ],
)
def test_what_is_hardly_http_is_refused(server, content):
    answer = raw(server, content)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer
    assert server.health()["status"] == "ok"


def test_the_host_must_be_this_machine(server):
    key = {"Authorization": f"Bearer {server.token}"}
    for host, status in {
        "evil.example": 403,
        f"evil.example:{server.port}": 403,
        "127.0.0.1.evil.example": 403,
        "localhost": 200,
        f"LOCALHOST:{server.port}": 200,
        "[::1]:80": 200,
        "127.0.0.2": 200,
        "127.evil.example": 403,
    }.items():
        answer = httpx.get(f"{server.url}/models", headers={**key, "Host": host})
        assert answer.status_code == status, host
    assert httpx.get(f"{server.origin}/health", headers={"Host": "evil.example"}).status_code == 403


def test_the_token(server):
    for key in (
        {},
        {"Authorization": server.token},
        {"Authorization": f"Bearer {server.token[:-1]}"},
    ):
        answer = httpx.get(f"{server.url}/models", headers=key)
        assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert httpx.get(
        f"{server.url}/models", headers={"Authorization": f"bearer {server.token}"}
    ).is_success
    assert httpx.get(f"{server.origin}/health").json()["status"] == "ok"
    assert not any(server.token in line for line in server.told), (
        "a token that was given is not printed"
    )


def test_no_other_site_may_ask_from_a_browser(server):
    site = {"Origin": "https://evil.example", "Authorization": f"Bearer {server.token}"}
    asked = httpx.options(
        f"{server.url}/models", headers={**site, "Access-Control-Request-Method": "GET"}
    )
    assert asked.status_code == 405
    for answer in (asked, httpx.get(f"{server.url}/models", headers=site)):
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_body_that_is_too_large(server):
    key = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    fits = json.dumps({"model": "base", "prompt": "a", "user": "x" * 250_000})
    assert (
        httpx.post(f"{server.url}/completions", content=fits, headers=key, timeout=20).status_code
        == 200
    )
    for content in (
        fits + " " * 100_000,
        iter([b" " * 200_000] * 2),
    ):  # with a length, and in chunks
        answer = httpx.post(f"{server.url}/completions", content=content, headers=key, timeout=20)
        assert answer.status_code == 413 and answer.json()["error"]["code"] == "request_too_large"


def leave_at_once(server, stream):
    """Ask for a long text, and go away as soon as it is being written."""
    body = {
        "model": "base",
        "prompt": "A",
        "max_tokens": 120,
        "temperature": 1.5,
        "n": 8,
        "stream": stream,
    }
    content = json.dumps(body).encode()
    head = (
        f"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    one = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    one.sendall(head.encode() + content)
    if stream:
        assert one.recv(20).startswith(b"HTTP/1.1 200")
    else:
        until = time.monotonic() + 20
        while not server.health()["models"]["base"]["busy"] and time.monotonic() < until:
            time.sleep(0.001)
    one.close()


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_frees_its_slots(server, client, stream):
    before = complete(client, max_tokens=20).choices[0].text
    for _ in range(5):
        leave_at_once(server, stream)
    assert complete(client, max_tokens=20).choices[0].text == before
    assert server.counts()["base"] == (0, 0)


def test_half_a_request_holds_nobody_up(server, client):
    head = b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n"
    open_ones = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(50)]
    for one in open_ones:
        one.sendall(head)
    assert chat(client, QUESTION).choices[0].finish_reason == "stop"
    for one in open_ones:
        one.close()


def test_many_odd_requests_at_once_leave_the_good_ones_alone(server, client):
    good = complete(client, max_tokens=20).choices[0].text
    stop = threading.Event()

    def annoy(seed):
        rng = random.Random(seed)
        with httpx.Client(base_url=server.origin, timeout=30) as odd:
            while not stop.is_set():
                assert send(odd, rng, server.token).status_code < 500

    others = [threading.Thread(target=annoy, args=(seed,)) for seed in range(3)]
    for one in others:
        one.start()
    try:
        assert {complete(client, max_tokens=20).choices[0].text for _ in range(5)} == {good}
    finally:
        stop.set()
        for one in others:
            one.join()
