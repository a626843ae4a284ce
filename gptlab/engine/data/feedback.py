"""What people give a model to learn from: demonstrations, and rankings of replies. `job` is a pipeline.Run."""

from collections.abc import Iterator
from itertools import islice

import torch

from gptlab import instruct
from gptlab.engine.evaluate import evaluate
from gptlab.world.gold_labeler import Labeler
from gptlab.world.questions import Question, Questions, Replies

K_REPLIES = 4  # ranked replies a prompt: InstructGPT's labelers ranked 4 to 9
DEMO_SEED, COMPARISON_SEED, PROMPT_SEED = 11, 12, 13


@torch.no_grad()
def prepare_chat_tokens(model, tokenizer) -> None:
    """Give the chat's special tokens, which no page holds, the embeddings of what they resemble.

    A turn begins and ends like a page, and a reply begins like the line under a question.
    """
    page, line = (
        model.wte[tokenizer.special["endoftext"]].clone(),
        model.wte[tokenizer.encode("\n")[0]].clone(),
    )
    for name, embedding in (("user", page), ("system", page), ("assistant", line), ("end", page)):
        model.wte[tokenizer.special[name]] = embedding


def demonstrations(job) -> list[tuple[list[int], list[bool]]]:
    """Rendered demonstrations: (ids, mask) each."""
    replies, stream, found = Replies(job.web), job.random(DEMO_SEED), []
    questions = Questions(job.web).draw(1000 * job.seed + DEMO_SEED)
    while len(found) < job.preset.n_demonstrations:
        question = next(questions)
        messages = [
            {"role": "user", "content": question.text},
            {"role": "assistant", "content": replies.demonstrate(question, stream)},
        ]
        ids, mask = instruct.render_chat(messages, job.tokenizer.encode, job.tokenizer.special)
        if len(ids) <= job.preset.shape[0]:
            found.append((ids, mask))
    return found


def prompts_that_fit(job, questions: Iterator[Question], n: int) -> list[Question]:
    """The next n questions that leave room for a reply; a reader's own text makes a tokenizer that needs more."""
    room = job.preset.shape[0] - job.preset.ppo.max_new_tokens
    return list(
        islice((q for q in questions if len(evaluate.chat_ids(job.tokenizer, q.text)) <= room), n)
    )


def comparisons(job, model, n: int, seed: int) -> list[list[list[int]]]:
    """Rankings of K replies by noisy labelers, best first: two sampled from the model, two twins that differ in truth."""
    labeler, writer, stream = Labeler(job.web), Replies(job.web), job.random(seed)
    questions = prompts_that_fit(job, Questions(job.web).draw(1000 * job.seed + seed), n)
    sampled = [
        evaluate.replies(
            model, job.tokenizer, questions, job.preset.ppo.max_new_tokens, 1.0, seed + i
        )
        for i in range(K_REPLIES - 2)
    ]
    rankings = []
    for i, question in enumerate(questions):
        texts = [answers[i][0] for answers in sampled] + list(writer.twins(question, stream))
        order = labeler.rank(question, texts, stream)
        prompt, end = evaluate.chat_ids(job.tokenizer, question.text), job.tokenizer.special["end"]
        ranking = [[*prompt, *job.tokenizer.encode(texts[j]), end] for j in order]
        if max(map(len, ranking)) <= job.preset.shape[0]:
            rankings.append(ranking)
    return rankings
