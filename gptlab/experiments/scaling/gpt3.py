"""GPT-3's table, rebuilt, and what its training took: operations, device-years, dollars.

Figures are those that the papers and the makers print; the arithmetic is here.
"""

from dataclasses import dataclass

from gptlab import scaling

VOCABULARY, CONTEXT = 50257, 2048  # tokens; Brown et al. 2020, §2.1
TOKENS = 300e9  # read by every row; table 2.1
YEAR_S = 365 * 24 * 3600.0
PF_DAY = 1e15 * 24 * 3600  # operations of a petaflop/s for a day


@dataclass(frozen=True)
class Row:
    """One row of Brown et al. 2020, table 2.1, with its parameters and operations from table D.1."""

    name: str  # as table 2.1 prints the parameters
    n_layers: int
    d_model: int
    n_heads: int
    d_head: int
    n_printed: float  # parameters, table D.1
    flops_printed: float  # table D.1

    @property
    def n_parameters(self) -> int:
        """Counted from the row's own layers and width."""
        return scaling.transformer_parameters(self.n_layers, self.d_model, VOCABULARY, CONTEXT)

    @property
    def flops(self) -> float:
        """Of the training on 300 billion tokens, by the parameters that were counted."""
        return scaling.training_flops(self.n_parameters, TOKENS)

    @property
    def heads_fit(self) -> bool:
        """Whether the heads, side by side, are as wide as the model."""
        return self.n_heads * self.d_head == self.d_model


TABLE = (
    Row("125M", 12, 768, 12, 64, 125e6, 2.25e20),
    Row("350M", 24, 1024, 16, 64, 356e6, 6.41e20),
    Row("760M", 24, 1536, 16, 96, 760e6, 1.37e21),
    Row("1.3B", 24, 2048, 24, 128, 1.320e9, 2.38e21),
    Row("2.7B", 32, 2560, 32, 80, 2.650e9, 4.77e21),
    Row("6.7B", 32, 4096, 32, 128, 6.660e9, 1.20e22),
    Row("13B", 40, 5140, 40, 128, 12.850e9, 2.31e22),
    Row("175B", 96, 12288, 96, 128, 174.600e9, 3.14e23),
)


@dataclass(frozen=True)
class Machine:
    """A device that trains: how many operations a second it does in a real training, and its price."""

    name: str
    flops_per_s: float
    dollars_per_hour: float
    why: str  # where the speed and the price come from

    def years(self, flops: float) -> float:
        """Of one such device for so many operations."""
        return flops / self.flops_per_s / YEAR_S

    def dollars(self, flops: float) -> float:
        """The price of so many operations."""
        return flops / self.flops_per_s / 3600 * self.dollars_per_hour


MACHINES = (
    Machine(
        "V100, Lambda's estimate",
        28e12,
        1.50,
        "28 TFLOP/s, the peak without tensor cores, and the lowest price of a 3-year reservation; "
        "C. Li, Lambda Labs 2020",
    ),
    Machine(
        "A100, measured on GPT-3's shape",
        105e12,
        1.50,
        "140 of 312 TFLOP/s on 1,024 devices, a quarter of it spent on working out activations twice: "
        "34 days; Narayanan et al. 2021, §5.1; price assumed",
    ),
    Machine(
        "H100 at 40 % of its peak",
        0.4 * 989e12,
        2.50,
        "989 TFLOP/s in bf16 by the maker's data sheet; 40 % and the price are assumptions",
    ),
)


def machine(name: str) -> Machine:
    """The first machine whose name begins so.

    Raises StopIteration where there is none.
    """
    return next(one for one in MACHINES if one.name.startswith(name))
