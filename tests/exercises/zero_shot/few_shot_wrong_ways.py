"""Wrong bodies of gptlab/zero_shot.py, right almost everywhere: its checks must reject each."""

import torch

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("zero_shot.few_shot_prompt")
def the_whole_prompt_stripped_of_doubled_spaces(examples, query, separator="\n", arrow=" -> "):
    prompt = reference("zero_shot.few_shot_prompt")(examples, query, separator, arrow)
    return prompt.replace("  ", " ")


@wrong("zero_shot.few_shot_prompt")
def at_most_two_examples(examples, query, separator="\n", arrow=" -> "):
    return reference("zero_shot.few_shot_prompt")(examples[-2:], query, separator, arrow)


@wrong("zero_shot.few_shot_prompt")
def an_example_about_the_query_dropped(examples, query, separator="\n", arrow=" -> "):
    others = [pair for pair in examples if pair[0] != query]
    return reference("zero_shot.few_shot_prompt")(others, query, separator, arrow)


@wrong("zero_shot.draw_examples")
def the_first_of_all_never_first(pairs, query, k, generator):
    drawn = reference("zero_shot.draw_examples")(pairs, query, k, generator)
    return drawn[::-1] if drawn and drawn[0] == pairs[0] else drawn


@wrong("zero_shot.draw_examples")
def a_query_that_is_inside_another_word(pairs, query, k, generator):
    others = [pair for pair in pairs if query not in "".join(pair)]
    return [others[i] for i in torch.randperm(len(others), generator=generator)[:k]]


@wrong("zero_shot.draw_examples")
def turned_at_random(pairs, query, k, generator):
    others = [pair for pair in pairs if pair[0] != query]
    start = int(torch.randint(len(others), (), generator=generator))
    return (others[start:] + others[:start])[:k]


@wrong("zero_shot.exact_match")
def up_to_the_last_kept_place(predicted, targets, mask):
    upto = mask.flip(-1).int().cummax(-1).values.flip(-1).bool()
    return ((predicted == targets) | ~upto).all(-1).double().mean()


@wrong("zero_shot.exact_match")
def as_many_tokens_as_in_the_first_row(predicted, targets, mask):
    return (((predicted == targets) & mask).sum(-1) == mask[0].sum()).double().mean()


@wrong("zero_shot.exact_match")
def both_without_zeros(predicted, targets, mask):
    return (
        ((predicted * mask).clamp(min=0) == (targets * mask).clamp(min=0)).all(-1).double().mean()
    )


@wrong("zero_shot.token_accuracy")
def the_first_row_decides_how_many(predicted, targets, mask):
    return ((predicted == targets) & mask).sum() / (mask[0].sum() * len(mask))


@wrong("zero_shot.token_accuracy")
def without_the_last_place(predicted, targets, mask):
    return (predicted == targets)[:, :-1][mask[:, :-1]].double().mean()
