"""Hints for gptlab/rnn.py."""

HINTS = {
    "rnn_step": (
        "It is one line, straight from the equation. What is the shape of each of the three parts?",
        "x @ w_xh is (B, F), h @ w_hh is (B, F), and b joins every row by itself.",
        "torch.tanh around the sum of all three, not around each.",
    ),
    "gru_step": (
        "Two products serve all three thirds: x with w, plus b, and h with u. Each is (B, 3F).",
        "chunk(3, dim=-1) cuts each into the parts for r, z and n. The gates: torch.sigmoid of x's part plus h's part.",
        "For n, multiply h's part by r before you add x's part, then tanh. The result: 1 less z "
        "times n, plus z times h.",
    ),
    "run_rnn": (
        "A loop over time: the state that one step gives is the state that the next one takes.",
        "xs[:, t] is the input of moment t for all texts, (B, C). Keep every new state in a list.",
        "Start from h = h0, call step(x, h) T times, and make one tensor of the T states with "
        "time as axis 1: torch.stack has a dim.",
    ),
    "run_truncated": (
        "Your run_rnn already reads a chunk. What does each chunk begin with, and what has to be taken off it?",
        "xs.split(length, dim=1) cuts the text. A chunk begins with the last state of the one before, and "
        "h.detach() has the same numbers without a history.",
        "detach gives a new tensor: use its result. Collect the states of all chunks and join them along "
        "time, axis 1: torch.cat.",
    ),
}
