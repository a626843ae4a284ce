"""The whole way, stage by stage: tokenizer, pretraining, SFT, reward model, PPO, PPO-ptx, each one resumable.

A run is a folder. Each stage writes its model there when it is done, and a line into `run.json`; a run that was
killed goes on after the last finished stage, inside pretraining and PPO from their last checkpoint.
"""
import io
import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from gptlab.engine import checkpoint, corpus, evaluate, machine, progress
from gptlab.engine.config import GPTConfig
from gptlab.engine.feedback import (
    COMPARISON_SEED,
    PROMPT_SEED,
    comparisons,
    demonstrations,
    prepare_chat_tokens,
    prompts_that_fit,
)
from gptlab.engine.model import GPT, RewardModel
from gptlab.engine.presets import Preset
from gptlab.engine.reward_model import accuracy, calibrate, train_reward_model
from gptlab.engine.rlhf import PPORun, train_ppo
from gptlab.engine.sft import finetune
from gptlab.engine.train import pretrain
from gptlab.world.questions import Questions
from gptlab.world.web import Web

WORLD_SEED = 0          # every run lives in the same world; seeds change pages, order and weights
PPO_SAVE_S = 10.0


class RunError(ValueError):
    """A run cannot start or go on; the message is one line."""


class Run:
    """One run: its folder, its settings and what its stages have produced so far.

    `figures` collects everything that the report will say.
    """

    def __init__(self, out: str | Path, preset: Preset, seed: int = 0, texts: list[str] = (), resume: bool = False,
                 quiet: bool = False, say: Callable[[str], None] = print):
        self.out, self.preset, self.seed, self.texts = Path(out), preset, seed, [str(t) for t in texts]
        self.quiet, self.say = quiet, say
        self.web = Web(WORLD_SEED)
        self.figures: dict = {}
        self.done: dict[str, float] = {}    # stage: seconds
        self.saved_seconds = 0.0            # of earlier sessions
        self._began = time.perf_counter()
        self._open(resume)

    # -- the folder ---------------------------------------------------------------------------------------------

    def _open(self, resume: bool) -> None:
        settings = {"preset": self.preset.to_dict(), "seed": self.seed, "texts": self.texts}
        file = self.out / "run.json"
        if file.exists() and not resume:
            raise RunError(f"{self.out} holds a run already: add --resume to go on with it, or choose another --out")
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            if file.exists():
                state = json.loads(file.read_text(encoding="utf-8"))
                if state["settings"] != json.loads(json.dumps(settings)):
                    raise RunError(f"{self.out} was begun with other settings ({_difference(state['settings'], settings)}): "
                                   "use the same ones, or choose another --out")
                self.done, self.figures, self.saved_seconds = dict(state["done"]), dict(state["figures"]), float(state["seconds"])
            self.settings = settings
            self.save()
        except OSError as error:
            raise RunError(f"{self.out}: cannot be written ({error.strerror})") from None
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            if isinstance(error, RunError):
                raise
            raise RunError(f"{file}: damaged ({type(error).__name__}): choose another --out") from None

    def save(self) -> None:
        """Write `run.json`, aside and renamed."""
        state = {"settings": self.settings, "done": self.done, "figures": self.figures, "seconds": self.seconds}
        write_atomically(self.out / "run.json", json.dumps(state, ensure_ascii=False, indent=1))

    @property
    def seconds(self) -> float:
        """Time spent on this run so far, earlier sessions included."""
        return self.saved_seconds + time.perf_counter() - self._began

    def stage(self, name: str, title: str, work: Callable[[], None]) -> None:
        """Do one stage unless an earlier session did."""
        if name in self.done:
            self.say(f"{title}: done before")
            return
        self.say(f"{title} …")
        began = time.perf_counter()
        work()
        self.done[name] = round(time.perf_counter() - began, 2)
        self.save()

    def bar(self, label: str) -> progress.Progress:
        return progress.bar(label, quiet=self.quiet)

    # -- what stages share --------------------------------------------------------------------------------------

    def model(self, stage: str) -> GPT | RewardModel:
        """The model that a stage left behind, on the fused functions."""
        return checkpoint.load(self.out / stage, fused=True, optimizer=False).model

    @property
    def tokenizer(self):
        if not hasattr(self, "_tokenizer"):
            self._tokenizer = corpus.Tokenizer.load(self.out / "tokenizer.json")
        return self._tokenizer

    @property
    def stream(self) -> torch.Tensor:
        """The pretraining stream; (N,) int."""
        if not hasattr(self, "_stream"):
            try:
                self._stream = torch.from_numpy(np.load(self.out / "corpus.npy").astype(np.int64))
            except (OSError, ValueError, EOFError):
                raise RunError(f"{self.out / 'corpus.npy'}: damaged: choose another --out") from None
        return self._stream

    def random(self, purpose: int) -> random.Random:
        return random.Random(f"gptlab run {self.seed} {purpose}")


