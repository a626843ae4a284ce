"""Wrong bodies of `pre_ln_block` and `post_ln_block`."""

from gptlab.exercises.mistake import another_way, mistake


def _pre(name, hint):
    return mistake("transformer.pre_ln_block", name, hint)


def _post(name, hint):
    return mistake("transformer.post_ln_block", name, hint)


def _block(attention_step, mlp_step):
    """A block out of two steps (x, f, norm) -> x."""
    return lambda x, attend, mlp, norm1, norm2: mlp_step(
        attention_step(x, attend, norm1), mlp, norm2
    )


def _before(x, f, norm):
    return x + f(norm(x))


def _after(x, f, norm):
    return norm(x + f(x))


_pre("the norm after the sum", "In a pre-LN block the stream itself is never normalised.")(
    _block(_after, _after)
)
_pre("no residual around attention", "What attention finds is added to x.")(
    _block(lambda x, f, norm: f(norm(x)), _before)
)
_pre("no residual around the feed-forward network", "What it thinks is added to the stream.")(
    _block(_before, lambda x, f, norm: f(norm(x)))
)
_pre("added to the normalised stream", "Add to x itself, not to norm(x).")(
    _block(lambda x, f, norm: norm(x) + f(norm(x)), lambda x, f, norm: norm(x) + f(norm(x)))
)
_pre("no norms", "Each part reads a normalised copy of the stream.")(
    _block(lambda x, f, norm: x + f(x), lambda x, f, norm: x + f(x))
)
_pre(
    "the result normalised, not the input",
    "norm(f(x)) is another thing than f(norm(x)): each part reads a normalised copy.",
)(_block(lambda x, f, norm: x + norm(f(x)), lambda x, f, norm: x + norm(f(x))))
_pre(
    "both parts read the same stream",
    "The feed-forward network reads h, with what attention has found.",
)(lambda x, attend, mlp, norm1, norm2: x + attend(norm1(x)) + mlp(norm2(x)))
_pre("what attention found is lost", "The second sum begins with h, not with x.")(
    lambda x, attend, mlp, norm1, norm2: x + mlp(norm2(x + attend(norm1(x))))
)
_pre("norm1 used twice", "Each part has a norm of its own.")(
    lambda x, attend, mlp, norm1, norm2: _block(_before, _before)(x, attend, mlp, norm1, norm1)
)
_pre("no residual at all", "Both notes are added to the stream.")(
    _block(lambda x, f, norm: f(norm(x)), lambda x, f, norm: f(norm(x)))
)
_pre(
    "the two norms swapped", "norm1 stands before attention, norm2 before the feed-forward network."
)(lambda x, attend, mlp, norm1, norm2: _block(_before, _before)(x, attend, mlp, norm2, norm1))
_pre("the feed-forward network first", "Attention comes first.")(
    lambda x, attend, mlp, norm1, norm2: _block(_before, _before)(x, mlp, attend, norm1, norm2)
)

_post("the norm before the part", "That is the pre-LN block: here each sum is normalised.")(
    _block(_before, _before)
)
_post("no residual around attention", "Normalise the sum of x and what attention finds.")(
    _block(lambda x, f, norm: norm(f(x)), _after)
)
_post("no residual around the feed-forward network", "Normalise the sum of h and what it thinks.")(
    _block(_after, lambda x, f, norm: norm(f(x)))
)
_post("only the part normalised", "The norm goes around the whole sum.")(
    _block(lambda x, f, norm: x + norm(f(x)), lambda x, f, norm: x + norm(f(x)))
)
_post("no norms", "Each sum is normalised.")(
    _block(lambda x, f, norm: x + f(x), lambda x, f, norm: x + f(x))
)
_post("normalised once, at the end", "There are two sums, and each is normalised.")(
    _block(lambda x, f, norm: x + f(x), _after)
)
_post("the second sum begins with x", "The second sum begins with h.")(
    lambda x, attend, mlp, norm1, norm2: norm2(x + mlp(norm1(x + attend(x))))
)
_post("norm1 used twice", "Each sum has a norm of its own.")(
    lambda x, attend, mlp, norm1, norm2: _block(_after, _after)(x, attend, mlp, norm1, norm1)
)
_post("the feed-forward network reads x", "It reads h, the sum that norm1 has normalised.")(
    lambda x, attend, mlp, norm1, norm2: norm2(norm1(x + attend(x)) + mlp(x))
)
_post("the last norm left out", "Each of the two sums is normalised.")(
    _block(_after, lambda x, f, norm: x + f(x))
)
_post("no residual at all", "Each part is added to what it has read, and the sum is normalised.")(
    _block(lambda x, f, norm: norm(f(x)), lambda x, f, norm: norm(f(x)))
)
_post("the two norms swapped", "norm1 normalises the first sum, norm2 the second.")(
    lambda x, attend, mlp, norm1, norm2: _block(_after, _after)(x, attend, mlp, norm2, norm1)
)
_post("the feed-forward network first", "Attention comes first.")(
    lambda x, attend, mlp, norm1, norm2: _block(_after, _after)(x, mlp, attend, norm1, norm2)
)


