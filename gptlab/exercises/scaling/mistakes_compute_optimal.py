"""Wrong bodies of `compute_optimal`."""

from gptlab.exercises.mistake import another_way, mistake

KEY = "scaling.compute_optimal"


def _chosen(
    product=lambda c: c / 6,
    factor=lambda a, alpha, b, beta: (a * alpha / (b * beta)) ** (1 / (alpha + beta)),
    exponent=lambda alpha, beta: beta / (alpha + beta),
    tokens=lambda c, product, n: product / n,
    answer=lambda n, d: (n, d),
):
    """A choice with one thing changed."""

    def body(budget_flops, a, alpha, b, beta):
        n_times_d = product(budget_flops)
        n = factor(a, alpha, b, beta) * n_times_d ** exponent(alpha, beta)
        return answer(n, tokens(budget_flops, n_times_d, n))

    return body


def _wrong(name, hint, **changed):
    mistake(KEY, name, hint)(_chosen(**changed))


_wrong(
    "C = N·D",
    "A budget of C operations buys N·D = C/6, by your training_flops.",
    product=lambda c: c,
)
_wrong(
    "tokens = C / N",
    "The training of N parameters on D tokens takes 6·N·D operations, so D = C / (6·N).",
    tokens=lambda c, product, n: c / n,
)
_wrong(
    "the exponents swapped",
    "Substitute D = C/(6N) and count the powers of C: N grows as C to the power β/(α + β).",
    exponent=lambda alpha, beta: alpha / (alpha + beta),
)
_wrong(
    "the two terms made equal",
    "Lowest is not where a/N^α equals b/D^β, but where neither gains from the other's budget: compare "
    "their changes, in which α and β stand as factors.",
    factor=lambda a, alpha, b, beta: (a / b) ** (1 / (alpha + beta)),
)
_wrong(
    "the factor upside down",
    "A larger a means that size matters more: N must grow with a, not shrink.",
    factor=lambda a, alpha, b, beta: (b * beta / (a * alpha)) ** (1 / (alpha + beta)),
)
_wrong(
    "α and β in the factor swapped",
    "The change of a/N^α brings down α, that of b/D^β brings down β.",
    factor=lambda a, alpha, b, beta: (a * beta / (b * alpha)) ** (1 / (alpha + beta)),
)
_wrong(
    "a and b left out",
    "The arguments `a` and `b` change nothing in your result.",
    factor=lambda a, alpha, b, beta: 1.0,
)
_wrong(
    "the root of the factor left out",
    "N^(α + β) = …: the whole right side goes to the power 1/(α + β), the factor too.",
    factor=lambda a, alpha, b, beta: a * alpha / (b * beta),
)
_wrong(
    "D before N",
    "The order is N, the parameters, then D, the tokens.",
    answer=lambda n, d: (d, n),
)
_wrong(
    "N alone",
    "Two numbers are asked for: the size, and the tokens that the rest of the budget buys.",
    answer=lambda n, d: n,
)
_wrong(
    "N from α alone",
    "Both exponents have a say: what is not spent on size is spent on tokens.",
    factor=lambda a, alpha, b, beta: (a * alpha / (b * beta)) ** (1 / alpha),
    exponent=lambda alpha, beta: beta / alpha,
)


@mistake(
    KEY,
    "size and text alike",
    "Half and half is right only where a = b and α = β: use the law that is given.",
)
def _(budget_flops, a, alpha, b, beta):
    return (budget_flops / 6) ** 0.5, (budget_flops / 6) ** 0.5


@mistake(
    KEY,
    "20 tokens a parameter",
    "That is a rule for one law at one time (Hoffmann et al. 2022): use the law that is given.",
)
def _(budget_flops, a, alpha, b, beta):
    n = (budget_flops / 120) ** 0.5
    return n, 20 * n


@mistake(
    KEY,
    "the two derivatives made equal",
    "One more parameter costs 6·D operations, one more token 6·N. Substitute D = C/(6N) first, then there "
    "is one derivative, and it is 0.",
)
def _(budget_flops, a, alpha, b, beta):
    product = budget_flops / 6
    n = (a * alpha / (b * beta) * product ** (beta + 1)) ** (1 / (alpha + beta + 2))
    return n, product / n


@mistake(
    KEY,
    "the size that makes the first term smallest",
    "The largest model has the smallest first term, and no tokens left: both terms count.",
)
def _(budget_flops, a, alpha, b, beta):
    return budget_flops / 6, 1.0


@mistake(
    KEY,
    "D with a factor of its own",
    "Once N is chosen, D is what is left of the budget: D = C / (6·N).",
)
def _(budget_flops, a, alpha, b, beta):
    factor = (a * alpha / (b * beta)) ** (1 / (alpha + beta))
    product = budget_flops / 6
    return (
        factor * product ** (beta / (alpha + beta)),
        factor * product ** (alpha / (alpha + beta)),
    )


@mistake(
    KEY,
    "the derivative without its exponent",
    "The derivative of a·N^(−α) is −α·a·N^(−α − 1): the exponent goes down by 1, and both it and the "
    "factor stay.",
)
def _(budget_flops, a, alpha, b, beta):
    product = budget_flops / 6
    n = (a * alpha / (b * beta) * product**beta) ** (1 / (alpha + beta + 1))
    return n, product / n


@another_way(KEY, "C = N·D")
def _(budget_flops, a, alpha, b, beta):
    n = (a * alpha / (b * beta)) ** (1 / (alpha + beta)) * budget_flops ** (beta / (alpha + beta))
    return n, budget_flops / 6 / n


@another_way(KEY, "size and text alike")
def _(budget_flops, a, alpha, b, beta):
    return budget_flops**0.5, budget_flops**0.5


@mistake(
    "scaling.compute_optimal",
    "a coarse grid",
    "A formula, or ever finer grids: the best size seldom lies on the first.",
)
def _(budget_flops, a, alpha, b, beta):
    best = None
    for i in range(1, 200):
        N = 10 ** (i / 10)
        D = budget_flops / 6 / N
        loss = a / N**alpha + b / D**beta
        if best is None or loss < best[0]:
            best = (loss, N, D)
    return best[1], best[2]


@mistake(
    "scaling.compute_optimal",
    "one half for both exponents",
    "Where alpha and beta differ, N and D grow at different rates.",
)
def _(budget_flops, a, alpha, b, beta):
    C = budget_flops / 6
    G = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    return G * C**0.5, C**0.5 / G


@mistake(
    "scaling.compute_optimal", "rounded", "N and D are any positive numbers: nothing is rounded."
)
def _(budget_flops, a, alpha, b, beta):
    C = budget_flops / 6
    G = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    N = G * C ** (beta / (alpha + beta))
    return round(N), round(C / N)