def run(out: str | Path, preset: Preset, seed: int = 0, texts: list[str] = (), resume: bool = False,
        quiet: bool = False, say: Callable[[str], None] = print) -> Run:
    """All stages, then the measurements; the figures of the report are in `.figures` of the result.

    Raises RunError, TextError, CheckpointError or TrainingDiverged, each with one clear line.
    """
    machine.prepare()
    if texts and not resume:
        corpus.read_texts(texts)    # refused before a folder is made
    job = Run(out, preset, seed, texts, resume, quiet, say)
    job.stage("corpus", "Text and tokenizer", lambda: _corpus(job))
    job.stage("base", "Pretraining: the next token of every page", lambda: _pretrain(job))
    job.stage("sft", "Instruction tuning: demonstrations", lambda: _sft(job))
    job.stage("reward", "Reward model: rankings by noisy labelers", lambda: _reward(job))
    job.stage("ppo", "PPO, without pretraining text", lambda: _ppo(job, "ppo"))
    job.stage("ppo_ptx", "PPO-ptx, with pretraining text", lambda: _ppo(job, "ppo_ptx"))
    job.stage("measure", "Measuring every stage", lambda: _measure(job))
    return job


def _corpus(job: Run) -> None:
    own, held_out = "", ""
    if job.texts:
        text, notes = corpus.read_texts(job.texts)
        for note in notes:
            job.say(f"  {note}")
        own, held_out = corpus.split_text(text)
        write_atomically(job.out / "held_out.txt", held_out)
    tokenizer = corpus.train_tokenizer(job.web, job.preset.vocab_size, job.seed, own)
    stream = corpus.text_stream(tokenizer, own) if own else corpus.web_stream(
        job.web, tokenizer, int(job.preset.corpus_mb * 1e6), job.seed)
    write_atomically(job.out / "tokenizer.json", tokenizer.to_json())
    np.save(array := io.BytesIO(), stream.numpy().astype(np.uint16))
    write_atomically(job.out / "corpus.npy", array.getvalue())
    if own:
        job.figures["own_text"] = {"bytes": len(own.encode()), "held_out_bytes": len(held_out.encode()),
                                   "yardsticks": evaluate.yardsticks(own.encode(), held_out.encode())}
    job.figures["tokens"] = len(stream)
    job.say(f"  {len(stream):,} tokens, vocabulary {tokenizer.vocab_size}")


def _pretrain(job: Run) -> None:
    context, n_layers, n_heads, d_model = job.preset.shape
    config = GPTConfig(job.tokenizer.vocab_size, context, n_layers, n_heads, d_model)
    model = GPT(config, fused=True, seed=job.seed)
    job.figures["parameters"] = config.n_parameters
    with job.bar("pretraining") as report:
        history = pretrain(model, job.stream, replace(job.preset.pretrain, seed=job.seed), job.out / "base", job.tokenizer,
                           report=report, resume=True)
    job.figures["history"] = {"base": _thin([row["loss"] for row in history])}


