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

from gptlab.blanks.files import write_atomically
from gptlab.engine import hardware
from gptlab.engine.config import GPTConfig
from gptlab.engine.data import corpus
from gptlab.engine.data.feedback import (
    COMPARISON_SEED,
    PROMPT_SEED,
    comparisons,
    demonstrations,
    prepare_chat_tokens,
    prompts_that_fit,
)
from gptlab.engine.evaluate import evaluate
from gptlab.engine.model import checkpoint
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.run.folder import Run
from gptlab.engine.run.measure import measure
from gptlab.engine.run.presets import Preset
from gptlab.engine.stages import LABELS
from gptlab.engine.train import progress_bar
from gptlab.engine.train.ppo import PPOTrainer, train_ppo
from gptlab.engine.train.pretrain import pretrain
from gptlab.engine.train.reward_model import accuracy, calibrate, train_reward_model
from gptlab.engine.train.sft import finetune
from gptlab.world.questions import Questions
from gptlab.world.web import Web

PPO_SAVE_S = 10.0


def run(
    out: str | Path,
    preset: Preset,
    seed: int = 0,
    texts: list[str] = (),
    resume: bool = False,
    quiet: bool = False,
    say: Callable[[str], None] = print,
) -> Run:
    """All stages, then the measurements; the figures of the report are in `.figures` of the result.

    Raises RunError, TextError, CheckpointError or TrainingDiverged, each with one clear line.
    """
    hardware.prepare()
    if texts and not resume:
        corpus.read_texts(texts)  # refused before a folder is made
    job = Run(out, preset, seed, texts, resume, quiet, say)
    job.stage("corpus", "Text and tokenizer", lambda: _corpus(job))
    job.stage("base", "Pretraining: the next token of every page", lambda: _pretrain(job))
    job.stage("sft", "Instruction tuning: demonstrations", lambda: _sft(job))
    job.stage("reward", "Reward model: rankings by noisy labelers", lambda: _reward(job))
    job.stage("ppo", "PPO, without pretraining text", lambda: _ppo(job, "ppo"))
    job.stage("ppo_ptx", "PPO-ptx, with pretraining text", lambda: _ppo(job, "ppo_ptx"))
    job.stage("measure", "Measuring every stage", lambda: measure(job))
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
    stream = (
        corpus.text_stream(tokenizer, own)
        if own
        else corpus.web_stream(job.web, tokenizer, int(job.preset.corpus_mb * 1e6), job.seed)
    )
    write_atomically(job.out / "tokenizer.json", tokenizer.to_json())
    np.save(array := io.BytesIO(), stream.numpy().astype(np.uint16))
    write_atomically(job.out / "corpus.npy", array.getvalue())
    if own:
        job.figures["own_text"] = {
            "bytes": len(own.encode()),
            "held_out_bytes": len(held_out.encode()),
            "yardsticks": evaluate.yardsticks(own.encode(), held_out.encode()),
        }
    job.figures["tokens"] = len(stream)
    job.say(f"  {len(stream):,} tokens, vocabulary {tokenizer.vocab_size}")


def _pretrain(job: Run) -> None:
    context, n_layers, n_heads, d_model = job.preset.shape
    config = GPTConfig(job.tokenizer.vocab_size, context, n_layers, n_heads, d_model)
    model = GPT(config, fused=True, seed=job.seed)
    job.figures["parameters"] = config.n_parameters
    with job.bar("pretraining") as report:
        history = pretrain(
            model,
            job.stream,
            replace(job.preset.pretrain, seed=job.seed),
            job.out / "base",
            job.tokenizer,
            report=report,
            resume=True,
        )
    job.figures["history"] = {"base": _thin([row["loss"] for row in history])}


def _sft(job: Run) -> None:
    model = job.model("base").set_precision("auto").train()
    prepare_chat_tokens(model, job.tokenizer)
    with job.bar("SFT") as report:
        history = finetune(
            model,
            demonstrations(job),
            replace(job.preset.sft, seed=job.seed),
            job.stream,
            report=report,
        )
    checkpoint.save(job.out / "sft", model, job.tokenizer, meta={"stage": "sft", "seed": job.seed})
    job.figures["history"]["sft"] = _thin([row["loss"] for row in history])


def _reward(job: Run) -> None:
    sft = job.model("sft")
    rankings = comparisons(job, sft, job.preset.n_comparisons, COMPARISON_SEED)
    model = RewardModel(sft.set_precision("auto"), seed=job.seed).train()
    with job.bar("reward model") as report:
        history = train_reward_model(
            model, rankings, replace(job.preset.reward, seed=job.seed), report=report
        )
    calibrate(model.eval(), [ranking[i % len(ranking)] for i, ranking in enumerate(rankings[:500])])
    held_out = comparisons(
        job, job.model("sft"), max(50, job.preset.n_eval // 4), COMPARISON_SEED + 100
    )
    job.figures["reward_model"] = {"agreement_with_labelers": accuracy(model, held_out)}
    checkpoint.save(
        job.out / "reward", model, job.tokenizer, meta={"stage": "reward", "seed": job.seed}
    )
    job.figures["history"]["reward"] = _thin([row["loss"] for row in history])


def _ppo(job: Run, name: str) -> None:
    policy, reference, reward = job.model("sft"), job.model("sft"), job.model("reward")
    config = replace(
        job.preset.ppo,
        seed=job.seed,
        gamma_ptx=job.preset.ppo.gamma_ptx if name == "ppo_ptx" else 0.0,
    )
    questions = Questions(job.web).draw(1000 * job.seed + PROMPT_SEED)
    n = config.rounds * config.prompts_per_round
    prompts = [
        evaluate.chat_ids(job.tokenizer, q.text) for q in prompts_that_fit(job, questions, n)
    ]
    folder, last = job.out / f"{name}.unfinished", [time.perf_counter()]
    state = checkpoint.load(folder).optimizer_state if checkpoint.exists(folder) else None

    def keep(ppo: PPOTrainer) -> None:
        if time.perf_counter() - last[0] > PPO_SAVE_S:
            checkpoint.save(folder, ppo.policy, job.tokenizer, ppo.state())
            last[0] = time.perf_counter()

    with job.bar(LABELS[name]) as report:
        history = train_ppo(
            policy,
            reference,
            reward,
            prompts,
            config,
            job.stream if name == "ppo_ptx" else None,
            job.tokenizer.special["end"],
            report=report,
            on_round=keep,
            state=state,
        )
    checkpoint.save(job.out / name, policy, job.tokenizer, meta={"stage": name, "seed": job.seed})
    checkpoint.remove(folder)
    job.figures["history"][name] = {
        key: _thin([row[key] for row in history]) for key in ("score", "kl_k1", "reply_length")
    }


def _thin(values: list[float], n: int = 200) -> list[float]:
    """At most n means of neighbouring values: what a figure needs."""
    size = -(-len(values) // n)
    return [
        round(sum(values[i : i + size]) / len(values[i : i + size]), 5)
        for i in range(0, len(values), size)
    ]
