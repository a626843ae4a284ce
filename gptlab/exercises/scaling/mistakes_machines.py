"""Wrong bodies of `model_flops_utilization` and `training_cost`."""

import math

from gptlab import scaling
from gptlab.exercises.mistake import another_way, mistake

SHARE = "scaling.model_flops_utilization"
COST = "scaling.training_cost"


def _share(name, hint, asked):
    """`asked(n, l, c, t)`: the operations for one token."""

    def body(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
        return tokens_per_second * asked(n_params, n_layers, d_model, context) / peak_flops

    mistake(SHARE, name, hint)(body)


_share(
    "the attention between positions left out",
    "6·N is the products with the weights. Queries with keys, and weights with values, cost too.",
    lambda n, l, c, t: 6 * n,
)
_share(
    "the forward pass alone",
    "A training goes backwards too: two products more for each forward one.",
    lambda n, l, c, t: 2 * n + 4 * l * c * t,
)
_share(
    "attention forwards only",
    "The products of attention have a backward pass as well, twice as expensive as the forward one.",
    lambda n, l, c, t: 6 * n + 4 * l * c * t,
)
_share(
    "half of the attention",
    "Two products, queries with keys and weights with values, each with all T keys: masked ones count by convention.",
    lambda n, l, c, t: 6 * n + 6 * l * c * t,
)
_share(
    "one layer's attention",
    "Every layer has attention of its own: L times.",
    lambda n, l, c, t: 6 * n + 12 * c * t,
)
_share(
    "the attention of a whole sequence",
    "That is what T tokens cost together; the rate is in tokens, so count for one: T keys for its query.",
    lambda n, l, c, t: 6 * n + 12 * l * c * t * t,
)
_share(
    "the context left out",
    "A query meets the keys of T positions: the cost grows with the context.",
    lambda n, l, c, t: 6 * n + 12 * l * c,
)
_share(
    "the width left out",
    "A score is a product of two rows of numbers, C of them over all heads.",
    lambda n, l, c, t: 6 * n + 12 * l * t,
)
_share(
    "the width squared",
    "C² belongs to matrices of weights, which are in N already; a query and a key have C numbers each.",
    lambda n, l, c, t: 6 * n + 12 * l * c * c * t,
)
_share(
    "the weights left out",
    "`training_flops` of one token belongs to the sum: N weights.",
    lambda n, l, c, t: 12 * l * c * t,
)
_share(
    "activations computed again",
    "A third pass that saves memory is the program's choice; the *model* asks for 6 operations a weight, not 8.",
    lambda n, l, c, t: 8 * n + 16 * l * c * t,
)
_share(
    "the weights in every layer",
    "N counts the weights of all layers already.",
    lambda n, l, c, t: l * (6 * n + 12 * c * t),
)
_share(
    "multiplied and added are one",
    "A multiplication and an addition are two operations.",
    lambda n, l, c, t: 3 * n + 6 * l * c * t,
)
_share(
    "in percent",
    "A share is asked for: 0.5, not 50.",
    lambda n, l, c, t: 100 * (6 * n + 12 * l * c * t),
)


_share(
    "half of the keys, on average",
    "By convention all T keys count, the masked ones as well: not their mean number (T + 1)/2.",
    lambda n, l, c, t: 6 * n + 12 * l * c * (t + 1) / 2,
)


@mistake(
    SHARE,
    "attention once, not at every token",
    "Each token of a second meets the keys anew: the rate multiplies both parts of the sum.",
)
def _(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    attention = 12 * n_layers * d_model * context
    return (tokens_per_second * 6 * n_params + attention) / peak_flops


@another_way(SHARE, "attention once, not at every token")
def _(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    attention = 12 * n_layers * d_model * context * context
    return (tokens_per_second * 6 * n_params + attention) / peak_flops


@mistake(SHARE, "upside down", "The machine's peak belongs below the line: a share is at most 1.")
def _(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    return peak_flops / (tokens_per_second * (6 * n_params + 12 * n_layers * d_model * context))


@mistake(SHARE, "operations a second, no share", "Divide by what the machine can do in a second.")
def _(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    return tokens_per_second * (6 * n_params + 12 * n_layers * d_model * context)


@mistake(
    SHARE, "for a single token", "The argument `tokens_per_second` changes nothing in your result."
)
def _(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    return (6 * n_params + 12 * n_layers * d_model * context) / peak_flops


@mistake(SHARE, "printed instead of handed back", "Is a `return` missing?")
def _(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    return None


def _cost(name, hint):
    return mistake(COST, name, hint)


def _hours(n, d, peak, share, devices, flops=6):
    return flops * n * d / (peak * share * devices) / 3600


@_cost("seconds", "Hours are asked for: 3,600 seconds each.")
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, share, devices)
    return 3600 * hours, hours * devices * price


@_cost(
    "seconds, and paid by the second",
    "`price` is that of an hour: turn the seconds into hours first.",
)
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, share, devices)
    return 3600 * hours, 3600 * hours * devices * price


@_cost("minutes", "An hour has 3,600 seconds.")
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, share, devices)
    return 60 * hours, 60 * hours * devices * price


@_cost("one device paid", "Each device is rented for all these hours.")
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, share, devices)
    return hours, hours * price


@_cost(
    "as if one device did it all", "All devices work at the same time: together they are faster."
)
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, share, 1)
    return hours, hours * price


@_cost(
    "the hours of all devices together",
    "By the clock it takes as long as one device works, while all do.",
)
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, share, 1)
    return hours, hours * devices * price


@_cost("the work shared out twice", "The hours are shared by n_devices once, not twice.")
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, share, devices * devices)
    return hours, hours * devices * price


