"""`python -m gptlab` is `gptlab`."""

import sys

from gptlab.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
