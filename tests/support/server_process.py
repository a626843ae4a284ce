"""`gptlab serve` as a process of its own, on a free port."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

from tests.support.paths import ROOT

TOKEN = "a-token-of-the-tests"


class ServerProcess:
    """Started and ready within `with`, ended after it.

    url     of the API, for a client
    origin  of the server
    """

    def __init__(self, *words, **environment):
        command = [sys.executable, "-m", "gptlab", "serve", "--port", "0", *words]
        self.token = environment.setdefault("GPTLAB_TOKEN", TOKEN)
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.told = []
        for line in self.process.stdout:
            self.told.append(line)
            if found := re.match(r"listening at (http://\S+)", line):
                break
        else:
            raise AssertionError("".join(self.told) + self.process.communicate()[1])
        self.origin = found[1]
        self.url = f"{self.origin}/v1"
        self.port = int(self.origin.rpartition(":")[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end()

    def end(self, signal_number=signal.SIGTERM, timeout=30):
        """Tell it to end; -> exit status, what it said on stderr."""
        self.process.send_signal(signal_number)
        _, errors = self.process.communicate(timeout=timeout)
        return self.process.returncode, errors

    def health(self):
        with urllib.request.urlopen(f"{self.origin}/health", timeout=20) as answer:
            return json.load(answer)

    def counts(self, patience_s=10.0):
        """(busy, waiting) of each model, once nothing changes to nothing any more or patience is over."""
        until = time.monotonic() + patience_s
        while True:
            models = self.health()["models"]
            found = {name: (one["busy"], one["waiting"]) for name, one in models.items()}
            if time.monotonic() > until or all(pair == (0, 0) for pair in found.values()):
                return found
            time.sleep(0.02)
