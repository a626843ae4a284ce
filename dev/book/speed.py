"""The page about speed: the table of the bench whose rows `gptlab bench --json book/speed.json` wrote."""

import math


def table(found: dict) -> str:
    """One line a row of the bench, as Markdown."""
    lines = ["| | ours | peer | ratio | target |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(_line(row) for row in found["rows"])]) + "\n"


def machine(found: dict) -> str:
    """Where, when and with what the table was measured."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    where = f"{found['machine']['cores']} cores of an {found['machine']['processor']}"
    commit = f", commit {found['commit']}" if found["commit"] else ""
    seconds = f"{found['seconds']:g} seconds for each comparison"
    return f"Measured on {found['date']} on {where} with nothing else running{commit}; {seconds}; {versions}.\n"


def _line(row: dict) -> str:
    what = f"{row['bench']}: {row['what']}, {row['unit']}"
    if row["note"]:
        what += f" ({row['note']})"
    peer = "" if row["peer"] is None else f"{_number(row['peer'])} ({row['peer_name']})"
    cells = [what, _number(row["ours"]), peer, _ratio(row), _plain(row["target"])]
    return f"| {' | '.join(cells)} |"


def _ratio(row: dict) -> str:
    if row["ratio"] is None:
        return ""
    if row["low"] is None:
        return _plain(row["ratio"])
    return f"{row['ratio']:.2f} ({row['low']:.2f} to {row['high']:.2f})"


def _plain(x: float | None) -> str:
    return "" if x is None else f"{x:.2f}"


def _number(x: float) -> str:
    if math.isnan(x):
        return "–"
    return f"{x:,.0f}" if x >= 100 else f"{x:.3g}"
