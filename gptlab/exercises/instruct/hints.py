"""Hints for gptlab/instruct.py."""

HINTS = {
    "render_chat": (
        "Build two lists side by side. For every token that you add to ids, add one bool to the mask.",
        "Who writes this token when people talk to the model? The program opens each turn; somebody has to end it.",
        "Check the role. Then special[role] with False, and encode(content) plus "
        'special["end"] with the same mark each: True in an assistant message. With add_reply, '
        "one more role token, which the program writes.",
    ),
    "sft_loss": (
        "Logits at t predict token t + 1: drop one column of each side. Which column of which?",
        "logits[:, :-1] belong to ids[:, 1:], and the mask marks targets, so it moves with the ids.",
        "Choose the marked ones with a bool index, in logits and ids alike, then call your cross_entropy.",
    ),
    "pack": (
        "Keep track of one number: how much room the current row has left.",
        "Make rows of triples (token, segment, position). A sequence longer than the room opens a new row.",
        "Loop with enumerate: refuse what is longer than context; open a row if n > room; add "
        "the triples; room −= n. At the end fill each row with (PADDING_ID, PADDING_SEGMENT, 0) "
        "and make three tensors.",
    ),
}
