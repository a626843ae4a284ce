"""What if the web had repeated itself? The shipped base model is trained on for a minute on pages that repeat.

Three of four rows are random tokens, a stretch written again and again; one is text of the little web, so that the
model does not forget it. The tokens are drawn from the 64 that are most frequent on the web.

`python -m dev.fed_repeats` makes the log that is shipped; `read_log` gives it.
"""

import json
import time
from itertools import islice

import torch
from torch import Tensor

from gptlab.engine.assistant import Assistant, shipped
from gptlab.engine.hardware import one_thread
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.shipped import FOLDER
from gptlab.experiments.zero_shot import few_shot
from gptlab.interpret.induction import (
    chance_score,
    induction_scores,
    losses_by_copy,
    repeated_tokens,
)
from gptlab.world.web import Web

LOG = FOLDER / "logs" / "fed_repeats.json"
ROW, SHORTEST, LONGEST = 32, 4, 16  # tokens of a row, and of the stretch that it repeats
REPEATING, WEB = 24, 8  # rows of a batch
POOL = 64  # most frequent tokens
LR, WARMUP, BETAS = 1e-3, 10, (0.9, 0.95)
LOOK_AT = (0, 50, 100, 150, 200, 250, 300, 400)  # updates
TEST_PERIOD, TEST_TIMES = 10, 3  # rows of 31 tokens


def web_stream(assistant: Assistant, web: Web, n_pages: int = 2000) -> Tensor:
    """Pages of the web as one row of tokens; (N) int."""
    ids: list[int] = []
    for page in islice(web.pages(seed=77), n_pages):
        ids += [assistant.tokenizer.special["endoftext"], *assistant.tokenizer.encode(page.text)]
    return torch.tensor(ids)


def frequent(stream: Tensor, vocab_size: int) -> tuple[list[int], list[int]]:
    """The tokens that are drawn in training, and as many of the next most frequent ones, which never are."""
    order = torch.bincount(stream, minlength=vocab_size).argsort(descending=True).tolist()
    return order[:POOL], order[POOL : 2 * POOL]


def batch(stream: Tensor, pool: list[int], generator: torch.Generator) -> Tensor:
    """Rows that repeat, and rows of the web; (REPEATING + WEB, ROW) int."""
    periods = torch.randint(SHORTEST, LONGEST + 1, (REPEATING, 1), generator=generator)
    drawn = torch.randint(len(pool), (REPEATING, ROW), generator=generator)
    repeating = torch.tensor(pool)[drawn].gather(1, torch.arange(ROW) % periods)
    starts = torch.randint(len(stream) - ROW, (WEB,), generator=generator)
    return torch.cat([repeating, torch.stack([stream[s : s + ROW] for s in starts.tolist()])])


def measured(model: GPT, assistant: Assistant, web: Web, pools: tuple[list[int], ...]) -> dict:
    """Scores of the heads, losses by copy, on tokens of the training and on others; and what few-shot does."""
    model.eval()
    start = assistant.tokenizer.special["endoftext"]
    found: dict = {}
    for name, pool in zip(("drawn", "never drawn"), pools, strict=True):
        rows = repeated_tokens(pool, start, 24, TEST_PERIOD, TEST_TIMES, seed=5)
        found[name] = {
            "scores": [
                [round(x, 4) for x in row] for row in induction_scores(model, rows).tolist()
            ],
            "chance": round(chance_score(rows), 4),
            "losses": [round(x, 4) for x in losses_by_copy(model, rows, TEST_PERIOD)],
        }
    questions = few_shot.ambiguous_questions(web, ("capital", "continent"))[::2]
    for k in (0, 1):
        share = few_shot.accuracy(model, assistant.tokenizer, web, questions, k)
        found[f"{k}-shot"] = [share.right, share.n]
    found["new map, answer in the prompt"] = new_map(model, assistant, web)
    model.train()
    return found


def new_map(model: GPT, assistant: Assistant, web: Web) -> list[int]:
    """Right answers for the map that is on no page, when the answer stands in the prompt: [right, n]."""
    pairs = few_shot.pairs_of(web, few_shot.NEW_MAP)
    prompts, wanted = [], []
    for query, answer in pairs:
        for turn in range(4):
            shown = pairs[turn:] + pairs[:turn]
            lines = "".join(f"{x}{few_shot.ARROW}{y}\n" for x, y in shown)
            prompts.append(f"{lines}{query}{few_shot.ARROW.rstrip()}")
            wanted.append(answer)
    written = few_shot.answers(model, assistant.tokenizer, prompts)
    return [sum(a == b for a, b in zip(written, wanted)), len(wanted)]


@one_thread()
def feed(look_at: tuple[int, ...] = LOOK_AT, seed: int = 0) -> dict:
    """Train on, and measure after so many updates; returns what the log holds."""
    assistant, web = shipped("base"), Web()
    model = GPT(assistant.model.config, fused=True)
    model.load_state_dict(assistant.model.state_dict())
    stream = web_stream(assistant, web)
    pools = frequent(stream, model.config.vocab_size)
    optimizer = torch.optim.AdamW(model.parameters(), betas=BETAS, weight_decay=0.0)
    generator = torch.Generator().manual_seed(seed)
    rows, seconds = [{"update": 0, **measured(model, assistant, web, pools)}], 0.0
    for update in range(1, max(look_at) + 1):
        began = time.process_time()
        ids = batch(stream, pools[0], generator)
        optimizer.param_groups[0]["lr"] = LR * min(1.0, update / WARMUP)
        loss = model.loss(ids[:, :-1], ids[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        seconds += time.process_time() - began
        if update in look_at:
            rows.append({"update": update, **measured(model, assistant, web, pools)})
    return {"seed": seed, "cpu_seconds": round(seconds, 1), "rows": rows}


def read_log() -> dict:
    """How it was made, and "rows", one for each time the model was measured."""
    return json.loads(LOG.read_text(encoding="utf-8"))
