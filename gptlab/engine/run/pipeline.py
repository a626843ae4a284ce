"""The stages of a run, from the tokenizer to PPO-ptx, each of which can be resumed.

A run is a folder. Each stage writes its model there when it is done, and a line into `run.json`; a run that was
killed goes on after the last finished stage, inside pretraining and PPO from their last checkpoint.
"""

import functools
import io
import json
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from torch import Tensor

from gptlab.blanks.files import write_atomically
from gptlab.engine import hardware
from gptlab.engine.config import PPOConfig
from gptlab.engine.data import corpus, seeds
from gptlab.engine.data.demonstrations import demonstrations, init_chat_embeddings
from gptlab.engine.data.preferences import comparisons, prompts_that_fit
from gptlab.engine.evaluate import page_loss
from gptlab.engine.model import checkpoint
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.run import pilot, plan
from gptlab.engine.run.figures import OwnText, RewardFigures
from gptlab.engine.run.folder import RunFolder
from gptlab.engine.run.measure import measure
from gptlab.engine.run.presets import Preset
from gptlab.engine.stages import LABELS, STAGES, WRITING_STAGES
from gptlab.engine.train import progress_bar
from gptlab.engine.train.ppo import PPOTrainer, make_value_model, train_ppo
from gptlab.engine.train.pretrain import pretrain
from gptlab.engine.train.reward_model import accuracy, calibrate, train_reward_model
from gptlab.engine.train.rollout import PPOModels
from gptlab.engine.train.sft import finetune
from gptlab.world.questions import Questions
from gptlab.world.web import Web

PPO_SAVE_S = 10.0


def run(
    out: str | Path,
    preset: Preset,
    seed: int = 0,
    texts: Sequence[str] = (),
    resume: bool = False,
    quiet: bool = False,
    log: Callable[[str], None] = print,
    device: str = "cpu",
    read: Callable[[], tuple[str, list[str]]] | None = None,
) -> RunFolder:
    """All stages, then the measurements; the figures of the report are in `.figures` of the result.

    device  where pretraining runs, which takes most of the time of a large run; the other stages stay on the CPU
    read    gives the texts and the notes on them, where the caller has read them already: a pipe can be read only once

    Raises ValueError where there is no such device; RunError, TextError, CheckpointError or TrainingDiverged; each
    with one clear line.
    """
    hardware.prepare_torch()
    place = hardware.device(device)
    read = read or functools.cache(lambda: corpus.read_texts(texts))
    if texts and not resume:
        read()  # refused before a folder is made
    with RunFolder(out, preset, seed, texts, resume, quiet, log) as folder:
        folder.device = place
        for name, title, work in (
            ("corpus", "Text and tokenizer", functools.partial(_corpus, read=read)),
            ("base", "Pretraining: the next token of every page", _pretrain),
            ("sft", "Instruction tuning: demonstrations", _sft),
            ("reward", "Reward model: rankings by noisy labelers", _reward),
            ("ppo", "PPO, without pretraining text", _ppo),
            ("ppo_ptx", "PPO-ptx, with pretraining text", _ppo_ptx),
            ("measure", "Measuring every stage", _measure),
        ):
            folder.stage(name, title, functools.partial(work, folder))
            if name == STAGES[0]:
                _fit_rest(folder)
    return folder


def _fit_rest(run: RunFolder) -> None:
    """Where `--minutes` was asked for: cut or stretch what follows pretraining to the time that is left now."""
    if not run.preset.minutes or STAGES[1] in run.done:
        return
    left = 60 * run.preset.minutes - run.saved_seconds - hardware.seconds_since_start()
    run.change(plan.fit_rest(run.preset, left))
    run.log(
        f"  {max(0.0, left) / 60:.1f} of {run.preset.minutes:g} minutes are left: "
        f"{run.preset.n_demonstrations} demonstrations, {run.preset.ppo.rounds} rounds of PPO"
    )


