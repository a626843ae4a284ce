"""Hints for gptlab/chat.py."""

HINTS = {
    "append_kv": (
        "Which of the four axes (B, H, T, D) is time?",
        "Without a cache, the new ones are all there is.",
        "torch.cat of old and new along dim=2, once for k and once for v; a new pair comes back.",
    ),
    "attend_cached": (
        "You have scaled_dot_product_attention already: what is missing is its mask (T, S).",
        "The T new tokens are the last of S: query i stands at time S − T + i. Compare times, as in causal_mask.",
        "key times torch.arange(S) as a row ≤ query times torch.arange(S − T, S) as a column; & "
        "with keep[:, None, None, :] where keep is given.",
    ),
    "whole_characters": (
        "Only the end of the bytes can be unfinished: go backwards from there to the byte that begins a character.",
        "A byte between 0x80 and 0xBF continues a character, so at most three such steps are needed. The byte that "
        "begins one says how many bytes it needs; count how many are there.",
        "for n in 1, 2, 3, as far as there are bytes: look at data[-n]; pass over bytes of the form 10xxxxxx. "
        'Where it needs more than n bytes, the last n wait, and the rest is decoded with errors="replace". '
        "In every other case nothing waits.",
    ),
    "trim_history": (
        "Set aside what always stays: a system message at the start, and the last message. Count these first.",
        "Then go backwards through what is between, and stop at the first that does not fit any more.",
        "used starts with what always stays; for message in reversed(middle): add, break if "
        "over the budget, else put it in front. At last drop assistant messages from the start, "
        "if any other role is there.",
    ),
    "elo_update": (
        "First: how likely was it that a wins? Equal ratings: ½.",
        "expected = 1 / (1 + 10^((b − a) / 400)).",
        "change = k · (outcome − expected); a gains it, b loses it.",
    ),
}
