"""Other ways to write gptlab/zero_shot.py."""

import torch

from tests.support.other_ways import other_way


@other_way("zero_shot.few_shot_prompt")
def line_by_line(examples, query, separator="\n", arrow=" -> "):
    text = ""
    for given, wanted in examples:
        text += given + arrow + wanted + separator
    return (text + query + arrow).rstrip()


@other_way("zero_shot.few_shot_prompt")
def with_format(examples, query, separator="\n", arrow=" -> "):
    lines = [f"{x}{arrow}{y}" for x, y in examples]
    lines.append(query + arrow)
    prompt = separator.join(lines)
    while prompt.endswith(" "):
        prompt = prompt[:-1]
    return prompt


@other_way("zero_shot.few_shot_prompt")
def each_pair_joined(examples, query, separator="\n", arrow=" -> "):
    return separator.join([arrow.join(pair) for pair in examples] + [query + arrow.rstrip(" ")])


@other_way("zero_shot.few_shot_prompt")
def the_query_as_a_pair_without_output(examples, query, separator="\n", arrow=" -> "):
    return separator.join(x + arrow + y for x, y in [*examples, (query, "")]).rstrip(" ")


@other_way("zero_shot.draw_examples")
def with_a_loop(pairs, query, k, generator):
    drawn = []
    for i in torch.randperm(len(pairs), generator=generator):
        if pairs[i][0] != query and len(drawn) < k:
            drawn.append(pairs[i])
    return drawn


@other_way("zero_shot.draw_examples")
def with_multinomial(pairs, query, k, generator):
    weights = torch.tensor([0.0 if x == query else 1.0 for x, _ in pairs])
    if k == 0:
        return []
    places = torch.multinomial(weights, k, replacement=False, generator=generator)
    return [pairs[i] for i in places]


@other_way("zero_shot.draw_examples")
def one_by_one(pairs, query, k, generator):
    left = [pair for pair in pairs if pair[0] != query]
    drawn = []
    for _ in range(k):
        i = int(torch.randint(len(left), (1,), generator=generator))
        drawn.append(left.pop(i))
    return drawn


@other_way("zero_shot.draw_examples")
def sorted_by_random_numbers(pairs, query, k, generator):
    numbers = torch.rand(len(pairs), generator=generator).tolist()
    order = sorted(zip(numbers, pairs), key=lambda both: both[0])
    return [pair for _, pair in order if pair[0] != query][:k]


@other_way("zero_shot.draw_examples")
def drawn_again_until_it_fits(pairs, query, k, generator):
    drawn = []
    while len(drawn) < k:
        pair = pairs[torch.randint(len(pairs), (), generator=generator)]
        if pair[0] != query and pair not in drawn:
            drawn.append(pair)
    return drawn


@other_way("zero_shot.exact_match")
def by_errors(predicted, targets, mask):
    wrong = ((predicted != targets) & mask).sum(dim=1)
    return (wrong == 0).float().mean()


@other_way("zero_shot.exact_match")
def row_by_row(predicted, targets, mask):
    hits = 0
    for p, t, m in zip(predicted, targets, mask):
        hits += torch.equal(p[m], t[m])
    return hits / len(predicted)


@other_way("zero_shot.exact_match")
def both_masked(predicted, targets, mask):
    return ((predicted * mask) == (targets * mask)).all(1).double().mean()


@other_way("zero_shot.exact_match")
def with_a_product(predicted, targets, mask):
    right = torch.where(mask, (predicted == targets).double(), 1.0)
    return right.prod(dim=-1).mean()


@other_way("zero_shot.exact_match")
def rows_counted(predicted, targets, mask):
    right = ((predicted == targets) & mask).sum(-1)
    return torch.mean((right == mask.sum(-1)).float())


@other_way("zero_shot.token_accuracy")
def a_sum_over_a_sum(predicted, targets, mask):
    return ((predicted == targets) & mask).sum() / mask.sum()


@other_way("zero_shot.token_accuracy")
def with_indexing(predicted, targets, mask):
    return torch.mean((predicted[mask] == targets[mask]).float())


@other_way("zero_shot.token_accuracy")
def with_python(predicted, targets, mask):
    kept = right = 0
    for b in range(predicted.shape[0]):
        for t in range(predicted.shape[1]):
            if mask[b, t]:
                kept += 1
                right += int(predicted[b, t] == targets[b, t])
    return right / kept


@other_way("zero_shot.token_accuracy")
def one_minus_the_errors(predicted, targets, mask):
    wrong = (predicted - targets).abs().clamp(max=1) * mask
    return 1 - wrong.sum().float() / mask.float().sum()
