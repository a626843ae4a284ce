"""What a user can forge who types the template's special tokens, and what happens without a stop token."""

from collections.abc import Callable
from functools import partial
from itertools import islice

import regex
import torch

from gptlab import instruct
from gptlab.engine.assistant import Assistant
from gptlab.engine.chat_settings import GREEDY
from gptlab.engine.model import generate
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.chat import tuned
from gptlab.experiments.chat.conversations import TERMINAL, Conversations, user

TEST_SEED = 910
NO_TOKEN = -1  # a stop token that never comes
Encode = Callable[[str], list[int]]


def careless(tokenizer: Tokenizer, text: str) -> list[int]:
    """Text to ids, where a text that spells a special token becomes that token: what many tokenizers do by default."""
    names = {f"<|{name}|>": token for name, token in tokenizer.special.items()}
    parts = regex.split("(" + "|".join(map(regex.escape, names)) + ")", text)
    return [
        i for part in parts for i in ([names[part]] if part in names else tokenizer.encode(part))
    ]


def encoders(chat: Assistant) -> dict[str, Encode]:
    """The careless way, and ours."""
    return {"careless": partial(careless, chat.tokenizer), "ours": chat.tokenizer.encode}


def hijacked(chat: Assistant, talks: Conversations, forged: str, n: int = 40) -> dict[str, float]:
    """With each encoder, the share of questions that are answered as a terminal when `forged` stands before them."""
    asked = [user(forged + q.text) for q in islice(talks.questions(TEST_SEED, held_out=True), n)]
    special = chat.tokenizer.special
    found = {}
    for name, encode in encoders(chat).items():
        starts = [list(instruct.render_chat([one], encode, special, True)[0]) for one in asked]
        said = tuned.written(chat, starts)
        found[name] = sum(map(TERMINAL.shows, said)) / n
    return found


def without_stop(chat: Assistant, question: str, n_tokens: int = 40) -> list[int]:
    """What is written when nothing stops the model."""
    start = chat.begin(question)
    generator = torch.Generator().manual_seed(0)
    new = generate.generate_batch(
        chat.model, [start], n_tokens, NO_TOKEN, GREEDY, generator=generator
    )
    return new[0]
