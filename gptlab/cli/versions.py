"""Versions of packages: which gptlab asks for, which are installed, and whether these satisfy those."""

import re

from gptlab.blanks.source_scan import CHECKOUT


def installed(name: str) -> str | None:
    """The installed version of a package, None without one."""
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def requirements() -> list[tuple[str, str]]:
    """gptlab's own dependencies, (name, conditions) each: as installed, or as the checkout's pyproject.toml says."""
    from importlib import metadata

    try:
        lines = [line for line in metadata.requires("gptlab") or [] if "extra ==" not in line]
    except metadata.PackageNotFoundError:
        try:
            text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
        except OSError:
            return []
        block = re.search(r"^dependencies = \[(.*?)^\]", text, re.S | re.M)
        lines = re.findall(r'"([^"]+)"', block[1]) if block else []
    return [re.match(r"\s*([\w.-]+)\s*([^;]*?)\s*(?:;|$)", line).groups() for line in lines]


def satisfies(have: str, wanted: str) -> bool:
    """Whether a version meets all conditions such as ">=2.6,<3"; a local part such as +cpu does not count."""
    for operator, number in re.findall(r"(>=|<=|==|!=|<|>)\s*([\w.]+)", wanted):
        a, b = numbers(have), numbers(number)
        size = max(len(a), len(b))
        a, b = a + (0,) * (size - len(a)), b + (0,) * (size - len(b))
        if not {">=": a >= b, "<=": a <= b, "==": a == b, "!=": a != b, "<": a < b, ">": a > b}[
            operator
        ]:
            return False
    return True


def numbers(version: str) -> tuple[int, ...]:
    """Example: "2.13.0+cpu" -> (2, 13, 0)."""
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0]))
