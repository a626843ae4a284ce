"""What a run finds out about its models, as dataclasses: the content of `report.json`, and what `report.md` says."""

from dataclasses import asdict, dataclass, field, fields

from gptlab.engine.evaluate.replies import Continuations, MeanJudgement, WinRate

Shares = dict[str, float]  # by language, or by stage
PAIRS = {  # whose replies are set against whose: the first wins
    "ppo_ptx_vs_sft": ("ppo_ptx", "sft"),
    "ppo_vs_sft": ("ppo", "sft"),
    "sft_vs_base": ("sft", "base"),
}


@dataclass
class OwnText:
    """The reader's own text: its sizes, bits per byte of simpler models on the held-out part, and of ours.

    expected  low, middle and high of what two short pilots foretold for ours; empty in runs of earlier versions
    """

    bytes: int
    held_out_bytes: int
    yardsticks: dict[str, float]
    bits_per_byte: float | None = None
    expected: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class RewardFigures:
    """How well the reward model agrees with its labelers, on pairs that it has not seen."""

    agreement_with_labelers: float


@dataclass(frozen=True)
class Measurements:
    """All that is measured when the last model is trained; by stage where a field says nothing else."""

    bits_per_byte: float  # of the base model on held-out pages
    floor_bits_per_byte: float  # what no model can pass there
    ratio_to_floor: float
    ratio_by_kind: Shares  # by kind of page
    pretraining_loss: Shares  # nats per token on held-out pages
    recall_seen_phrasing: Shares  # of the base model, by language, as the next three
    recall_stated: Shares
    recall_stated_seen_phrasing: Shares
    recall_by_popularity: dict[str, list[float]]
    recall_by_stage: dict[str, Shares]
    recall: Shares  # of the base model, in unseen phrasings
    base_continuations: Continuations
    chat: dict[str, MeanJudgement]
    sft_answers: float
    chat_unseen_phrasing: dict[str, MeanJudgement]
    win_rate: dict[str, WinRate]  # by the names of PAIRS
    hallucination: Shares
    samples: dict[str, dict[str, str]]  # greedy replies, by stage and prompt
    machine: dict
    commit: str
    peak_memory_gb: float

    @classmethod
    def from_dict(cls, values: dict) -> "Measurements":
        """Read what `asdict` wrote."""
        values = {one.name: values[one.name] for one in fields(cls)}
        values["base_continuations"] = Continuations(**values["base_continuations"])
        for name, kind in (
            ("chat", MeanJudgement),
            ("chat_unseen_phrasing", MeanJudgement),
            ("win_rate", WinRate),
        ):
            values[name] = {key: kind(**inner) for key, inner in values[name].items()}
        return cls(**values)


@dataclass
class Figures:
    """What the stages of a run have found out so far; None where they have not come so far."""

    own_text: OwnText | None = None
    tokens: int | None = None
    parameters: int | None = None
    history: dict = field(default_factory=dict)  # by stage: a list, or for PPO one of each metric
    reward_model: RewardFigures | None = None
    measured: Measurements | None = None

    def to_dict(self) -> dict:
        """The figures by name, as `run.json` and `report.json` hold them, the measured ones beside the rest."""
        values = asdict(self)
        measured = values.pop("measured") or {}
        if self.own_text:
            unknown = [k for k in ("bits_per_byte", "expected") if not values["own_text"][k]]
            for name in unknown:
                del values["own_text"][name]
        return {k: v for k, v in values.items() if v not in (None, {})} | measured

    @classmethod
    def from_dict(cls, values: dict) -> "Figures":
        """Read what `to_dict` gave; runs of earlier versions kept the same names."""
        own = values.get("own_text")
        reward = values.get("reward_model")
        return cls(
            own_text=OwnText(**own) if own else None,
            tokens=values.get("tokens"),
            parameters=values.get("parameters"),
            history=dict(values.get("history", {})),
            reward_model=RewardFigures(**reward) if reward else None,
            measured=Measurements.from_dict(values) if "bits_per_byte" in values else None,
        )
