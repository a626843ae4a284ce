"""Other ways to write gptlab/finetuning.py."""

import itertools

import torch

from tests.support.other_ways import other_way


@other_way("finetuning.classification_input")
def with_plus(text_ids, start, extract):
    return [start] + text_ids + [extract]


@other_way("finetuning.classification_input")
def with_append(text_ids, start, extract):
    ids = [start]
    for position in range(len(text_ids)):
        ids.append(text_ids[position])
    ids.append(extract)
    return ids


@other_way("finetuning.classification_input")
def with_insert_into_a_copy(text_ids, start, extract):
    ids = text_ids[:]
    ids.insert(0, start)
    ids += [extract]
    return ids


@other_way("finetuning.classification_input")
def with_tensors(text_ids, start, extract):
    whole = torch.tensor([start] + text_ids + [extract])
    return whole.tolist()


@other_way("finetuning.entailment_input")
def pair_with_plus(premise, hypothesis, start, delim, extract):
    return [start] + premise + [delim] + hypothesis + [extract]


@other_way("finetuning.entailment_input")
def pair_with_extend(premise, hypothesis, start, delim, extract):
    ids = [start]
    ids.extend(premise)
    ids.append(delim)
    ids.extend(hypothesis)
    ids.append(extract)
    return ids


@other_way("finetuning.entailment_input")
def pair_with_chain(premise, hypothesis, start, delim, extract):
    return list(itertools.chain([start], premise, [delim], hypothesis, [extract]))


@other_way("finetuning.entailment_input")
def pair_by_slices(premise, hypothesis, start, delim, extract):
    n = len(premise)
    ids = [0] * (n + len(hypothesis) + 3)
    ids[0], ids[n + 1], ids[-1] = start, delim, extract
    ids[1 : n + 1] = premise
    ids[n + 2 : -1] = hypothesis
    return ids


@other_way("finetuning.similarity_inputs")
def with_a_helper(a, b, start, delim, extract):
    def arrange(first, second):
        return [start] + first + [delim] + second + [extract]

    return arrange(a, b), arrange(b, a)


@other_way("finetuning.similarity_inputs")
def as_a_list(a, b, start, delim, extract):
    return [[start, *a, delim, *b, extract], [start, *b, delim, *a, extract]]


@other_way("finetuning.similarity_inputs")
def by_permutations(a, b, start, delim, extract):
    return [[start, *x, delim, *y, extract] for x, y in itertools.permutations([a, b])]


@other_way("finetuning.similarity_inputs")
def by_parts(a, b, start, delim, extract):
    results = []
    for first, second in ((a, b), (b, a)):
        ids = [start]
        for part in (first, [delim], second, [extract]):
            ids += part
        results.append(ids)
    return results


@other_way("finetuning.multiple_choice_inputs")
def choice_by_loop(context, question, options, start, delim, extract):
    inputs = []
    for option in options:
        ids = [start]
        ids += context
        ids += question
        ids.append(delim)
        ids += option
        ids.append(extract)
        inputs.append(ids)
    return inputs


@other_way("finetuning.multiple_choice_inputs")
def choice_by_index(context, question, options, start, delim, extract):
    prefix = [start] + context + question + [delim]
    return [prefix + options[k] + [extract] for k in range(len(options))]


@other_way("finetuning.multiple_choice_inputs")
def choice_by_copies(context, question, options, start, delim, extract):
    inputs = [[start, *context, *question, delim] for _ in range(len(options))]
    for ids, option in zip(inputs, options):
        ids.extend(option)
        ids.append(extract)
    return inputs


@other_way("finetuning.read_position")
def row_by_row(ids, extract):
    return torch.tensor([row.tolist().index(extract) for row in ids])


@other_way("finetuning.read_position")
def with_where(ids, extract):
    T = ids.shape[1]
    positions = torch.where(ids == extract, torch.arange(T), T).min(dim=1).values
    if (positions == T).any():
        raise ValueError("a row has no extract token")
    return positions


@other_way("finetuning.read_position")
def with_cumsum(ids, extract):
    seen = (ids == extract).cumsum(dim=1)
    assert seen[:, -1].min() > 0
    return (seen == 0).sum(dim=1)


@other_way("finetuning.read_position")
def with_nonzero(ids, extract):
    return torch.stack([(row == extract).nonzero()[0, 0] for row in ids])


@other_way("finetuning.read_position")
def with_python_loops(ids, extract):
    positions = []
    for row in ids:
        positions.append(next(t for t, token in enumerate(row) if token == extract))
    return torch.tensor(positions)


@other_way("finetuning.read_position")
def with_float_max(ids, extract):
    largest, position = (ids == extract).float().max(dim=-1)
    if largest.min() == 0:
        raise ValueError("a row has no extract token")
    return position


@other_way("finetuning.finetuning_loss")
def the_other_way_round(task_loss, lm_loss, weight=0.5):
    return weight * lm_loss + task_loss


@other_way("finetuning.finetuning_loss")
def with_add(task_loss, lm_loss, weight=0.5):
    return torch.add(task_loss, lm_loss, alpha=weight)


@other_way("finetuning.finetuning_loss")
def with_lerp(task_loss, lm_loss, weight=0.5):
    return torch.lerp(task_loss, task_loss + lm_loss, weight)


@other_way("finetuning.finetuning_loss")
def with_a_dot_product(task_loss, lm_loss, weight=0.5):
    losses = torch.stack([task_loss, lm_loss])
    return (losses * torch.tensor([1.0, weight], dtype=losses.dtype)).sum()