def _corpus(run: RunFolder, read: Callable[[], tuple[str, list[str]]]) -> None:
    own = ""
    held_out = ""
    if run.texts:
        text, notes = read()
        for note in notes:
            run.log(f"  {note}")
        own, held_out = corpus.split_text(text)
        write_atomically(run.out / "held_out.txt", held_out)
    tokenizer = corpus.train_tokenizer(run.web, run.preset.model.vocab_size, run.seed, own)
    if own:
        tokens = corpus.text_tokens(tokenizer, own)
    else:
        n_bytes = int(run.preset.corpus_mb * 1e6)
        tokens = corpus.web_tokens(run.web, tokenizer, n_bytes, run.seed)
    write_atomically(run.out / "tokenizer.json", tokenizer.to_json())
    np.save(array := io.BytesIO(), tokens)
    write_atomically(run.out / "corpus.npy", array.getvalue())
    if own:
        run.figures.own_text = OwnText(
            bytes=len(own.encode()),
            held_out_bytes=len(held_out.encode()),
            yardsticks=page_loss.baseline_bits_per_byte(own.encode(), held_out.encode()),
        )
        run.figures.own_text.expected = _expected(run, tokenizer, tokens, held_out)
    run.figures.tokens = len(tokens)
    run.log(f"  {len(tokens):,} tokens, vocabulary {tokenizer.vocab_size}")


def _expected(
    run: RunFolder, tokenizer: Tokenizer, tokens: np.ndarray, held_out: str
) -> dict[str, float]:
    """What two short pilots foretell of the base model's loss on the held-out text."""
    shape = replace(run.preset.model, vocab_size=tokenizer.vocab_size)
    config = replace(run.preset.pretrain, seed=run.seed)
    held_out_ids = corpus.as_stream(corpus.text_tokens(tokenizer, held_out))
    found = pilot.expect(
        shape,
        config,
        corpus.as_stream(tokens),
        (held_out_ids, held_out),
        plan.step_seconds(shape, config),
        lambda said: run.log(f"  {said}"),
    )
    run.log(
        f"  expected: {found.middle:.2f} bits per byte on the held-out text, "
        f"between {found.low:.2f} and {found.high:.2f}"
    )
    return {"low": found.low, "middle": found.middle, "high": found.high}


def _pretrain(run: RunFolder) -> None:
    config = replace(run.preset.model, vocab_size=run.tokenizer.vocab_size)
    model = GPT(config, fused=True, seed=run.seed).to(run.device)
    run.figures.parameters = config.n_parameters
    with run.bar("pretraining") as report:
        history = pretrain(
            model,
            run.stream,
            replace(run.preset.pretrain, seed=run.seed),
            run.out / "base",
            run.tokenizer,
            report=report,
            resume=True,
        )
    run.figures.history["base"] = downsample([row["loss"] for row in history])


def _sft(run: RunFolder) -> None:
    preset = run.preset
    model = run.model("base").run_on("auto").train()
    init_chat_embeddings(model, run.tokenizer)
    examples = demonstrations(
        run.web, run.tokenizer, preset.n_demonstrations, preset.model.context, run.seed
    )
    with run.bar("SFT") as report:
        config = replace(preset.sft, seed=run.seed)
        history = finetune(model, examples, config, run.stream, report=report)
    checkpoint.save(run.out / "sft", model, run.tokenizer, meta={"stage": "sft", "seed": run.seed})
    run.figures.history["sft"] = downsample([row["loss"] for row in history])


