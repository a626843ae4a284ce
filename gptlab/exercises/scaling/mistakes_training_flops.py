"""Wrong bodies of `training_flops`."""

from gptlab.exercises.mistake import another_way, mistake

KEY = "scaling.training_flops"


def _wrong(name, hint, body):
    mistake(KEY, name, hint)(body)


_wrong(
    "the forward pass alone",
    "Training also goes backwards, and that takes two more products for each forward one.",
    lambda n, d: 2 * n * d,
)
_wrong(
    "half of it: one operation a weight",
    "A weight is multiplied and the product is added: two operations each time.",
    lambda n, d: 3 * n * d,
)
_wrong(
    "four a weight: two of three products",
    "One product forward, two backward (the gradient of w, and that of x): three, of two operations each.",
    lambda n, d: 4 * n * d,
)
_wrong(
    "one operation for each weight and token",
    "Count the operations of one weight for one token: forward 2, and backward?",
    lambda n, d: n * d,
)
_wrong(
    "the forward pass twice",
    "8 is right where activations are thrown away and worked out again; here the forward pass runs once.",
    lambda n, d: 8 * n * d,
)
_wrong(
    "five a weight",
    "Two operations for each of three products.",
    lambda n, d: 5 * n * d,
)
_wrong(
    "twelve a weight",
    "A multiplication and an addition are two operations already: 2 forward, 4 backward.",
    lambda n, d: 12 * n * d,
)
_wrong(
    "added, not multiplied",
    "Each token goes through every weight: N times D.",
    lambda n, d: 6 * (n + d),
)
_wrong(
    "for one token",
    "That is the cost of a single token; n_tokens are read.",
    lambda n, d: 6 * n,
)
_wrong(
    "the parameters left out",
    "The argument `n_params` changes nothing in your result.",
    lambda n, d: 6 * d,
)
_wrong(
    "20 tokens a parameter",
    "How many tokens are read is given: D need not be 20·N.",
    lambda n, d: 120 * n * n,
)
_wrong(
    "every token against every token",
    "Attention between positions is left out: the cost grows with D, not with D².",
    lambda n, d: 6 * n * d * d,
)
_wrong(
    "in petaflop/s-days",
    "The operations themselves are asked for; a petaflop/s-day is 8.64e19 of them.",
    lambda n, d: 6 * n * d / 8.64e19,
)
_wrong(
    "in teraflops",
    "The operations themselves are asked for.",
    lambda n, d: 6 * n * d / 1e12,
)
another_way(KEY, "the forward pass twice")(lambda n, d: 4 * n * d + 4 * n * d)


@mistake("scaling.training_flops", "divided by the tokens", "More tokens are more work.")
def _(n_params, n_tokens):
    return 6 * n_params / n_tokens


@mistake(
    "scaling.training_flops", "N squared", "Each weight takes part once for each token: N · D."
)
def _(n_params, n_tokens):
    return 6 * n_params**2 * n_tokens
