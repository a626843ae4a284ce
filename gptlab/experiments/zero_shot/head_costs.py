"""What one-shot answers lose while heads of a model are silent."""

from collections.abc import Iterable

import torch

from gptlab import zero_shot
from gptlab.engine.assistant import Assistant
from gptlab.experiments.zero_shot import few_shot
from gptlab.experiments.zero_shot.few_shot_by_size import PLACES, questions_of, tokens_of_answers
from gptlab.interpret.ablation import ablated_logits
from gptlab.world.web import Web


@torch.no_grad()
def one_shot_share(assistant: Assistant, off: Iterable[tuple], n: int = 60) -> few_shot.Share:
    """Questions answered right after one example while some heads are silent: every token of the answer likeliest."""
    web, off = Web(), list(off)
    questions = questions_of(web, PLACES, n)
    prompts = few_shot.prompts_for(web, questions, 1)

    def silenced(ids: torch.Tensor) -> torch.Tensor:
        return ablated_logits(assistant.model, ids, off)

    wanted = [question.answer for question in questions]
    tokens = tokens_of_answers(silenced, assistant.tokenizer, prompts, wanted)
    return few_shot.Share(round(float(zero_shot.exact_match(*tokens)) * n), n)