def _reward(run: RunFolder) -> None:
    preset = run.preset
    n_held_out = max(50, preset.n_eval // 4)

    def rankings_of(n: int, purpose: int, n_written: int = 0) -> list[list[list[int]]]:
        most = preset.ppo.max_new_tokens
        sft = run.assistant("sft")
        return comparisons(run.web, sft, n, most, run.seed, purpose, n_written)

    rankings = rankings_of(preset.n_comparisons, seeds.COMPARISONS, preset.n_written)
    model = RewardModel(run.model("sft").run_on("auto"), seed=run.seed).train()
    with run.bar("reward model") as report:
        config = replace(preset.reward, seed=run.seed)
        history = train_reward_model(model, rankings, config, report=report)
    calibrate(model.eval(), [ranking[i % len(ranking)] for i, ranking in enumerate(rankings[:500])])
    held_out = rankings_of(n_held_out, seeds.HELD_OUT_COMPARISONS)
    run.figures.reward_model = RewardFigures(accuracy(model, held_out))
    checkpoint.save(
        run.out / "reward", model, run.tokenizer, meta={"stage": "reward", "seed": run.seed}
    )
    run.figures.history["reward"] = downsample([row["loss"] for row in history])


def _ppo(run: RunFolder) -> None:
    _train_ppo(run, "ppo", replace(run.preset.ppo, gamma_ptx=0.0), None)


def _ppo_ptx(run: RunFolder) -> None:
    _train_ppo(run, "ppo_ptx", run.preset.ppo, run.stream)


def _train_ppo(run: RunFolder, name: str, config: PPOConfig, stream: Tensor | None) -> None:
    """PPO from the SFT model; with a stream of pretraining text, it is PPO-ptx."""
    config = replace(config, seed=run.seed)
    policy = run.assistant("sft")
    questions = Questions(run.web).draw(seeds.seed_for(seeds.PROMPTS, run.seed))
    n = config.rounds * config.prompts_per_round
    asked = prompts_that_fit(policy, questions, n, config.max_new_tokens)
    unfinished = run.out / f"{name}.unfinished"
    saver = PPOSaver(unfinished, run.tokenizer)
    reference = run.model("sft")
    reward = run.reward_model()
    value = make_value_model(reward, reference)
    models = PPOModels(policy.model, reference, reward, value)
    prompts = [policy.begin(question.text) for question in asked]
    trainer = PPOTrainer(models, prompts, config, stream, policy.stop)
    if checkpoint.exists(unfinished):
        state = checkpoint.load(unfinished).optimizer_state
        assert state is not None  # PPOSaver writes it
        trainer.load_state(state)
    with run.bar(LABELS[name]) as report:
        history = train_ppo(trainer, report=report, on_round=saver.on_round)
    meta = {"stage": name, "seed": run.seed}
    checkpoint.save(run.out / name, policy.model, run.tokenizer, meta=meta)
    checkpoint.remove(unfinished)
    metrics = ("score", "kl_k1", "reply_length")
    run.figures.history[name] = {key: downsample([row[key] for row in history]) for key in metrics}


class PPOSaver:
    """Writes an unfinished PPO now and then, so that a run goes on where it was stopped."""

    def __init__(self, folder: Path, tokenizer: Tokenizer):
        self.folder = folder
        self.tokenizer = tokenizer
        self.saved_at = time.perf_counter()

    def on_round(self, ppo: PPOTrainer) -> None:
        """Save after a round, unless that was done a moment ago."""
        if time.perf_counter() - self.saved_at > PPO_SAVE_S:
            checkpoint.save(self.folder, ppo.models.policy, self.tokenizer, ppo.state())
            self.saved_at = time.perf_counter()


def _measure(run: RunFolder) -> None:
    models = {stage: run.assistant(stage) for stage in WRITING_STAGES}
    if run.figures.own_text:
        held_out = (run.out / "held_out.txt").read_text(encoding="utf-8")
        base = models["base"].model
        run.figures.own_text.bits_per_byte = page_loss.text_bits_per_byte(
            base, run.tokenizer, held_out
        )
    run.figures.measured = measure(models, run.web, run.preset.n_eval)


def downsample(values: list[float], n: int = 200) -> list[float]:
    """At most n means of neighbouring values: what a figure needs."""
    size = -(-len(values) // n)
    return [
        round(sum(values[i : i + size]) / len(values[i : i + size]), 5)
        for i in range(0, len(values), size)
    ]
