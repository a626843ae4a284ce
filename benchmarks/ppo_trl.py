"""A round of our PPO beside one of trl 0.11.4 itself, in turns.

    make trl                                    in an environment of its own: trl needs an older transformers
    python benchmarks/ppo_trl.py [--seconds 60]

The same on both sides: `small`'s shape, 64 prompts of 20 tokens, replies of 32, two passes in minibatches of 32, a
reward model of the same shape. trl's value function is a head on its policy, ours a model of its own: ours trains
twice as many weights. Prints seconds a round, medians, and the ratio with its quartiles.
"""

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Callable

import torch
from torch import Tensor

from gptlab import borrow
from gptlab.engine import hardware
from gptlab.experiments.bench import writing
from gptlab.experiments.bench.pairs import on_all_cores
from gptlab.experiments.bench.training import SMALL, peer_model

LEAST_TURNS = 5


def trl_round(prompts: Tensor) -> Callable[[], None]:
    """Write, score and learn with trl's PPOTrainer."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast
    from trl import AutoModelForCausalLMWithValueHead, PPOConfig, PPOTrainer

    words = {f"t{i}": i for i in range(SMALL.vocab_size)}
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel(words, unk_token="t0")), pad_token="t0"
    )
    config = PPOConfig(
        batch_size=writing.PPO_PROMPTS,
        mini_batch_size=writing.MINIBATCH,
        ppo_epochs=writing.EPOCHS,
        learning_rate=1e-6,
        log_with=None,
    )
    policy = AutoModelForCausalLMWithValueHead(peer_model(SMALL))
    reference = AutoModelForCausalLMWithValueHead(peer_model(SMALL))
    policy.is_peft_model = reference.is_peft_model = False
    trainer = PPOTrainer(config, policy, reference, tokenizer)
    reward = writing.Scalar()
    write = writing.peer_writer(policy.pretrained_model, prompts, writing.PPO_NEW)

    def one_round() -> None:
        with torch.no_grad():
            ids = write()
            scores = reward(ids)[:, -1]
        trainer.step(list(prompts), list(ids[:, writing.PROMPT :]), list(scores))

    return one_round


def main() -> int:
    """Measure both in turns; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="(default: 60)")
    seconds = parser.parse_args().seconds
    warnings.simplefilter("ignore")
    try:
        import trl
    except ImportError:
        print("trl is not installed: see the first lines of this file", file=sys.stderr)
        return 2
    borrow("all")
    hardware.prepare_torch()
    prompts = torch.randint(SMALL.vocab_size, (writing.PPO_PROMPTS, writing.PROMPT))
    trainer = writing.ppo_trainer(prompts)
    theirs = on_all_cores(trl_round(prompts), hardware.cores())
    times: list[tuple[float, float]] = []
    with trainer.workers:
        trainer.run_round()
        theirs()
        begin = time.perf_counter()
        while time.perf_counter() - begin < seconds or len(times) < LEAST_TURNS:
            started = time.perf_counter()
            trainer.run_round()
            middle = time.perf_counter()
            theirs()
            times.append((middle - started, time.perf_counter() - middle))
    own, other = (statistics.median(side) for side in zip(*times))
    low, ratio, high = statistics.quantiles([b / a for a, b in times], n=4)
    print(
        f"{hardware.processor()}, {hardware.cores()} cores, {len(times)} turns, trl {trl.__version__}"
    )
    print(
        f"ours {own:.2f} s, trl {other:.2f} s; ours is {ratio:.2f} ({low:.2f} to {high:.2f}) times as fast"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
