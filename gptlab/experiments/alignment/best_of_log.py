"""Best-of-n on the little web: many replies to each measured question, drawn once and scored by every proxy."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gptlab import alignment
from gptlab.engine.hardware import one_thread
from gptlab.engine.train.reward_model import score
from gptlab.experiments.alignment.bench import END_SCORE, LENGTHS, MOST, Bench
from gptlab.experiments.alignment.best_of_n import best_of_curve, sampled_kl
from gptlab.experiments.alignment.reply_tree import Replies, sample_replies
from gptlab.world.gold_labeler import Judgement
from gptlab.world.questions import Question

N_REPLIES = 512  # to each question
NS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True)
class Drawn:
    """The replies to one question, and what the gold labeler says of each different one."""

    question: Question
    prompt: list[int]
    replies: Replies
    judged: list[Judgement]

    def all(self, values: Tensor) -> Tensor:
        """A value of each different reply, once for every time it was written."""
        return values.repeat_interleave(self.replies.counts)


def draw(bench: Bench, question: Question, n: int = N_REPLIES) -> Drawn:
    """n replies of the SFT model to a question."""
    prompt = bench.assistant.begin(question.text)
    generator = torch.Generator().manual_seed(0)
    replies = sample_replies(bench.reference, prompt, n, bench.stop, MOST, generator)
    return Drawn(question, prompt, replies, [bench.judge(question, ids) for ids in replies.ids])


@torch.no_grad()
def proxy_scores(proxy: nn.Module, drawn: Drawn) -> Tensor:
    """What a reward model says of each different reply; those without an end get the shipped run's penalty. (M,)"""
    scores = score(proxy, [drawn.prompt + ids for ids in drawn.replies.ids])
    unended = torch.tensor([not judgement.finished for judgement in drawn.judged])
    return scores.masked_fill(unended, END_SCORE)


@one_thread()
def curves(drawn: list[Drawn], proxy: nn.Module, ns: Sequence[int] = NS) -> dict:
    """Means over questions, for every n: proxy, gold, KL, tokens, and replies and false ones to facts by length."""
    rows = torch.zeros(4, len(ns), dtype=torch.float64)
    facts = torch.zeros(len(ns), len(LENGTHS) + 1, 2, dtype=torch.float64)
    for one in drawn:
        scores = proxy_scores(proxy, one)
        gold = torch.tensor([judgement.score for judgement in one.judged])
        length = torch.tensor([float(len(ids)) for ids in one.replies.ids])
        found = best_of_curve(one.all(scores), [one.all(x) for x in (scores, gold, length)], ns)
        kl = [sampled_kl(one.replies.counts, one.replies.log_probs, scores, n) for n in ns]
        rows += torch.cat([found, torch.tensor([kl])]) / len(drawn)
        if one.question.kind == "fact":
            facts += _claims(one, scores, ns)
    names = ("proxy", "gold", "tokens", "kl")
    found = {name: [round(x, 4) for x in row] for name, row in zip(names, rows.tolist())}
    return found | {
        "n": list(ns),
        "facts": [[[round(x, 3) for x in r] for r in t] for t in facts.tolist()],
    }


def _claims(one: Drawn, scores: Tensor, ns: Sequence[int]) -> Tensor:
    """How often the best of n has each length, and is false too; (len(ns), lengths, 2)."""
    table = torch.zeros(len(LENGTHS) + 1, 2, len(one.judged))
    for i, judgement in enumerate(one.judged):
        row = sum(judgement.n_bytes > length for length in LENGTHS)
        table[row, 0, i] = 1
        table[row, 1, i] = judgement.content in ("wrong", "both")
    flat = [one.all(row) for row in table.flatten(0, 1)]
    return best_of_curve(one.all(scores), flat, ns).T.reshape(len(ns), len(LENGTHS) + 1, 2)


@dataclass(frozen=True)
class Winner:
    """The reply that a proxy chose among n."""

    n: int
    text: str
    proxy: float
    judged: Judgement


def winners(bench: Bench, one: Drawn, proxy: nn.Module, ns: Sequence[int]) -> list[Winner]:
    """What a proxy chooses among the first n of a question's replies, in random order, for each n."""
    scores = proxy_scores(proxy, one)
    rows = one.all(torch.arange(len(scores)))
    rows = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(1))]
    found = []
    for n in ns:
        place = int(rows[int(alignment.best_of_n(scores[rows[:n]]))])
        new = [token for token in one.replies.ids[place] if token != bench.stop]
        text = bench.tokenizer.decode(new)
        found.append(Winner(n, text, float(scores[place]), one.judged[place]))
    return found
