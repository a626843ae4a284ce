"""Every test runs on the reference bodies; the learner's own are tested by the checks."""

import os
import tempfile

if "PYTEST_XDIST_WORKER" in os.environ:  # several workers: each computes on one core
    os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault(
    "GOMP_SPINCOUNT", "20000"
)  # before torch: threads that wait spin little, other work may share the cores
os.environ["GPTLAB_BORROW"] = "all"  # must stand before gptlab is first imported
os.environ["GPTLAB_HOME"] = os.path.join(
    tempfile.gettempdir(), f"gptlab-tests-{os.getpid()}"
)  # nothing is borrowed there
