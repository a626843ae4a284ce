"""Which functions a model runs: the learner's, their fused counterparts, or these with products in bfloat16."""

import torch

from gptlab.blanks.registry import version
from gptlab.engine.model.bf16 import with_bf16
from gptlab.engine.model.fused import ModelFunctions, select_functions

WAYS = ("plain", "fused", "bf16")


class FunctionSet:
    """The functions of one model: what was proven equal is proven again once a learner's function has changed.

    way    "plain" = the learner's; "fused" = the counterpart of each that proves equal; "bf16" = these, with
           products in bfloat16 while the model trains
    given  run exactly these instead

    Raises ValueError for another way.
    """

    def __init__(self, way: str, given: ModelFunctions | None = None) -> None:
        if way not in WAYS:
            raise ValueError(f"a model runs on {', '.join(WAYS)} or auto, but not on {way!r}")
        self.way = way
        self.given = given
        self._choose()

    def _choose(self) -> None:
        self._version = version()
        self._exact = self.given or select_functions(self.way != "plain")
        self._training = with_bf16(self._exact) if self.way == "bf16" else self._exact

    def get(self, training: bool = False) -> ModelFunctions:
        """The functions to run now; only in training may they round to bfloat16."""
        if self._version != version() and not torch.compiler.is_compiling():
            self._choose()
        return self._training if training else self._exact
