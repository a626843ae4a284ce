"""What `gptlab serve` writes for 1, 4 and 16 clients at once, and what it would write without batching.

    python benchmarks/serve.py [--seconds 8] [--model ppo_ptx] [--steady]

Each client asks one thing after the other, on one connection. Tokens a second are by the clock, and by the server's
own processor time, which other programs on the machine change less. `--steady` then asks 20,000 times more and says
how much memory the server holds on the way. The clients run in this process, on the same machine.
"""

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

import psutil

from gptlab.engine import hardware

TOKEN = "a-token-of-the-benchmark"
NEW = 32  # tokens of each text: the base model seldom ends a page before
QUESTION = "The capital of"


class Served:
    """`gptlab serve` on a free port."""

    def __init__(self, model: str, *words: str) -> None:
        command = [sys.executable, "-m", "gptlab", "serve", "--port", "0", "--model", model, *words]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=os.environ | {"GPTLAB_TOKEN": TOKEN},
        )
        found = None
        while not found:
            line = self.process.stdout.readline()
            if not line:
                sys.exit("the server did not start")
            found = re.match(r"listening at http://127\.0\.0\.1:(\d+)", line)
        self.port = int(found[1])
        self.model = model
        self.seen = psutil.Process(self.process.pid)

    def __enter__(self) -> "Served":
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait(30)

    def cpu_s(self) -> float:
        """Processor time so far."""
        times = self.seen.cpu_times()
        return times.user + times.system

    def memory_mb(self) -> float:
        """What it holds now."""
        return self.seen.memory_info().rss / 1e6


@dataclass
class Client:
    """One client, and what it saw."""

    served: Served
    stream: bool
    number: int
    n_tokens: int = 0
    seconds: list[float] = field(default_factory=list)  # of each request
    first: list[float] = field(default_factory=list)  # to a stream's first event

    def run(self, until: float, most: int = 10**9) -> None:
        """Ask until it is time to stop."""
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=120)
        while time.perf_counter() < until and len(self.seconds) < most:
            self.ask(connection)
        connection.close()

    def ask(self, connection: http.client.HTTPConnection) -> None:
        """One request, another text each time."""
        body = {
            "model": self.served.model,
            "prompt": QUESTION,
            "max_tokens": NEW,
            "seed": self.number * 10**6 + len(self.seconds),
            "stream": self.stream,
        }
        if self.stream:
            body["stream_options"] = {"include_usage": True}
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        begin = time.perf_counter()
        connection.request("POST", "/v1/completions", json.dumps(body), headers)
        answer = connection.getresponse()
        if answer.status != 200:
            sys.exit(f"{answer.status}: {answer.read(500)}")
        first = answer.readline() if self.stream else b""
        if self.stream:
            self.first.append(time.perf_counter() - begin)
        rest = first + answer.read()
        self.seconds.append(time.perf_counter() - begin)
        usage = re.findall(rb'"completion_tokens":(\d+)', rest)
        self.n_tokens += int(usage[-1])


def measure(served: Served, n_clients: int, stream: bool, seconds: float, most: int = 10**9) -> str:
    """One row of the table."""
    clients = [Client(served, stream, number) for number in range(n_clients)]
    cpu, begin = served.cpu_s(), time.perf_counter()
    threads = [threading.Thread(target=one.run, args=(begin + seconds, most)) for one in clients]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    wall, cpu = time.perf_counter() - begin, served.cpu_s() - cpu
    n = sum(one.n_tokens for one in clients)
    waits = [1000 * s for one in clients for s in one.seconds]
    slow = statistics.quantiles(waits, n=20)[-1] if len(waits) > 1 else waits[0]
    row = f"{n_clients:>7} {'yes' if stream else 'no':>6} {n / wall:>9,.0f} {n / cpu:>13,.0f}"
    row += f" {len(waits) / wall:>11.1f} {statistics.median(waits):>10.0f} {slow:>10.0f}"
    firsts = [1000 * s for one in clients for s in one.first]
    return row + (f" {statistics.median(firsts):>9.0f}" if firsts else "         –")


def steady(served: Served, n_requests: int = 20_000) -> None:
    """The server's memory while it answers many requests, half of them streams."""
    for done in range(0, n_requests + 1, n_requests // 10):
        print(f"{done:>7} requests: {served.memory_mb():.1f} MB", flush=True)
        if done < n_requests:
            measure(served, 16, done // (n_requests // 10) % 2 == 1, 1e9, n_requests // 160)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8.0, help="of each row")
    parser.add_argument("--model", default="base")
    parser.add_argument(
        "--steady", action="store_true", help="ask 20,000 times and watch the memory"
    )
    options = parser.parse_args()
    machine = hardware.describe()
    print(
        f"{machine['processor']}, {machine['cores']} cores, load {os.getloadavg()[0]:.1f}, "
        f"torch {machine['torch']}; texts of {NEW} tokens"
    )
    head = "clients stream  tokens/s  tokens/cpu s  requests/s  median ms  95 % ms  first ms"
    for words in ([], ["--max-batch", "1"]):
        with Served(options.model, *words) as served:
            print(f"\n{' '.join(words) or '--max-batch 16'}\n{head}", flush=True)
            measure(served, 1, False, 1.0)  # once to warm up
            for stream in (False, True) if not words else (False,):
                for n in (1, 4, 16):
                    print(measure(served, n, stream, options.seconds), flush=True)
            if options.steady and not words:
                steady(served)


if __name__ == "__main__":
    main()