@_pre("the given stream changed", "x += … writes into the caller's tensor: make a new one.")
def _(x, attend, mlp, norm1, norm2):
    x += attend(norm1(x))
    x += mlp(norm2(x))
    return x


@_post("the given stream changed", "x += … writes into the caller's tensor: make a new one.")
def _(x, attend, mlp, norm1, norm2):
    x += attend(x)
    x = norm1(x)
    return norm2(x + mlp(x))


_pre("both normalised, input and result", "One norm a part: around its input only.")(
    _block(lambda x, f, norm: x + norm(f(norm(x))), lambda x, f, norm: x + norm(f(norm(x))))
)
_pre("attention reads the raw stream", "Attention reads norm1(x), not x.")(
    _block(lambda x, f, norm: x + f(x), _before)
)
_pre("the feed-forward network reads the raw stream", "It reads norm2(h), not h.")(
    _block(_before, lambda x, f, norm: x + f(x))
)
_pre("the first sum begins with norm1(x)", "Add to x itself, not to norm1(x).")(
    _block(lambda x, f, norm: norm(x) + f(norm(x)), _before)
)
_pre("the second sum begins with norm2(h)", "Add to h itself, not to norm2(h).")(
    _block(_before, lambda x, f, norm: norm(x) + f(norm(x)))
)
_pre("the second sum begins with x alone", "h holds what attention found: add to h.")(
    lambda x, attend, mlp, norm1, norm2: x + mlp(norm2(attend(norm1(x))))
)
_pre("only attention", "The feed-forward network comes after it.")(
    lambda x, attend, mlp, norm1, norm2: x + attend(norm1(x))
)
_pre("the norm after the feed-forward network's sum", "In a pre-LN block no sum is normalised.")(
    _block(_before, _after)
)

_post("normalised before and after", "One norm a part: around the sum only.")(
    _block(lambda x, f, norm: norm(x + f(norm(x))), lambda x, f, norm: norm(x + f(norm(x))))
)
_post("norm2 used twice", "Each sum has a norm of its own.")(
    lambda x, attend, mlp, norm1, norm2: _block(_after, _after)(x, attend, mlp, norm2, norm2)
)
_post("only attention", "The feed-forward network comes after it.")(
    lambda x, attend, mlp, norm1, norm2: norm1(x + attend(x))
)
_post("x normalised, not the sum", "The norm goes around the whole sum.")(
    _block(lambda x, f, norm: norm(x) + f(x), lambda x, f, norm: norm(x) + f(x))
)


@another_way("transformer.pre_ln_block", "the feed-forward network first")
def _(x, attend, mlp, norm1, norm2):
    x = x + mlp(norm2(x))
    return x + attend(norm1(x))


@mistake(
    "transformer.pre_ln_block",
    "the feed-forward network reads what attention read",
    "norm2 reads the stream after attention was added.",
)
def _(x, attend, mlp, norm1, norm2):
    h = norm1(x)
    x = x + attend(h)
    return x + mlp(norm2(h))


@another_way("transformer.post_ln_block", "the feed-forward network first")
def _(x, attend, mlp, norm1, norm2):
    x = norm2(x + mlp(x))
    return norm1(x + attend(x))


@mistake(
    "transformer.post_ln_block",
    "both parts read the same stream",
    "The feed-forward network reads what the first norm gives.",
)
def _(x, attend, mlp, norm1, norm2):
    return norm2(norm1(x + attend(x) + mlp(x)))


@mistake(
    "transformer.post_ln_block",
    "a second sum around the norm",
    "norm(x + part(x)) is the new stream: nothing is added to it.",
)
def _(x, attend, mlp, norm1, norm2):
    x = x + norm1(x + attend(x))
    return x + norm2(x + mlp(x))
