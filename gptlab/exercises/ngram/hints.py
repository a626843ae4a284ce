"""Hints for gptlab/ngram.py."""

HINTS = {
    "bigram_counts": (
        "Line the text up with itself, one place later: every column is a pair.",
        "ids[:-1] are the first tokens, ids[1:] the second ones. A loop that adds 1 is a good "
        "first version; mind that counts[a, b] += 1 with whole tensors adds only once for equal "
        "pairs.",
        "Check that ids lie in 0 … V − 1, then number each pair as first · V + second, count "
        "these numbers with torch.bincount(…, minlength=V·V) and reshape; or use index_put_ "
        "with accumulate=True.",
    ),
    "bigram_probabilities": (
        "Each row is a distribution of its own. What has to stand below the fraction line so that it sums to 1?",
        "Add the smoothing to all counts, then divide by the sum over the last axis with keepdim=True.",
        "A row whose sum is 0 gets 1/V everywhere: torch.where(sum > 0, smoothed / sum, 1/V). Refuse smoothing < 0.",
    ),
    "cross_entropy": (
        "For each kept target you need the log-probability of one token. log softmax can be written without softmax.",
        "log softmax(z)[y] = z[y] − logsumexp(z). gather picks z[y] for each row.",
        "Choose the rows whose target is not ignore_index, first of all. Then the mean of "
        "logsumexp over the last axis less the gathered score.",
    ),
    "perplexity": (
        "It is one function of the loss. Which base belongs to nats?",
        "A tensor has a method for it, and the module math has a function for numbers.",
        "isinstance(loss, Tensor) decides between loss.exp() and the function of the module math.",
    ),
}
