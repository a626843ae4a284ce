"""Hints for gptlab/zero_shot.py."""

HINTS = {
    "sequence_log_probability": (
        "Write down which row of the logits says how likely ids[0, 1] is. And which place of the mask belongs to it?",
        "Drop the last row of the logits and the first column of ids and of the mask: then all three line up. "
        "log_softmax over the vocabulary, then gather picks one number a position.",
        "torch.where with the shifted mask puts 0 where a token does not count (a product would make "
        "nan of −inf · 0); then a sum over time. One number for each row.",
    ),
    "score_options": (
        "On paper: prompt [6], options [2, 4] and [5]. Write the rows that the model reads, one under the other, "
        "and mark the tokens that count.",
        "One table of ids, a row an option, padded on the right, and a bool mask that is True from len(prompt) "
        "to len(prompt) + len(option). Option by option is right too.",
        "Give model(ids), ids and mask to your sequence_log_probability. With a neutral prompt, do the same "
        "for it, with a mask that begins at its own length, and subtract.",
    ),
    "choose_option": (
        "Scores of long options are sums of more terms, each below 0.",
        "With normalize, compare nats per token.",
        "Divide by the lengths only when normalize is true; then the index of the largest along the last axis.",
    ),
    "load_gpt2_state": (
        "It is one dictionary of names: twelve for a layer, four around them. No number changes, none is turned over.",
        "Take off the prefix first. Count the layers by the numbers in the names, and write the names that you want "
        "for each. Then compare both sides: what is wanted and not there, what is there and not wanted.",
        "A name may be left out only when it is lm_head.weight (compare it with wte.weight by torch.equal) or "
        'ends in ".attn.bias" or ".attn.masked_bias"; mind the dot in front, c_attn has a bias too.',
    ),
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
