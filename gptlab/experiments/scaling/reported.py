"""What others report that their trainings took: the figures as their authors print them, and where."""

from dataclasses import dataclass

from gptlab import scaling

A100, H100 = 312e12, 989e12  # dense bfloat16 operations a second


@dataclass(frozen=True)
class Pretraining:
    """One pretraining run."""

    name: str
    n_params: float
    n_tokens: float
    cards: str
    n_cards: int
    peak: float  # of one card, operations a second
    hours: float  # by the clock
    dollars: float | None  # None: not reported
    source: str

    @property
    def utilization(self) -> float:
        """The share of the cards' peak that 6·N·D and the reported hours mean."""
        seconds = 3600 * self.hours
        work = scaling.training_flops(self.n_params, self.n_tokens)
        return work / (seconds * self.n_cards * self.peak)


PRETRAININGS = (
    Pretraining(  # 600,000 steps of 0.49 million tokens: train.py
        "nanoGPT, GPT-2 124M", 124e6, 295e9, "8 × A100", 8, A100, 96, None,
        "karpathy/nanoGPT, README",
    ),
    Pretraining(
        "nanochat d32", 1.9e9, 38e9, "8 × H100", 8, H100, 33, 800, "karpathy/nanochat, README of 2025"
    ),
    Pretraining(  # hours of all cards together: how many there were is not said for this size
        "LLaMA 7B", 6.7e9, 1e12, "A100, summed", 1, A100, 82_432, None,
        "Touvron et al. 2023, table 15",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class FineTuning:
    """One run of SFT, reward model and PPO after InstructGPT's recipe."""

    name: str
    cards: str
    hours: tuple[float, float, float]  # SFT, reward model, PPO


DEEPSPEED_CHAT = (  # Microsoft's blog and Yao et al. 2023, tables 4 to 6; the reward model is OPT-350M each time
    FineTuning("OPT-1.3B", "1 × A6000", (2900 / 3600, 670 / 3600, 1.2)),
    FineTuning("OPT-13B", "8 × A100 40 GB", (2.5, 0.25, 10.8)),
    FineTuning("OPT-66B", "64 × A100 80 GB", (82 / 60, 5 / 60, 7.5)),
)
