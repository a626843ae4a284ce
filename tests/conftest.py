"""Every test runs on the reference bodies; the learner's own are tested by the checks."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported: one core for each process
os.environ["GPTLAB_BORROW"] = "all"  # before gptlab is first imported
nothing_borrowed = Path(tempfile.gettempdir()) / f"gptlab-tests-{os.getpid()}"
os.environ["GPTLAB_HOME"] = str(nothing_borrowed)
