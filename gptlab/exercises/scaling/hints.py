"""Hints for gptlab/scaling.py."""

HINTS = {
    "zero_memory_bytes": (
        "Take 100 parameters and 4 devices, and write down three numbers for each stage: what one device keeps of the "
        "optimizer's state, of the gradients and of the parameters.",
        "Each of the three parts is divided by n_devices from a certain stage on: which part goes first, which last?",
        "The optimizer's 12 bytes are divided when stage ≥ 1, the gradients' 2 when stage ≥ 2, the parameters' 2 when "
        "stage ≥ 3. Add the three up, times n_params.",
    ),
    "previous_token_score": (
        "In the map of a head that always looks at the token before, where are the large numbers?",
        "They lie one place below the main diagonal: torch.diagonal(…, offset=…, dim1=-2, dim2=-1).",
        "Take the diagonal with offset −1 of the last two axes, T − 1 numbers a head, and their mean.",
    ),
    "induction_score": (
        "Write A B C A B C on paper and mark, in each row of the map, the places that should count.",
        "ids[:, None] == ids compares every position with every other; .tril(-1) keeps the earlier ones. "
        "The places that count lie one column further to the right.",
        "Of a (T, T) table of places [t, s + 1], multiply it onto the attention and add up; divide by the "
        "number of rows whose token has an earlier occurrence, and by 1 where there are none.",
    ),
    "in_context_bigram": (
        "At each position, look back: where was this token before, and what came next there?",
        "One position at a time: your table of pairs grows by one pair a step. Add the pair that ends at "
        "ids[t] before you look up the row of ids[t].",
        "Keep (V, V) counts. For each t: from t = 1 on, count the pair (ids[t−1], ids[t]); then take row "
        "ids[t], divided by its sum, or 1/V everywhere where that sum is 0. Stack the rows.",
    ),
    "smear_keys": (
        "Which keys have one before them, and what happens to the first?",
        "k[:, :, 1:] are the keys from the second on, k[:, :, :-1] those before them. alpha needs two more "
        "axes to meet H, T and D.",
        "Mix the two with the shares sigmoid(alpha) and 1 − sigmoid(alpha), and put the first key, "
        "unchanged, in front with torch.cat along axis 2.",
    ),
}
