"""The whole pass, from the top of the checkout: python -m dev.mutation [--module NAME] [--json FILE [--resume]]."""

import argparse
import hashlib
import json
import sys
from pathlib import Path

from .judge import judged
from .mutate import ROOT, SOLUTIONS, Mutant, modules, mutants
from .report import MOST_ALIVE, Tally, equivalents, living_line, share_alive, stale


def fingerprint(module: str) -> str:
    """Of the references of a module and of everything that its checks are made of."""
    files = [SOLUTIONS / f"{module}.py", *sorted((ROOT / "gptlab" / "exercises").rglob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _known(path: Path | None) -> dict:
    """Verdicts of an earlier pass, by module."""
    return json.loads(path.read_text(encoding="utf-8")) if path and path.is_file() else {}


def _all_verdicts(module: str, known: dict, save) -> list[tuple[Mutant, str]]:
    """Judge the mutants of a module; save(verdicts) is called now and then."""
    before = known.get(module, {})
    verdicts = (
        before.get("verdicts", []) if before.get("fingerprint") == fingerprint(module) else []
    )
    found = mutants(module)
    for n, (_, verdict) in enumerate(judged(found[len(verdicts) :]), start=1):
        verdicts.append(verdict)
        if n % 50 == 0 or len(verdicts) == len(found):
            save(module, verdicts)
    return list(zip(found, verdicts, strict=True))


def whole_pass(names: list[str], path: Path | None, resume: bool) -> list[Tally]:
    """Judge module after module, and print what is alive."""
    known, listed, tallies = _known(path) if resume else {}, equivalents(), []

    def save(module: str, verdicts: list[str]) -> None:
        known[module] = {"fingerprint": fingerprint(module), "verdicts": verdicts}
        if path:
            path.write_text(json.dumps(known), encoding="utf-8")

    for module in names:
        tally = Tally(module)
        for mutant, found in _all_verdicts(module, known, save):
            verdict = "equivalent" if found == "alive" and mutant.name in listed else found
            tally.verdicts.append((mutant, verdict))
            if verdict == "alive":
                print(living_line(mutant))
        print(tally.line(), flush=True)
        tallies.append(tally)
    return tallies


def main(arguments: list[str] | None = None) -> int:
    """0 when at most 3 % live that are not written down, and the list of equivalents is true."""
    parser = argparse.ArgumentParser(prog="python -m dev.mutation", description=__doc__)
    parser.add_argument(
        "--module", action="append", choices=modules(), help="only this one (may come again)"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the verdicts to FILE, now and then"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on where FILE ends, if nothing changed since"
    )
    given = parser.parse_args(arguments)
    if given.resume and not given.json:
        parser.error("--resume goes on from a file: name it with --json")
    tallies = whole_pass(given.module or modules(), given.json, given.resume)
    out_of_date, alive = stale(tallies), share_alive(tallies)
    total = Tally("together", [pair for tally in tallies for pair in tally.verdicts])
    print(
        "\n".join(
            [
                *out_of_date,
                total.line(),
                f"{alive:.2%} alive and not written down; at most {MOST_ALIVE:.0%} may be",
            ]
        )
    )
    return int(alive > MOST_ALIVE or bool(out_of_date))


if __name__ == "__main__":
    sys.exit(main())
