"""Hints for gptlab/autograd.py."""

HINTS = {
    "add": (
        "Two questions: what is the sum, and how fast does it grow when a alone grows, or b alone?",
        "Read Value's docstring: data, then the parents, then one local gradient for each parent, in the same order.",
        "data is a.data plus b.data, the parents are a and b as a tuple, and both local "
        "gradients are the same number: 5 + 3 is 8, and (5 + 1) + 3 is 9.",
    ),
    "multiply": (
        "Try numbers: 5 · 3 = 15. Let the 5 grow by 1: how much more is that? Now let the 3 grow.",
        "It is built like add. Only the data and the two local gradients differ.",
        "The parents stand as (a, b). The local gradient in the first place belongs to a, and is the other one's data.",
    ),
    "power": (
        "What is the derivative of x³? And of 1/x, which is x to the power of −1?",
        "One parent only: the exponent is a plain number. A tuple of one has a comma: (a,).",
        "data is a.data to the exponent, written with **. The local gradient is the exponent "
        "times a.data to the exponent less 1.",
    ),
    "tanh": (
        "Compute the result once and give it a name: the derivative needs it.",
        "math.tanh takes a number, so give it a.data.",
        "With t for the result, the local gradient is 1 less t squared; the one parent is a.",
    ),
    "exp": (
        "e^a is its own derivative.",
        "math.exp takes a number, so give it a.data, and use what comes out twice.",
        "The result is the data, and the same number is the local gradient of the one parent.",
    ),
    "topological_order": (
        "Draw d = c + a with c = a·b. Which Values may stand first? When may c be listed?",
        "Go down from `value` to its parents and theirs. A Value is listed once all its parents are.",
        "An inner function visit(v): nothing if v is in the set of those seen; else note it, "
        "visit each parent, and only then append v. The set and the list are made anew in every "
        "call.",
    ),
    "backward": (
        "Do it with a pencil first, for d = c + a with c = a·b: d.grad is 1. Who gets what from d? And then from c?",
        "Walk topological_order(value) from its end. When a Value's turn comes, all its shares have arrived.",
        "For each v in the reversed order: zip(v.parents, v.local_gradients), and add local "
        "gradient times v.grad to the parent's grad with +=. Before the walk, value.grad is set "
        "to 1.",
    ),
}
