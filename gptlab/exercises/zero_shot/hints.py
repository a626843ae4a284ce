"""Hints for gptlab/zero_shot.py."""

HINTS = {
    "few_shot_prompt": (
        "Make a list of the lines first, the open one last.",
        "text.join(list) puts a text between the members of a list, and nothing around them.",
        "Each pair becomes input, arrow, output; the open line is the query and the arrow without the "
        "space at its right end (str.rstrip). Then join all lines.",
    ),
    "draw_examples": (
        "What may not be in the prompt? Take it out before anything is drawn.",
        "torch.randperm(n, generator=generator) is a random order of 0 … n − 1: no number comes twice.",
        "Of the pairs whose input is not the query, take those at the first k places of a random order.",
    ),
    "exact_match": (
        "First one verdict a row, then the share of the rows.",
        "A dropped place must not spoil its row: which value must it have, so that `all` passes it over?",
        "A place is fine when it is right or (|) not kept; a row is right when all its places are fine. "
        "Then numbers, then the mean.",
    ),
    "token_accuracy": (
        "Which tokens count, and how many are there?",
        "x[mask] takes the kept places of a tensor as one long row.",
        "Compare, keep what the mask keeps, make numbers of True and False, and take the mean.",
    ),
}
