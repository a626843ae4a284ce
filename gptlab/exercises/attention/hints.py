"""Hints for gptlab/attention.py."""

HINTS = {
    "look": (
        "Three steps: a score for each key, shares that sum to 1, a sum of values. Which of them need a loop?",
        "A score is the sum of the products, number by number: (query * key).sum(), divided by the root of len(query).",
        "torch.stack makes a tensor of the scores, your softmax makes shares of it. Then add up share · value.",
    ),
    "causal_mask": (
        "Draw it for t = 3: which of the nine places are True?",
        "It is a triangle. torch.tril keeps the lower one; a comparison of two ranges makes it as well.",
        "Hold torch.arange(t) as a row against torch.arange(t) as a column, and compare with ≤.",
    ),
    "scaled_dot_product_attention": (
        "Four steps: scores, mask, softmax, mixture. Write the shape behind each.",
        "scores = q times k with its last two axes swapped, (B, H, T, S), divided by the root of D; softmax over S.",
        "Fill the scores with −inf where the mask is False (masked_fill with ~mask), if there is a mask. "
        "Then the softmax, then weights @ v.",
    ),
    "split_heads": (
        "Two moves: cut the last axis into two, then bring the new axis of heads forward.",
        "reshape to (B, T, H, D) keeps every number where it is; transpose swaps two axes.",
        "reshape(B, T, n_heads, C // n_heads), then swap axes 1 and 2.",
    ),
    "merge_heads": (
        "It undoes split_heads: the same two moves, backwards.",
        "First swap heads and time back, then make one axis of the last two.",
        "After a transpose use reshape or flatten, not view: the numbers no longer lie in order.",
    ),
    "multi_head_attention": (
        "You have all parts: split_heads, scaled_dot_product_attention, merge_heads. Two matrix products are new.",
        "x @ w_qkv + b_qkv is (B, T, 3C); chunk(3, dim=-1) gives q, k and v, each (B, T, C).",
        "Split each of the three into heads, attend with the mask, merge the heads, then @ w_out + b_out.",
    ),
    "sinusoidal_positions": (
        "Make the table of angles first: one row for each position, one column for each pair of channels.",
        "The column 2i has angle pos / 10000^(2i/C), with 2i = 0, 2, 4, …: torch.arange(0, c, 2).",
        "Sines go to the even columns, cosines to the odd ones: out[:, 0::2] and out[:, 1::2], or stack and flatten.",
    ),
}
