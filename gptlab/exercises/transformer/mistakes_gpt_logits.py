"""Wrong bodies of `gpt_logits`."""

import math

import torch

from gptlab.exercises.mistake import another_way, mistake

KEY = "transformer.gpt_logits"


def _run(x, blocks):
    for block in blocks:
        x = block(x)
    return x


def _embed(ids, wte, wpe):
    return wte[ids] + wpe[: ids.shape[1]]


@mistake(KEY, "no positions", "Without wpe the model cannot tell the first word from the last.")
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(wte[ids], blocks)) @ wte.T


@mistake(KEY, "no last norm", "The stream is normalised once more before the head reads it.")
def _(ids, wte, wpe, blocks, last_norm):
    return _run(_embed(ids, wte, wpe), blocks) @ wte.T


@mistake(
    KEY,
    "the last norm after the head",
    "The norm reads the stream, C numbers; the V scores are not normalised.",
)
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(_embed(ids, wte, wpe), blocks) @ wte.T)


@mistake(
    KEY,
    "the last norm before the blocks",
    "last_norm comes after the last block, not before the first.",
)
def _(ids, wte, wpe, blocks, last_norm):
    return _run(last_norm(_embed(ids, wte, wpe)), blocks) @ wte.T


@mistake(
    KEY,
    "the last norm after every block",
    "Inside the blocks the stream is left alone; last_norm is applied once, after the loop.",
)
def _(ids, wte, wpe, blocks, last_norm):
    x = _embed(ids, wte, wpe)
    for block in blocks:
        x = last_norm(block(x))
    return x @ wte.T


@mistake(KEY, "no blocks", "Nothing was done to the stream: run the blocks over it.")
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_embed(ids, wte, wpe)) @ wte.T


@another_way(KEY, "no blocks")
def _(ids, wte, wpe, blocks, last_norm):
    x = _embed(ids, wte, wpe)
    for block in blocks:
        block(x)
    return last_norm(x) @ wte.T


@mistake(
    KEY,
    "every block reads the embeddings",
    "Each block reads what the one before it has made: give it the stream as it is now.",
)
def _(ids, wte, wpe, blocks, last_norm):
    embedded = x = _embed(ids, wte, wpe)
    for block in blocks:
        x = block(embedded)
    return last_norm(x) @ wte.T


@another_way(KEY, "every block reads the embeddings")
def _(ids, wte, wpe, blocks, last_norm):
    embedded = _embed(ids, wte, wpe)
    x = embedded
    for block in blocks:
        x = x + block(embedded) - embedded
    return last_norm(x) @ wte.T


@mistake(
    KEY,
    "the blocks' results added to the stream",
    "A block already returns the whole stream, with what it has added: do not add the stream again.",
)
def _(ids, wte, wpe, blocks, last_norm):
    x = _embed(ids, wte, wpe)
    for block in blocks:
        x = x + block(x)
    return last_norm(x) @ wte.T


@mistake(KEY, "the blocks backwards", "The first block of the list runs first.")
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(_embed(ids, wte, wpe), list(blocks)[::-1])) @ wte.T


@mistake(
    KEY,
    "positions looked up by token",
    "A row of wpe belongs to a place in the text, 0, 1, 2, …, whatever token is there.",
)
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(wte[ids] + wpe[ids % len(wpe)], blocks)) @ wte.T


@another_way(KEY, "positions looked up by token")
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(wte[ids] + wpe[ids], blocks)) @ wte.T


@mistake(KEY, "all of wpe", "wpe has a row for every position there may be: take the first T.")
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(wte[ids] + wpe, blocks)) @ wte.T


@mistake(KEY, "positions counted from 1", "The first token has position 0.")
def _(ids, wte, wpe, blocks, last_norm):
    places = torch.arange(1, ids.shape[1] + 1).clamp(max=len(wpe) - 1)
    return last_norm(_run(wte[ids] + wpe[places], blocks)) @ wte.T


@another_way(KEY, "positions counted from 1")
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(wte[ids] + wpe[1 : ids.shape[1] + 1], blocks)) @ wte.T


@mistake(
    KEY,
    "the last positions",
    "The first token has the first row of wpe, however short the text is.",
)
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(wte[ids] + wpe[-ids.shape[1] :], blocks)) @ wte.T


@mistake(
    KEY,
    "one position for a whole text",
    "wpe was added along the batch: the first text got position 0 everywhere, the second position 1.",
)
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(wte[ids] + wpe[: ids.shape[0], None], blocks)) @ wte.T


@mistake(
    KEY,
    "wte not transposed",
    "The head compares each position with every row of wte: C must meet C, so wte has to be turned.",
)
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(_embed(ids, wte, wpe), blocks)) @ wte


@mistake(KEY, "no head", "The stream has C numbers at each position; the result has V scores.")
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(_embed(ids, wte, wpe), blocks))


@mistake(
    KEY,
    "probabilities, not scores",
    "Leave the scores as they are: the loss and the sampler do the softmax.",
)
def _(ids, wte, wpe, blocks, last_norm):
    return (last_norm(_run(_embed(ids, wte, wpe), blocks)) @ wte.T).softmax(dim=-1)


@another_way(KEY, "probabilities, not scores")
def _(ids, wte, wpe, blocks, last_norm):
    return (last_norm(_run(_embed(ids, wte, wpe), blocks)) @ wte.T).log_softmax(dim=-1)


@mistake(
    KEY,
    "only the last position",
    "Every position predicts its own next token: training needs the scores of all T.",
)
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(_embed(ids, wte, wpe), blocks))[:, -1] @ wte.T


@mistake(
    KEY, "only the first block", "Run the blocks of the list one after the other, all of them."
)
def _(ids, wte, wpe, blocks, last_norm):
    return last_norm(_run(_embed(ids, wte, wpe), blocks[:1])) @ wte.T


@another_way(KEY, "only the first block")
def _(ids, wte, wpe, blocks, last_norm):
    x = _embed(ids, wte, wpe)
    for block in blocks:
        return last_norm(block(x)) @ wte.T
    return last_norm(x) @ wte.T


@another_way("transformer.gpt_logits", "positions looked up by token")
def _(ids, wte, wpe, blocks, last_norm):
    h = wte[ids] + wpe[ids.clamp(max=wpe.shape[0] - 1)]
    for b in blocks:
        h = b(h)
    return last_norm(h) @ wte.T


@mistake(
    "transformer.gpt_logits",
    "embeddings multiplied by √C",
    "That is the Transformer of 2017; GPT adds token and position as they are.",
)
def _(ids, wte, wpe, blocks, last_norm):
    h = wte[ids] * math.sqrt(wte.shape[1]) + wpe[: ids.shape[1]]
    for b in blocks:
        h = b(h)
    return last_norm(h) @ wte.T
