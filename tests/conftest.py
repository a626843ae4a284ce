"""Every test runs on the reference bodies; the learner's own are tested by the checks."""

import os

os.environ["GPTLAB_BORROW"] = "all"  # must stand before gptlab is first imported
