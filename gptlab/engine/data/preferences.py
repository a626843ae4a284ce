"""Preferences for reward models and PPO: prompts, and replies to them that noisy labelers have ranked."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

from gptlab.engine.assistant import Assistant, TooLong
from gptlab.engine.data import seeds
from gptlab.engine.workers import side_by_side
from gptlab.world.gold_labeler import Labeler
from gptlab.world.questions import Question, Questions, Replies
from gptlab.world.web import Web

K_REPLIES = 4  # ranked replies a prompt: InstructGPT's labelers ranked 4 to 9


def prompts_that_fit(
    assistant: Assistant, questions: Iterator[Question], n: int, room: int
) -> list[Question]:
    """The next n questions that leave room for a reply; a tokenizer of the reader's own text may need more tokens."""

    def fits(question: Question) -> bool:
        try:
            return bool(assistant.begin(question.text, room))
        except TooLong:
            return False

    return list(islice(filter(fits, questions), n))


def comparisons(
    web: Web,
    assistant: Assistant,
    n: int,
    max_new_tokens: int,
    seed: int,
    purpose: int,
    n_written: int = 0,
) -> list[list[list[int]]]:
    """Rankings of K replies, best first, by noisy labelers: as many as fit the context, of n + n_written prompts.

    For each of the first n prompts, two replies are sampled from the model, and two are written by people: twins
    that differ in truth alone. For the others people write all four, two pairs of twins. That costs no sampling,
    and it is from twins that a reward model learns truth: manners are learnt from anything.

    seed     the run's
    purpose  what the rankings are for, one of `seeds`
    """
    labeler = Labeler(web)
    writer = Replies(web)
    rng = seeds.rng_for(purpose, seed)
    drawn = Questions(web).draw(seeds.seed_for(purpose, seed))
    questions = prompts_that_fit(assistant, drawn, n + n_written, max_new_tokens)
    prompts = [question.text for question in questions[:n]]
    write = partial(assistant.replies, prompts, max_new_tokens, temperature=1.0)
    sampled = side_by_side(
        {str(i): partial(write, seed=purpose + i) for i in range(K_REPLIES - 2)}
    ).values()
    rankings = []
    for i, question in enumerate(questions):
        if i < n:
            others = [replies[i].text for replies in sampled]
        else:
            others = list(writer.twins(question, rng))
        texts = others + list(writer.twins(question, rng))
        start = assistant.begin(question.text)
        ranking = [
            [*start, *assistant.tokenizer.encode(texts[j]), assistant.stop]
            for j in labeler.rank(question, texts, rng)
        ]
        if max(map(len, ranking)) <= assistant.context:
            rankings.append(ranking)
    return rankings
