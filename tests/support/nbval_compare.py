"""nbval compares what is plain text; pictures, HTML and widgets may differ in ways that nobody sees."""

SKIPPED = (
    "stderr",
    "text/html",
    "text/latex",
    "text/markdown",
    "image/svg+xml",
    "application/javascript",
    "application/json",
    "application/vnd.jupyter.widget-view+json",
)


def pytest_collectstart(collector):
    if hasattr(collector, "skip_compare"):  # nbval's collector of a notebook
        collector.skip_compare += SKIPPED
