"""Wrong bodies of gptlab/zero_shot.py as people write them, and what each is to be told."""

import random

import torch

from tests.support.natural_ways import natural

PROMPT = "zero_shot.few_shot_prompt"
DRAW = "zero_shot.draw_examples"
EM = "zero_shot.exact_match"
TOKENS = "zero_shot.token_accuracy"


@natural(PROMPT, "a space after the last arrow")
def as_one_would_first_write_it(examples, query, separator="\n", arrow=" -> "):
    prompt = ""
    for x, y in examples:
        prompt += f"{x}{arrow}{y}{separator}"
    return prompt + query + arrow


@natural(PROMPT, "both spaces of the last arrow are gone")
def stripped_on_both_sides(examples, query, separator="\n", arrow=" -> "):
    lines = [x + arrow + y for x, y in examples] + [query + arrow.strip()]
    return separator.join(lines)


@natural(PROMPT, "the last line has no arrow")
def the_query_alone(examples, query, separator="\n", arrow=" -> "):
    return separator.join([arrow.join(pair) for pair in examples] + [query])


@natural(PROMPT, "always the same arrow")
def the_arrow_typed(examples, query, separator="\n", arrow=" -> "):
    return separator.join([f"{x} -> {y}" for x, y in examples] + [f"{query} ->"])


@natural(PROMPT, "the last arrow is always the same")
def the_last_arrow_typed(examples, query, separator="\n", arrow=" -> "):
    return separator.join([x + arrow + y for x, y in examples] + [f"{query} ->"])


@natural(PROMPT, "always a new line")
def lines_typed(examples, query, separator="\n", arrow=" -> "):
    text = "\n".join(f"{x}{arrow}{y}" for x, y in examples)
    return (text + "\n" + query + arrow).strip()


@natural(PROMPT, "no separator before the query")
def joined_too_early(examples, query, separator="\n", arrow=" -> "):
    text = separator.join(x + arrow + y for x, y in examples)
    return text + query + arrow.rstrip()


@natural(PROMPT, "something after the last line")
def a_line_end_after_each(examples, query, separator="\n", arrow=" -> "):
    lines = [x + arrow + y for x, y in examples] + [query + arrow.rstrip()]
    return "".join(line + separator for line in lines)


@natural(PROMPT, "a separator in front where there are no examples")
def two_parts(examples, query, separator="\n", arrow=" -> "):
    shown = separator.join(x + arrow + y for x, y in examples)
    return f"{shown}{separator}{query}{arrow}".rstrip(" ")


@natural(PROMPT, "the arrow's last character is cut, whatever it is")
def the_last_character_cut(examples, query, separator="\n", arrow=" -> "):
    lines = [x + arrow + y for x, y in examples] + [query + arrow]
    return separator.join(lines)[:-1]


@natural(PROMPT, "only one example")
def returned_inside_the_loop(examples, query, separator="\n", arrow=" -> "):
    for x, y in examples:
        return x + arrow + y + separator + query + arrow.rstrip()
    return query + arrow.rstrip()


@natural(PROMPT, "the pairs as Python prints them")
def f_string_of_a_pair(examples, query, separator="\n", arrow=" -> "):
    return separator.join([f"{pair}" for pair in examples] + [query + arrow.rstrip()])


@natural(PROMPT, "a list of lines")
def not_joined(examples, query, separator="\n", arrow=" -> "):
    return [x + arrow + y for x, y in examples] + [query + arrow.rstrip()]


@natural(DRAW, "the answer is in the prompt")
def plain_sample(pairs, query, k, generator):
    order = torch.randperm(len(pairs), generator=generator)
    return [pairs[i] for i in order[:k]]


@natural(DRAW, "with replacement, the query's pair too")
def randint_of_all(pairs, query, k, generator):
    return [pairs[int(torch.randint(0, len(pairs), (1,), generator=generator))] for _ in range(k)]


@natural(DRAW, "with replacement")
def randint_of_the_others(pairs, query, k, generator):
    others = [(x, y) for x, y in pairs if x != query]
    return [others[int(torch.randint(len(others), (1,), generator=generator))] for _ in range(k)]


@natural(DRAW, "with replacement")
def drawn_again_where_it_is_the_query(pairs, query, k, generator):
    drawn = []
    while len(drawn) < k:
        pair = pairs[int(torch.randint(len(pairs), (1,), generator=generator))]
        if pair[0] != query:
            drawn.append(pair)
    return drawn


@natural(DRAW, "too few where the query's pair was drawn")
def filtered_afterwards(pairs, query, k, generator):
    order = torch.randperm(len(pairs), generator=generator)[:k]
    return [pairs[i] for i in order if pairs[i][0] != query]


