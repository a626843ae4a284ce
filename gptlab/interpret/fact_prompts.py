"""Prompts that ask a model for facts of the little web, with the places that matter in them."""

from collections.abc import Iterable
from typing import NamedTuple

from gptlab.engine.assistant import Assistant
from gptlab.world.facts import Fact


class FactPrompt(NamedTuple):
    """A prompt that asks for a fact."""

    ids: list[int]
    name: slice  # where the subject's name is among the ids
    answer: int  # id of the right answer's first token


def fact_prompts(
    assistant: Assistant, facts: Iterable[Fact], pattern: str = "The capital of {} is"
) -> list[FactPrompt]:
    """One prompt a fact, in English.

    Raises ValueError when the name's tokens are not to be found in the prompt's.
    """
    encode = assistant.tokenizer.encode
    prompts = []
    for fact in facts:
        ids = assistant.begin(pattern.format(fact.subject.name.en))
        name = encode(f" {fact.subject.name.en}")
        starts = [i for i in range(len(ids)) if ids[i : i + len(name)] == name]
        if not starts:
            raise ValueError(
                f"{fact.subject.name.en!r} is cut otherwise in {pattern!r}: put a space before {{}}"
            )
        place = slice(starts[0], starts[0] + len(name))
        prompts.append(FactPrompt(ids, place, encode(f" {fact.answer.en}")[0]))
    return prompts
