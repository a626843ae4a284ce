"""The log of lesson 10c on the shipped model, trained on pages that repeat.

    python -m dev.fed_repeats

takes a minute or two of computing time, and writes gptlab/assets/logs/fed_repeats.json.
"""

import json
import subprocess
import sys

from gptlab import borrow
from gptlab.blanks.files import write_atomically
from gptlab.engine import hardware
from gptlab.experiments.scaling import fed_repeats


def main() -> int:
    """Train on, measure, and write the log; returns the exit status."""
    borrow("all")  # the log is made of the references, whatever this checkout holds
    hardware.prepare_torch()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    )
    log = {
        "command": "python -m dev.fed_repeats",
        "commit": commit.stdout.strip(),
        "machine": hardware.describe(),
        **fed_repeats.feed(),
    }
    rows = ",\n  ".join(json.dumps(row) for row in log.pop("rows"))
    head = json.dumps(log, indent=1)[:-2]
    fed_repeats.LOG.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(fed_repeats.LOG, f'{head},\n "rows": [\n  {rows}\n ]\n}}\n')
    return 0


if __name__ == "__main__":
    sys.exit(main())
