"""Every test runs on the reference bodies; the learner's own are tested by the checks."""

import os
import tempfile

os.environ.setdefault("GOMP_SPINCOUNT", "20000")  # before torch: threads that wait spin little, other work may share the cores
os.environ["GPTLAB_BORROW"] = "all"  # must stand before gptlab is first imported
os.environ["GPTLAB_HOME"] = os.path.join(tempfile.gettempdir(), f"gptlab-tests-{os.getpid()}")  # nothing is borrowed there