def _sft(job: Run) -> None:
    model = job.model("base").set_precision("auto").train()
    prepare_chat_tokens(model, job.tokenizer)
    with job.bar("SFT") as report:
        history = finetune(model, demonstrations(job), replace(job.preset.sft, seed=job.seed), job.stream, report=report)
    checkpoint.save(job.out / "sft", model, job.tokenizer, meta={"stage": "sft", "seed": job.seed})
    job.figures["history"]["sft"] = _thin([row["loss"] for row in history])


def _reward(job: Run) -> None:
    sft = job.model("sft")
    rankings = comparisons(job, sft, job.preset.n_comparisons, COMPARISON_SEED)
    model = RewardModel(sft.set_precision("auto"), seed=job.seed).train()
    with job.bar("reward model") as report:
        history = train_reward_model(model, rankings, replace(job.preset.reward, seed=job.seed), report=report)
    calibrate(model.eval(), [ranking[i % len(ranking)] for i, ranking in enumerate(rankings[:500])])
    held_out = comparisons(job, job.model("sft"), max(50, job.preset.n_eval // 4), COMPARISON_SEED + 100)
    job.figures["reward_model"] = {"agreement_with_labelers": accuracy(model, held_out)}
    checkpoint.save(job.out / "reward", model, job.tokenizer, meta={"stage": "reward", "seed": job.seed})
    job.figures["history"]["reward"] = _thin([row["loss"] for row in history])


def _ppo(job: Run, name: str) -> None:
    policy, reference, reward = job.model("sft"), job.model("sft"), job.model("reward")
    config = replace(job.preset.ppo, seed=job.seed, gamma_ptx=job.preset.ppo.gamma_ptx if name == "ppo_ptx" else 0.0)
    questions = Questions(job.web).draw(1000 * job.seed + PROMPT_SEED)
    n = config.rounds * config.prompts_per_round
    prompts = [evaluate.chat_ids(job.tokenizer, q.text) for q in prompts_that_fit(job, questions, n)]
    folder, last = job.out / f"{name}.unfinished", [time.perf_counter()]
    state = checkpoint.load(folder).optimizer_state if checkpoint.exists(folder) else None

    def keep(ppo: PPORun) -> None:
        if time.perf_counter() - last[0] > PPO_SAVE_S:
            checkpoint.save(folder, ppo.policy, job.tokenizer, ppo.state())
            last[0] = time.perf_counter()

    with job.bar(name.replace("_", "-").upper().replace("PTX", "ptx")) as report:
        history = train_ppo(policy, reference, reward, prompts, config, job.stream if name == "ppo_ptx" else None,
                            job.tokenizer.special["end"], report=report, on_round=keep, state=state)
    checkpoint.save(job.out / name, policy, job.tokenizer, meta={"stage": name, "seed": job.seed})
    checkpoint.remove(folder)
    job.figures["history"][name] = {key: _thin([row[key] for row in history]) for key in ("score", "kl_k1", "reply_length")}


def _measure(job: Run) -> None:
    from gptlab.engine.measure import measure

    measure(job)


def _difference(old: dict, new: dict) -> str:
    """The first setting in which two runs differ."""
    new = json.loads(json.dumps(new))
    for key in ("seed", "texts"):
        if old.get(key) != new[key]:
            return f"{key} {old.get(key)!r}, not {new[key]!r}"
    for key, value in new["preset"].items():
        if old["preset"].get(key) != value:
            return f"preset {old['preset'].get('name')}, {key} {old['preset'].get(key)!r}"
    return "unknown"


def _thin(values: list[float], n: int = 200) -> list[float]:
    """At most n means of neighbouring values: what a figure needs."""
    size = -(-len(values) // n)
    return [round(sum(values[i:i + size]) / len(values[i:i + size]), 5) for i in range(0, len(values), size)]


def write_atomically(file: Path, content: str | bytes) -> None:
    """Write a file aside and rename it, so that a kill or a full disk leaves the old one or the new one."""
    aside = file.with_name(file.name + ".tmp")
    try:
        with open(aside, "wb") as handle:
            handle.write(content.encode() if isinstance(content, str) else content)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(aside, file)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
