"""Every test runs on the reference bodies; the learner's own are tested by the checks."""

import os
import tempfile
from pathlib import Path

if "PYTEST_XDIST_WORKER" in os.environ:  # several workers: each computes on one core
    os.environ.setdefault("OMP_NUM_THREADS", "1")
# Before torch is imported: threads that wait spin little, as other work may share the cores.
os.environ.setdefault("GOMP_SPINCOUNT", "20000")
os.environ["GPTLAB_BORROW"] = "all"  # before gptlab is first imported
nothing_borrowed = Path(tempfile.gettempdir()) / f"gptlab-tests-{os.getpid()}"
os.environ["GPTLAB_HOME"] = str(nothing_borrowed)
