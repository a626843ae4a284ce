"""Demonstrations for supervised fine-tuning: questions with the replies of people, as tokens with a loss mask."""

import torch

from gptlab import instruct
from gptlab.engine.data import seeds
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.world.questions import Questions, Replies
from gptlab.world.web import Web


@torch.no_grad()
def init_chat_embeddings(model: GPT, tokenizer: Tokenizer) -> None:
    """Give the chat's special tokens, which no page holds, the embeddings of what they resemble.

    A turn begins and ends like a page, and a reply begins like the line under a question.
    """
    page = model.wte[tokenizer.special["endoftext"]].clone()
    line = model.wte[tokenizer.encode("\n")[0]].clone()
    for name, embedding in (("user", page), ("system", page), ("assistant", line), ("end", page)):
        model.wte[tokenizer.special[name]] = embedding


def demonstrations(
    web: Web, tokenizer: Tokenizer, n: int, context: int, seed: int
) -> list[tuple[list[int], list[bool]]]:
    """n rendered demonstrations, (ids, mask) each; those that are longer than the context are passed over."""
    writer = Replies(web)
    rng = seeds.rng_for(seeds.DEMONSTRATIONS, seed)
    questions = Questions(web).draw(seeds.seed_for(seeds.DEMONSTRATIONS, seed))
    found = []
    while len(found) < n:
        question = next(questions)
        messages = [
            {"role": "user", "content": question.text},
            {"role": "assistant", "content": writer.demonstrate(question, rng)},
        ]
        ids, mask = instruct.render_chat(messages, tokenizer.encode, tokenizer.special)
        if len(ids) <= context:
            found.append((ids, mask))
    return found
