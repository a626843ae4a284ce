"""The presets of a run: how much text, how large a model and how many steps, as one frozen dataclass each."""

from dataclasses import dataclass, replace

from gptlab.engine.config import Config, GPTConfig, PPOConfig, RewardConfig, SFTConfig, TrainConfig

CHOSEN_BY_TIME = "minutes"  # a preset that `--minutes 20` made is called minutes-20


@dataclass(frozen=True)
class Preset(Config):
    """One run from tokenizer to PPO-ptx."""

    name: str
    corpus_mb: float  # pages of the little web, megabytes of text
    model: (
        GPTConfig  # its vocabulary counts the special tokens; a short text may give a smaller one
    )
    pretrain: TrainConfig
    n_demonstrations: int
    sft: SFTConfig
    n_comparisons: int  # prompts with ranked replies, two of four sampled from the SFT model
    reward: RewardConfig
    ppo: PPOConfig
    n_eval: int  # pages and prompts of each measurement
    n_written: int = 0  # prompts with ranked replies that people wrote, all four

    def __post_init__(self) -> None:
        self._whole(0, "n_written")
        self._whole(1, "n_demonstrations", "n_comparisons", "n_eval")
        self._real(0.0, 1e6, "corpus_mb", above=True)

    @property
    def minutes(self) -> float:
        """The time that `--minutes` chose this for; 0 for a preset that has a name of its own."""
        kind, _, number = self.name.partition("-")
        return float(number) if kind == CHOSEN_BY_TIME else 0.0

    def to_dict(self) -> dict:
        """The fields by name, the model's as `vocab_size` and `shape`: so all runs so far have noted them."""
        values = super().to_dict()
        model = values.pop("model")
        head = {name: values.pop(name) for name in ("name", "corpus_mb")}
        shape = [model[key] for key in ("context", "n_layers", "n_heads", "d_model")]
        return head | {"vocab_size": model["vocab_size"], "shape": shape} | values


def _tiny() -> Preset:
    return Preset(
        "tiny",
        corpus_mb=1.5,
        model=GPTConfig(1024, context=128, n_layers=2, n_heads=2, d_model=64),
        pretrain=TrainConfig(
            steps=350, batch_size=16, lr=1e-2, min_lr=1e-4, warmup=20, muon_lr=0.03
        ),
        n_demonstrations=1200,
        sft=SFTConfig(epochs=3, batch_size=32, lr=2e-3, pretraining_mix=0.2, muon_ratio=5.0),
        n_comparisons=300,
        reward=RewardConfig(prompts_per_batch=16, lr=2e-3, muon_ratio=5.0),
        ppo=PPOConfig(rounds=40, prompts_per_round=64, minibatch=64, epochs=1, lr=1e-3, beta=0.1),
        n_eval=100,
    )


def _small() -> Preset:
    return Preset(
        "small",
        corpus_mb=14.0,
        model=GPTConfig(4096, context=128, n_layers=4, n_heads=4, d_model=128),
        pretrain=TrainConfig(
            steps=2100, batch_size=16, lr=2e-2, min_lr=2e-4, warmup=50, muon_lr=0.04
        ),
        n_demonstrations=4000,
        sft=SFTConfig(epochs=2, batch_size=64, lr=2e-3, pretraining_mix=0.25, muon_ratio=5.0),
        n_comparisons=2200,
        n_written=4400,
        reward=RewardConfig(prompts_per_batch=16, lr=1e-3, muon_ratio=5.0),
        ppo=PPOConfig(
            rounds=40,
            prompts_per_round=64,
            minibatch=32,
            epochs=2,
            lr=2e-4,
            beta=0.1,
            end_score=-3.0,
        ),
        n_eval=1000,
    )


def _base() -> Preset:
    return Preset(
        "base",
        corpus_mb=100.0,
        model=GPTConfig(4096, context=128, n_layers=6, n_heads=6, d_model=192),
        pretrain=TrainConfig(
            steps=12000, batch_size=16, lr=1e-2, min_lr=1e-4, warmup=100, muon_lr=0.03
        ),
        n_demonstrations=10000,
        sft=SFTConfig(epochs=2, batch_size=64, lr=1e-3, pretraining_mix=0.25, muon_ratio=5.0),
        n_comparisons=6000,
        n_written=12000,
        reward=RewardConfig(prompts_per_batch=16, lr=1e-3, muon_ratio=5.0),
        ppo=PPOConfig(
            rounds=80,
            prompts_per_round=64,
            minibatch=32,
            epochs=2,
            lr=1e-4,
            beta=0.1,
            end_score=-3.0,
        ),
        n_eval=2000,
    )


def _shipped() -> Preset:
    """What the course ships: `small` at several times its length."""
    small = _small()
    return replace(
        small,
        name="shipped",
        corpus_mb=60.0,
        pretrain=replace(small.pretrain, steps=8000, min_lr=1e-4),
        n_demonstrations=7000,
        n_comparisons=4000,
        n_written=8000,
        ppo=replace(small.ppo, rounds=60),
        n_eval=1500,
    )


PRESETS = {"tiny": _tiny, "small": _small, "base": _base, "shipped": _shipped}
MINUTES = {
    "tiny": 1,
    "small": 8,
    "base": 60,
    "shipped": 40,
}  # on 2 cores of an AMD EPYC; shipped, beside other work


def duration(name: str) -> str:
    """How long a preset takes on 2 cores, in words; one that was never measured takes "a while"."""
    if name not in MINUTES:
        return "a while"
    return "about a minute" if MINUTES[name] == 1 else f"about {MINUTES[name]} minutes"


def preset(name: str) -> Preset:
    """The preset of that name.

    Raises ValueError naming the presets when there is none.
    """
    if name not in PRESETS:
        raise ValueError(f"no preset {name!r}: choose from {', '.join(PRESETS)}")
    return PRESETS[name]()


def from_saved(values: dict) -> Preset:
    """The preset whose `to_dict` was saved.

    Raises ValueError, KeyError or TypeError where it was not.
    """
    values = dict(values)
    shape = dict(zip(("context", "n_layers", "n_heads", "d_model"), values.pop("shape")))
    model = GPTConfig(values.pop("vocab_size"), **shape)
    stages = {"pretrain": TrainConfig, "sft": SFTConfig, "reward": RewardConfig, "ppo": PPOConfig}
    return Preset(
        model=model,
        **{n: stages[n].from_dict(v) if n in stages else v for n, v in values.items()},
    )
