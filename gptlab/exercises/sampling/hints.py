"""Hints for gptlab/sampling.py."""

HINTS = {
    "append_token": (
        "The list that you are given belongs to somebody else. What makes a list instead of changing one?",
        "ids.append(token) changes ids and returns None. + makes a new list, if both sides are lists.",
        "Write down a new list in square brackets: first all of ids, unpacked with a star, then the token.",
    ),
    "softmax": (
        "Three steps for each row: make all scores positive with exp, add them up, divide. Mind "
        "the axis: the last one.",
        "Subtract each row's maximum before exp (amax with keepdim=True), and divide the scores by the temperature.",
        "Order: refuse a temperature below 0; for 0, zeros with a 1 scattered at argmax; else "
        "shift by the maximum, divide by the temperature, exp, divide by the sum over dim=-1 "
        "with keepdim=True.",
    ),
    "top_k_filter": (
        "You need one number for each row: the smallest score that is still kept.",
        "logits.topk(k, dim=-1).values stands from large to small; its last column is that number. k may be too large.",
        "Take min(k, V), keep the last of the top values with its axis ([..., -1:]), and fill "
        "with −inf where the logits are smaller than it. Refuse k < 1 first.",
    ),
    "top_p_filter": (
        "Sort each row from likely to unlikely. How much probability stands in front of each token?",
        "softmax, then cumsum. A token is dropped when what stands before it, without it, has reached p already.",
        "sort(descending=True) gives values and places; the mass before a token is cumsum less "
        "its own share; the first is never dropped; scatter the mask back to the old places; p "
        "≥ 1 returns everything.",
    ),
    "sample_next": (
        "You have written all parts already: temperature, top-k, top-p, softmax. What is missing is the draw.",
        "torch.multinomial draws from rows of probabilities and takes a generator; it gives (B, 1).",
        "Temperature 0 first: argmax over the last axis. Else divide by the temperature, filter "
        "where a filter is not None, softmax, multinomial with 1 draw and the generator, "
        "squeeze the last axis.",
    ),
    "generate": (
        "A loop over max_new_tokens: model, last position, sample_next, append. The rest is about stopping.",
        "Keep a bool (B) of rows that have stopped. Such rows get stop_id instead of what was drawn.",
        "In the loop: the last column of what the model gives, (B, V); draw; if there is a "
        "stop_id, fill the stopped rows with it and note the rows that have drawn it now; "
        "torch.cat along dim 1; break when all have stopped.",
    ),
}