@natural(DRAW, "the generator is not used")
def python_shuffle(pairs, query, k, generator):
    others = [pair for pair in pairs if pair[0] != query]
    random.shuffle(others)
    return others[:k]


@natural(DRAW, "the generator is not used")
def randperm_alone(pairs, query, k, generator):
    others = [pair for pair in pairs if pair[0] != query]
    return [others[i] for i in torch.randperm(len(others))[:k]]


@natural(DRAW, "every pair with the same output left out")
def careful_beyond_need(pairs, query, k, generator):
    wanted = next(y for x, y in pairs if x == query)
    others = [(x, y) for x, y in pairs if x != query and y != wanted]
    return [others[i] for i in torch.randperm(len(others), generator=generator)[:k]]


@natural(DRAW, "nothing is drawn: always the first k")
def the_first_ones(pairs, query, k, generator):
    return [pair for pair in pairs if pair[0] != query][:k]


@natural(DRAW, "drawn, but in the order of the list")
def in_the_order_of_the_list(pairs, query, k, generator):
    others = [pair for pair in pairs if pair[0] != query]
    chosen = set(torch.randperm(len(others), generator=generator)[:k].tolist())
    return [pair for i, pair in enumerate(others) if i in chosen]


@natural(DRAW, "the generator is set back at each call")
def seeded_inside(pairs, query, k, generator):
    generator.manual_seed(generator.initial_seed())
    others = [pair for pair in pairs if pair[0] != query]
    return [others[i] for i in torch.randperm(len(others), generator=generator)[:k]]


@natural(DRAW, "the places instead of the pairs")
def places(pairs, query, k, generator):
    return torch.randperm(len(pairs) - 1, generator=generator)[:k].tolist()


@natural(DRAW, "the list that was given is changed")
def removed_in_place(pairs, query, k, generator):
    for i, pair in enumerate(pairs):
        if pair[0] == query:
            del pairs[i]
    return [pairs[i] for i in torch.randperm(len(pairs), generator=generator)[:k]]


@natural(EM, "padding is compared too")
def without_the_mask(predicted, targets, mask):
    return (predicted == targets).all(dim=1).float().mean()


@natural(EM, "padding counts as wrong")
def anded(predicted, targets, mask):
    right = (predicted == targets) & mask
    return right.all(dim=1).float().mean()


@natural(EM, "the share of tokens")
def flattened(predicted, targets, mask):
    return (predicted[mask] == targets[mask]).float().mean()


@natural(EM, "all answers or nothing")
def equal_of_the_whole(predicted, targets, mask):
    return torch.tensor(float(torch.equal(predicted * mask, targets * mask)))


@natural(EM, "all answers or nothing")
def all_without_an_axis(predicted, targets, mask):
    return ((predicted == targets) | ~mask).float().min()


@natural(EM, "place by place instead of answer by answer")
def the_wrong_axis(predicted, targets, mask):
    return ((predicted == targets) | ~mask).all(dim=0).float().mean()


@natural(EM, "a number, not a share")
def counted(predicted, targets, mask):
    return sum(torch.equal(p[m], t[m]) for p, t, m in zip(predicted, targets, mask))


@natural(EM, "the mean of True and False")
def a_mean_of_bools(predicted, targets, mask):
    return torch.mean(((predicted == targets) | ~mask).all(1))


@natural(EM, "the mean over answers of their shares")
def part_marks(predicted, targets, mask):
    shares = [(p[m] == t[m]).float().mean() for p, t, m in zip(predicted, targets, mask)]
    return torch.stack(shares).mean()


@natural(EM, "sums compared")
def sums(predicted, targets, mask):
    return ((predicted - targets) * mask).sum(-1).eq(0).float().mean()


@natural(TOKENS, "padding is counted")
def no_mask(predicted, targets, mask):
    return (predicted == targets).float().mean()


@natural(TOKENS, "divided by every place")
def masked_and_averaged(predicted, targets, mask):
    return ((predicted == targets) * mask).float().mean()


@natural(TOKENS, "the mean over answers of their shares")
def mean_of_means(predicted, targets, mask):
    right = (predicted == targets).float() * mask
    return (right.sum(1) / mask.sum(1)).mean()


@natural(TOKENS, "padding counts as right")
def zeros_compared(predicted, targets, mask):
    return ((predicted * mask) == (targets * mask)).float().mean()


@natural(TOKENS, "the mean of True and False")
def bools(predicted, targets, mask):
    return (predicted[mask] == targets[mask]).mean()


@natural(TOKENS, "divided by the number of answers")
def by_b(predicted, targets, mask):
    return ((predicted == targets) & mask).sum() / predicted.shape[0]


@natural(TOKENS, "the mask turned round")
def other_way_round(predicted, targets, mask):
    return (predicted == targets).masked_select(~mask).float().mean()