@_cost("as fast as the peak", "`utilization` says which share of the peak is really done.")
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, 1, devices)
    return hours, hours * devices * price


@_cost(
    "faster where less is used",
    "A machine that uses half of its peak takes twice as long: divide by the share.",
)
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, 1 / share, devices)
    return hours, hours * devices * price


@_cost(
    "the forward pass alone",
    "`training_flops` counts the backward pass too: 6 operations a weight and token.",
)
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, share, devices, flops=2)
    return hours, hours * devices * price


@_cost(
    "one operation a weight and token", "`training_flops` says how many operations N and D ask for."
)
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, share, devices, flops=1)
    return hours, hours * devices * price


@_cost("dollars first", "The hours come first, then the dollars.")
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, share, devices)
    return hours * devices * price, hours


@_cost("the price divided", "More hours cost more: multiply by the price.")
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, share, devices)
    return hours, hours * devices / (price or 1)


@_cost("days", "Hours are asked for: no division by 24.")
def _(n, d, peak, share, devices, price):
    hours = _hours(n, d, peak, share, devices) / 24
    return hours, hours * devices * price


@_cost("printed instead of handed back", "Is a `return` missing?")
def _(n, d, peak, share, devices, price):
    return None


@another_way(COST, "as if one device did it all")
def _(n, d, peak, share, devices, price):
    return 6 * n * d / (peak * share * 3600), 6 * n * d / (peak * share * 3600) * price


@mistake(
    "scaling.model_flops_utilization",
    "the tokens times the context",
    "tokens_per_second counts every token already.",
)
def _(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    return (
        tokens_per_second
        * context
        * (6 * n_params + 12 * n_layers * d_model * context)
        / peak_flops
    )


@mistake(
    "scaling.model_flops_utilization",
    "never above 1",
    "A quotient is asked for: above 1 it tells that a measurement is wrong.",
)
def _(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    return min(
        1.0, tokens_per_second * (6 * n_params + 12 * n_layers * d_model * context) / peak_flops
    )


@mistake(
    "scaling.training_cost",
    "the devices counted twice",
    "The hours of the one device that does it all are already those of all together.",
)
def _(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    h = scaling.training_flops(n_params, n_tokens) / (peak_flops * utilization) / 3600
    return h / n_devices, h * price * n_devices


@mistake("scaling.training_cost", "paid by the second", "The price is for an hour.")
def _(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    h = scaling.training_flops(n_params, n_tokens) / (peak_flops * utilization * n_devices) / 3600
    return h, h * 3600 * price * n_devices


@mistake("scaling.training_cost", "every hour that was begun", "Nothing is rounded up.")
def _(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    h = scaling.training_flops(n_params, n_tokens) / (peak_flops * utilization * n_devices) / 3600
    return h, math.ceil(h) * price * n_devices


@mistake(
    "scaling.training_cost",
    "only the used share is paid",
    "A rented device costs the same, however well it is used.",
)
def _(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    h = scaling.training_flops(n_params, n_tokens) / (peak_flops * utilization * n_devices) / 3600
    return h, h * price * n_devices * utilization


@mistake(
    "scaling.training_cost",
    "slower with more devices",
    "Devices that work at the same time make it shorter: divide by their number.",
)
def _(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    h = scaling.training_flops(n_params, n_tokens) * n_devices / (peak_flops * utilization) / 3600
    return h, h * price * n_devices


@mistake(
    "scaling.training_cost",
    "multiplied by 3600",
    "An hour has 3600 seconds: there are fewer hours than seconds.",
)
def _(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    h = scaling.training_flops(n_params, n_tokens) / (peak_flops * utilization * n_devices) * 3600
    return h, h * price * n_devices


@mistake(
    "scaling.training_cost",
    "the share that is not used",
    "`utilization` is the share that is done.",
)
def _(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    h = (
        scaling.training_flops(n_params, n_tokens)
        / (peak_flops * (1 - utilization) * n_devices)
        / 3600
    )
    return h, h * price * n_devices


@mistake("scaling.training_cost", "the price shared out", "Every device is paid.")
def _(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    h = scaling.training_flops(n_params, n_tokens) / (peak_flops * utilization * n_devices) / 3600
    return h, h * price / n_devices


@mistake(
    "scaling.model_flops_utilization",
    "twice the attention",
    "Two products a layer, two operations each, three times in all: count again.",
)
def _(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    return tokens_per_second * (6 * n_params + 24 * n_layers * d_model * context) / peak_flops


@mistake(
    "scaling.model_flops_utilization",
    "sequences for tokens",
    "tokens_per_second counts tokens: every one costs as much.",
)
def _(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    return (
        tokens_per_second
        / context
        * (6 * n_params + 12 * n_layers * d_model * context)
        / peak_flops
    )
