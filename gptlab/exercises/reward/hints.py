"""Hints for gptlab/reward.py."""

HINTS = {
    "last_token_index": (
        "Counting does not help where padding stands on the left. Which places are kept, and which is the largest?",
        "torch.arange(T) gives the places.",
        "Put −1 at places that are not kept (torch.where) and take the maximum of each row.",
    ),
    "pairwise_loss": (
        "Only the difference counts. Which sign must it have so that the loss is small when all is well?",
        "log σ as one function is torch.nn.functional.logsigmoid.",
        "The mean over the batch of minus logsigmoid of (chosen − rejected).",
    ),
    "ranking_loss": (
        "List all pairs (w, l) with w before l: for K = 4 there are six.",
        "torch.triu_indices(K, K, offset=1) gives the places of the better and of the worse ones.",
        "Differences rewards[..., better] − rewards[..., worse], then as in pairwise_loss: "
        "minus the mean of logsigmoid. Refuse K < 2.",
    ),
    "agreement": (
        "Count the places where both lists say the same, then divide.",
        "zip walks through both; it stops with the shorter one, so compare the lengths first.",
        "sum(a == b for a, b in zip(…)) divided by the number of labels. It works for lists and tensors alike.",
    ),
    "calibration_error": (
        "One answer is right or wrong; only the share of right ones among several can be held against a probability.",
        "(sure * n_bins).long() says which bin an answer belongs to; 1.0 would land one bin too far.",
        "For each bin that holds an answer: the distance of the two means, times the share of all answers "
        "that lie in it. Add these up.",
    ),
    "normalize": (
        "After it, a reward equal to the mean is 0, and one that lies a std above is 1.",
        "Shift first, then scale.",
        "Subtract the mean that is given, and divide by the std that is given: nothing is measured here.",
    ),
}
