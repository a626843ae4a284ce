"""Wrong bodies of `transformer_parameters`."""

from gptlab.exercises.mistake import another_way, mistake

KEY = "scaling.transformer_parameters"


def _wrong(
    name,
    hint,
    tokens=lambda c, v, t: v * c,
    positions=lambda c, v, t: t * c,
    attention=lambda c: 4 * c * c + 4 * c,
    feed_forward=lambda c: 8 * c * c + 5 * c,
    norms=lambda c: 4 * c,
    last_norm=lambda c: 2 * c,
    total=lambda n, embeddings, block, last: embeddings + n * block + last,
):
    """A count with one part changed."""

    def body(n_layers, d_model, vocab_size, context):
        embeddings = tokens(d_model, vocab_size, context) + positions(d_model, vocab_size, context)
        block = attention(d_model) + feed_forward(d_model) + norms(d_model)
        return total(n_layers, embeddings, block, last_norm(d_model))

    mistake(KEY, name, hint)(body)


_wrong(
    "the head counted as well",
    "The head is the token embedding once more, the same numbers: they are counted once.",
    tokens=lambda c, v, t: 2 * v * c,
)
_wrong(
    "no biases",
    "Each of the four matrices of a block has a bias, as long as what comes out of it.",
    attention=lambda c: 4 * c * c,
    feed_forward=lambda c: 8 * c * c,
)
_wrong(
    "neither biases nor norms",
    "12·C² counts the matrices of a block alone: each has a bias, and there are layer norms.",
    attention=lambda c: 4 * c * c,
    feed_forward=lambda c: 8 * c * c,
    norms=lambda c: 0,
    last_norm=lambda c: 0,
)
_wrong(
    "every bias of width C",
    "A bias is as long as what comes out of its matrix: 3C after w_qkv, 4C after w_in.",
    attention=lambda c: 4 * c * c + 2 * c,
    feed_forward=lambda c: 8 * c * c + 2 * c,
)
_wrong(
    "the position embedding left out",
    "Positions have vectors of their own: `context` of them.",
    positions=lambda c, v, t: 0,
)
_wrong(
    "a position embedding for every token of the vocabulary",
    "There is one position vector for each place in the context.",
    positions=lambda c, v, t: v * c,
)
_wrong(
    "the embeddings left out",
    "That is the count without embeddings, Kaplan's N: here the two embeddings count as well.",
    tokens=lambda c, v, t: 0,
    positions=lambda c, v, t: 0,
)
_wrong(
    "the last norm left out",
    "After the last block there is one more layer norm.",
    last_norm=lambda c: 0,
)
_wrong(
    "the norms of the blocks left out",
    "Each block has two layer norms, each with a weight and a bias.",
    norms=lambda c: 0,
)
_wrong(
    "no layer norm at all",
    "Two layer norms a block and one at the end, each with a weight and a bias.",
    norms=lambda c: 0,
    last_norm=lambda c: 0,
)
_wrong(
    "one norm a block",
    "A block has two layer norms: one before the attention, one before the feed-forward layer.",
    norms=lambda c: 2 * c,
)
_wrong(
    "norms without a bias",
    "A layer norm has a weight and a bias, both of width C.",
    norms=lambda c: 2 * c,
    last_norm=lambda c: c,
)
_wrong(
    "q, k and v counted once",
    "w_qkv holds three matrices side by side: (C, 3C).",
    attention=lambda c: 2 * c * c + 2 * c,
)
_wrong(
    "no output matrix of the attention",
    "After the heads are merged, w_out (C, C) mixes them.",
    attention=lambda c: 3 * c * c + 3 * c,
)
_wrong(
    "a feed-forward layer as wide as the model",
    "The feed-forward layer is four times as wide inside: w_in is (C, 4C).",
    feed_forward=lambda c: 2 * c * c + 2 * c,
)
_wrong(
    "one matrix in the feed-forward layer",
    "The feed-forward layer has two matrices: out to 4C, and back.",
    feed_forward=lambda c: 4 * c * c + 4 * c,
)
_wrong(
    "the blocks counted once",
    "There are n_layers blocks, each with weights of its own.",
    total=lambda n, embeddings, block, last: embeddings + block + last,
)
_wrong(
    "the embeddings in every layer",
    "The embeddings exist once, before the first block.",
    total=lambda n, embeddings, block, last: n * (embeddings + block) + last,
)
_wrong(
    "the last norm in every layer",
    "A block has two layer norms; the third, after the last block, exists once.",
    total=lambda n, embeddings, block, last: embeddings + n * (block + last),
)
_wrong(
    "in millions",
    "The count itself is asked for, not millions.",
    total=lambda n, embeddings, block, last: (embeddings + n * block + last) / 1e6,
)


@mistake(
    "scaling.transformer_parameters",
    "only the blocks' matrices",
    "Embeddings, biases and norms are learnt too: 12·L·C² is what is left when C is large.",
)
def _(n_layers, d_model, vocab_size, context):
    return 12 * n_layers * d_model**2


@mistake(
    "scaling.transformer_parameters",
    "a bias of width C after w_in",
    "A bias is as long as its matrix has columns: 4C behind w_in.",
)
def _(n_layers, d_model, vocab_size, context):
    C = d_model
    return vocab_size * C + context * C + n_layers * (12 * C * C + 10 * C) + 2 * C


@another_way("scaling.transformer_parameters", "one matrix in the feed-forward layer")
def _(n_layers, d_model, vocab_size, context):
    C = d_model
    return vocab_size * C + context * C + n_layers * (8 * C * C + 9 * C + 0) + 2 * C


@mistake("scaling.transformer_parameters", "the mask counted", "The causal mask is not learnt.")
def _(n_layers, d_model, vocab_size, context):
    C = d_model
    return (
        vocab_size * C + context * C + context * context + n_layers * (12 * C * C + 13 * C) + 2 * C
    )
