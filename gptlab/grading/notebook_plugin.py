"""A plugin for pytest with nbval: what of an output is compared, and a kernel that is confined where it is to be.

GPTLAB_SCRATCH names the one folder that a confined kernel may write into; without it kernels are as ever.
"""

import functools
import os
import sys
from pathlib import Path

SKIPPED = (  # what may differ in ways that nobody sees
    "stderr",
    "text/html",
    "text/latex",
    "text/markdown",
    "image/svg+xml",
    "application/javascript",
    "application/json",
    "application/vnd.jupyter.widget-view+json",
)
SANITIZE = Path(__file__).with_name("nbval_sanitize.cfg")


def pytest_collectstart(collector) -> None:
    """Leave pictures, HTML and widgets out of the comparison."""
    if hasattr(collector, "skip_compare"):  # nbval's collector of a notebook
        collector.skip_compare += SKIPPED


def pytest_configure(config) -> None:
    """Start kernels confined, with sockets that are files."""
    scratch = os.environ.get("GPTLAB_SCRATCH")
    if not scratch:
        return
    import ipykernel.kernelspec
    import nbval.kernel

    start = f"from gptlab.grading.confined.kernel import main; main({scratch!r})"
    spec = ipykernel.kernelspec.get_kernel_dict()
    spec["argv"] = [sys.executable, "-c", start, "-f", "{connection_file}"]
    ipykernel.kernelspec.get_kernel_dict = lambda *arguments, **options: spec
    nbval.kernel.KernelManager = functools.partial(
        nbval.kernel.KernelManager, transport="ipc", ip=str(Path(scratch, "k"))
    )
