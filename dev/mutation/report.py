"""What the whole pass says: mutants, killed, written down as equivalent, alive; and whether the list is true."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .mutate import SOLUTIONS, Mutant

EQUIVALENTS = Path(__file__).parent / "equivalents.tsv"
MOST_ALIVE = 0.03  # of all mutants


@dataclass
class Tally:
    """The verdicts on the mutants of one module."""

    module: str
    verdicts: list[tuple[Mutant, str]] = field(default_factory=list)

    def count(self) -> Counter:
        """How many of each verdict; alive ones that are written down count as equivalent."""
        return Counter(verdict for _, verdict in self.verdicts)

    def line(self) -> str:
        """One line, as wide as the others."""
        n = self.count()
        late = f" ({n['out of time']} by the time they took)" if n["out of time"] else ""
        killed = n["killed"] + n["out of time"]
        return (
            f"{self.module:<12} {len(self.verdicts):>5} mutants  {killed:>5} killed  {n['equivalent']:>4} equivalent"
            f"  {n['alive']:>4} alive{late}"
        )


def equivalents() -> dict[tuple[str, str, str], str]:
    """The mutants that are right answers too, by name, each with the reason."""
    rows = [
        line.split("\t")
        for line in EQUIVALENTS.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    return {(function, before, after): reason for function, before, after, reason in rows}


def living_line(mutant: Mutant) -> str:
    """A living mutant with its place."""
    place = (SOLUTIONS / mutant.function).stem
    return f"alive  solutions/{place}.py:{mutant.line}  [{mutant.operator}]  {mutant.before}  ->  {mutant.after}"


def stale(tallies: Iterable[Tally]) -> list[str]:
    """What is written down as equivalent but is killed, or is no mutant."""
    found = {mutant.name: verdict for tally in tallies for mutant, verdict in tally.verdicts}
    seen = {tally.module for tally in tallies}
    lines = []
    for name in equivalents():
        if name[0].partition(".")[0] in seen and found.get(name) != "equivalent":
            why = "is no mutant" if name not in found else f"is {found[name]}"
            lines.append(
                f"stale  {name[0]}: {name[1]}  ->  {name[2]}  {why}: take it out of {EQUIVALENTS.name}"
            )
    return lines


def share_alive(tallies: Iterable[Tally]) -> float:
    """Living mutants that are not written down, as a share of all."""
    total = sum(len(tally.verdicts) for tally in tallies)
    return sum(tally.count()["alive"] for tally in tallies) / max(1, total)
