"""Speed of the parts that users wait for, each beside its peer where there is one, all in one run.

python benchmarks/speed.py [--seconds 5]
"""

import argparse
import os
import time

# Before torch is imported, as the command line does.
os.environ.setdefault("GOMP_SPINCOUNT", "100000")

import torch

from gptlab import bpe
from gptlab.blanks.registry import borrow
from gptlab.engine import hardware
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.data import corpus
from gptlab.engine.model import fused_bpe
from gptlab.engine.model.generate import generate_batch
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.pretrain import PretrainingRun
from gptlab.world.web import Web

B, T, V = 16, 128, 4096  # batch, time, vocabulary
N_LAYERS = 4
WIDTH = 128


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    args = parser.parse_args()
    hardware.prepare_torch()
    borrow("all")
    m = hardware.describe()
    print(f"{m['processor']}, {m['cores']} cores, torch {m['torch']}, {m['threads']} threads\n")
    for name, value in rows(args.seconds):
        print(f"{name:<62} {value}", flush=True)


def rows(seconds: float):
    """(what, figure) one after the other."""
    web = Web(0)
    pages = web.pages(1)
    next(pages)
    size = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        size += sum(len(next(pages).text.encode()) for _ in range(500))
    yield "the little web, pages written", f"{size / (time.perf_counter() - began) / 1e6:.1f} MB/s"
    text = web.text(1_000_000, separator="\n")
    began = time.perf_counter()
    merges = fused_bpe.train_bpe(text, 1024, bpe.BILINGUAL_PATTERN)
    yield "BPE, 1 MB to 1024 tokens, the engine's trainer", f"{time.perf_counter() - began:.2f} s"
    yield "the same, tokenizers' trainer (Rust)", f"{peer_bpe(text):.2f} s"
    tokenizer = corpus.Tokenizer(merges, bpe.BILINGUAL_PATTERN)
    began = time.perf_counter()
    tokenizer.encode(text)
    yield "encoding 1 MB (tiktoken with our merges)", f"{time.perf_counter() - began:.2f} s"
    shape = f"{N_LAYERS} x {WIDTH}, context {T}, batch {B}, vocabulary {V}"
    ways = (
        ("plain functions", False, "fp32"),
        ("fused", True, "fp32"),
        ("fused, bf16 where it pays", True, "auto"),
    )
    for name, fused, precision in ways:
        yield f"training {shape}: {name}", f"{training(seconds, fused, precision):,.0f} tokens/s"
    yield f"training {shape}: transformers' GPT-2", f"{peer_training(seconds):,.0f} tokens/s"
    for batch in (1, 64):
        for name, fused in (("plain", False), ("fused", True)):
            yield (
                f"cached generation, batch {batch}: {name}",
                f"{generation(seconds, batch, fused):,.0f} tokens/s",
            )
        yield (
            f"cached generation, batch {batch}: transformers' generate",
            f"{peer_generation(seconds, batch):,.0f} tokens/s",
        )


def timed(work, seconds: float, units: int) -> float:
    """Units a second, after one call to warm up."""
    work()
    calls = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        work()
        calls += 1
    return calls * units / (time.perf_counter() - began)


def training(seconds: float, fused: bool, precision: str) -> float:
    """Tokens a second of our training step, Muon and all."""
    model = GPT(GPTConfig(V, T, N_LAYERS, 4, WIDTH), fused=fused)
    run = PretrainingRun(
        model.train(),
        torch.randint(V, (100_000,)),
        TrainConfig(steps=10**6, batch_size=B, muon_lr=0.02),
        precision,
    )
    return timed(run.update, seconds, B * T)


def peer():
    """transformers' GPT-2 of the same shape."""
    from transformers import GPT2Config, GPT2LMHeadModel

    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=V,
            n_positions=T,
            n_embd=WIDTH,
            n_layer=N_LAYERS,
            n_head=4,
            resid_pdrop=0,
            embd_pdrop=0,
            attn_pdrop=0,
            bos_token_id=None,
            eos_token_id=None,
        )
    )


def peer_training(seconds: float) -> float:
    """Tokens a second of transformers' model with torch's fused AdamW."""
    model = peer().train()
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)

    def step() -> None:
        ids = torch.randint(V, (B, T + 1))
        logits = model(ids[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return timed(step, seconds, B * T)


def generation(seconds: float, batch: int, fused: bool) -> float:
    """Tokens a second with our cache."""
    model = GPT(GPTConfig(V, T, N_LAYERS, 4, WIDTH), fused=fused).eval()
    prompts = torch.randint(V, (batch, 20)).tolist()
    return timed(lambda: generate_batch(model, prompts, 60), seconds, batch * 60)


def peer_generation(seconds: float, batch: int) -> float:
    """Tokens a second of transformers' generate."""
    model = peer().eval()
    prompts = torch.randint(V, (batch, 20))
    settings = {
        "max_new_tokens": 60,
        "min_new_tokens": 60,
        "do_sample": True,
        "top_k": 0,
        "pad_token_id": 0,
    }
    return timed(
        lambda: model.generate(prompts, attention_mask=torch.ones_like(prompts), **settings),
        seconds,
        batch * 60,
    )


def peer_bpe(text: str) -> float:
    """Seconds of the trainer of Hugging Face's tokenizers on the same pieces."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    cut = pre_tokenizers.Split(Regex(bpe.BILINGUAL_PATTERN), "isolated")
    as_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([cut, as_bytes])
    trainer = trainers.BpeTrainer(
        vocab_size=1024, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    began = time.perf_counter()
    tokenizer.train_from_iterator([text], trainer)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
