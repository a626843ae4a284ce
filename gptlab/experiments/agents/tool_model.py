"""A chat model that is taught to use tools, and the function `str -> str` that `agents.react_loop` wants of it."""

import copy
from collections.abc import Callable, Sequence

from gptlab import agents
from gptlab.engine.assistant import Assistant
from gptlab.engine.chat_settings import GREEDY
from gptlab.engine.config import SFTConfig
from gptlab.engine.model import generate
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.train.sft import Example, finetune
from gptlab.experiments.agents.tasks import Task

STORED = FOLDER / "agents" / "tools"
LR, MUON_RATIO, BATCH = 2e-3, 5.0, 32  # as the shipped model was tuned
TURN_TOKENS = 44  # the longest turn: a thought and an action


def start(assistant: Assistant, transcript: str) -> list[int]:
    """The ids that a tool model reads: a transcript begins where a person's turn does."""
    ids, _ = agents.transcript_tokens(transcript, assistant.tokenizer.encode)
    return [assistant.tokenizer.special["user"], *ids]


def rendered(
    assistant: Assistant,
    tasks: Sequence[Task],
    mask: Callable[[str, Callable], tuple[list[int], list[bool]]] | None = None,
) -> list[Example]:
    """Demonstrations as tokens and masks, each with the end token; those that are too long are left out.

    mask  what turns a transcript into both, in place of `agents.transcript_tokens`
    """
    examples = []
    special = assistant.tokenizer.special
    for task in tasks:
        tokens = mask or agents.transcript_tokens
        ids, learn = tokens(task.transcript, assistant.tokenizer.encode)
        if len(ids) + 2 <= assistant.context:
            ids = [special["user"], *ids, special["end"]]
            examples.append((ids, [False, *map(bool, learn), True]))
    return examples


def taught(
    chat_model: Assistant,
    examples: list[Example],
    seed: int = 0,
    report: Callable[[dict], None] | None = None,
    lr: float = LR,
) -> Assistant:
    """A copy of a chat model, tuned once over rendered demonstrations."""
    model = copy.deepcopy(chat_model.model).run_on("fused").train()
    config = SFTConfig(epochs=1, batch_size=BATCH, lr=lr, muon_ratio=MUON_RATIO, seed=seed)
    finetune(model, examples, config, report=report)
    return Assistant(model.eval(), chat_model.tokenizer, "sft", "tool model")


def writer(assistant: Assistant, max_new_tokens: int = TURN_TOKENS) -> Callable[[str], str]:
    """What the model writes after a transcript: the function that `react_loop` calls.

    It stops at its end token or after so many tokens; nothing stops it after an action.
    """
    return lambda transcript: write_many(assistant, [transcript], max_new_tokens)[0]


def write_many(
    assistant: Assistant, transcripts: list[str], max_new_tokens: int = TURN_TOKENS
) -> list[str]:
    """The same for many transcripts at once; one that leaves no room gets an empty text."""
    starts = [start(assistant, transcript) for transcript in transcripts]
    texts = [""] * len(starts)
    by_room: dict[int, list[int]] = {}
    for place, ids in enumerate(starts):
        by_room.setdefault(min(max_new_tokens, assistant.context - len(ids)), []).append(place)
    for room, places in by_room.items():
        if room > 0:
            new = generate.generate_batch(
                assistant.model, [starts[i] for i in places], room, assistant.stop, GREEDY
            )
            for place, ids in zip(places, new, strict=True):
                texts[place] = assistant.text(ids)
    return texts
