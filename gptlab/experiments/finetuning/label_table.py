"""How much is pretraining worth? Accuracy by the number of labels, from the base model and from nothing.

The long table, over several seeds, is made once by `python -m dev.finetuning_log` and shipped; the lesson makes
single rows of it live.
"""

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gptlab.engine.model.shipped import FOLDER
from gptlab.experiments.finetuning.fine_tune import N_MEASURED, Bench, fine_tune, measure
from gptlab.experiments.finetuning.tasks import TASKS

LOG = FOLDER / "logs" / "finetuning.json"
# Student's t, two-sided 95 %, by the number of seeds
T_95 = {2: 12.71, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 8: 2.365, 10: 2.262}


@dataclass(frozen=True)
class Row:
    """One tuning: of what, from where, on how many labels, and its accuracy on test examples.

    layers  blocks taken from the base model; None = the whole model, −1 = nothing
    weight  λ of the texts' loss
    """

    task: str
    n_labels: int
    layers: int | None = None
    weight: float = 0.5
    seed: int = 0
    accuracy: float = math.nan

    @property
    def setting(self) -> tuple:
        """What seeds have in common."""
        return self.task, self.n_labels, self.layers, self.weight


SCRATCH = -1


def tuned_row(bench: Bench, row: Row) -> Row:
    """Tune one model as a row says, and measure it on the test examples."""
    task = TASKS[row.task]
    train = bench.labelled(task, "labels", row.n_labels, row.seed)
    test = bench.labelled(task, "test", N_MEASURED)
    pretrained = row.layers != SCRATCH
    model = bench.model(task, pretrained, row.layers if pretrained else None, row.seed)
    fine_tune(model, train, weight=row.weight, steps=task.steps, seed=row.seed)
    _, accuracy = measure(model, test)
    return Row(row.task, row.n_labels, row.layers, row.weight, row.seed, accuracy)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean over seeds, and half the width of its 95 % interval by Student's t; 0 for a single seed."""
    if len(values) < 2:
        return values[0], 0.0
    spread = statistics.stdev(values) / math.sqrt(len(values))
    return statistics.mean(values), T_95[len(values)] * spread


def by_setting(rows: Sequence[Row]) -> dict[tuple, list[float]]:
    """Accuracies of all seeds, for each setting."""
    found: dict[tuple, list[float]] = {}
    for row in rows:
        found.setdefault(row.setting, []).append(row.accuracy)
    return found


def save(rows: Sequence[Row], made: dict, path: Path = LOG) -> None:
    """Write the table, and how it was made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join("  " + json.dumps(asdict(row)) for row in rows)
    head = json.dumps(made, ensure_ascii=False, indent=1)
    path.write_text(f'{{"made": {head},\n "rows": [\n{lines}\n]}}\n', encoding="utf-8")


def load(path: Path = LOG) -> tuple[list[Row], dict]:
    """The shipped table, and how it was made."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return [Row(**row) for row in content["rows"]], content["made"]
