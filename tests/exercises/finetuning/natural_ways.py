"""Wrong bodies of gptlab/finetuning.py as people write them, and what each is to be told."""

import torch

from tests.support.natural_ways import natural

TEXT = "finetuning.classification_input"
PAIR = "finetuning.entailment_input"
BOTH = "finetuning.similarity_inputs"
CHOICE = "finetuning.multiple_choice_inputs"
READ = "finetuning.read_position"
LOSS = "finetuning.finetuning_loss"

natural(TEXT, "a list inside the list")(lambda text, start, extract: [start] + [text] + [extract])
natural(TEXT, "a number added to a list")(lambda text, start, extract: start + text + extract)
natural(TEXT, "extract before the text")(lambda text, start, extract: [start, extract] + text)
natural(TEXT, "no start token")(lambda text, start, extract: text + [extract])


@natural(TEXT, "the caller's list changed")
def insert_and_append(text_ids, start, extract):
    text_ids.insert(0, start)
    text_ids += [extract]
    return text_ids


@natural(TEXT, "the caller's list changed")
def append_first(text_ids, start, extract):
    ids = text_ids
    ids.append(extract)
    return [start] + ids


@natural(TEXT, "what append gives back")
def returned_append(text_ids, start, extract):
    ids = [start] + text_ids
    return ids.append(extract)


natural(PAIR, "no delimiter")(lambda p, h, start, delim, extract: [start] + p + h + [extract])
natural(PAIR, "the hypothesis first")(
    lambda p, h, start, delim, extract: [start] + h + [delim] + p + [extract]
)
natural(PAIR, "a delimiter after each text")(
    lambda p, h, start, delim, extract: [start] + p + [delim] + h + [delim] + [extract]
)
natural(PAIR, "the delimiter for the extract token")(
    lambda p, h, start, delim, extract: [start] + p + [delim] + h + [delim]
)
natural(PAIR, "lists inside the list")(
    lambda p, h, start, delim, extract: [start] + [p] + [delim] + [h] + [extract]
)
natural(PAIR, "a number added to a list")(
    lambda p, h, start, delim, extract: [start] + p + delim + h + [extract]
)


@natural(PAIR, "a premise that grows")
def appended(premise, hypothesis, start, delim, extract):
    premise.append(delim)
    whole = [start] + premise + hypothesis
    whole.append(extract)
    return whole


def _pair(a, b, start, delim, extract):
    return [start] + a + [delim] + b + [extract]


natural(BOTH, "one order only")(_pair)
natural(BOTH, "one long input")(
    lambda a, b, *special: _pair(a, b, *special) + _pair(b, a, *special)
)
natural(BOTH, "an input for each text")(
    lambda a, b, start, delim, extract: [[start] + a + [extract], [start] + b + [extract]]
)
natural(BOTH, "the two orders exchanged")(
    lambda a, b, *special: [_pair(b, a, *special), _pair(a, b, *special)]
)


@natural(BOTH, "the second one backwards")
def reversed_whole(a, b, start, delim, extract):
    first = _pair(a, b, start, delim, extract)
    return first, list(reversed(first))


@natural(BOTH, "the second one backwards")
def reversed_in_place(a, b, start, delim, extract):
    first = _pair(a, b, start, delim, extract)
    second = first[:]
    second.reverse()
    return first, second


@natural(CHOICE, "a beginning that grows")
def prefix_extended(context, question, options, start, delim, extract):
    inputs = []
    prefix = [start] + context + question + [delim]
    for option in options:
        prefix.extend(option)
        prefix.append(extract)
        inputs.append(prefix[:])
    return inputs


@natural(CHOICE, "a beginning that grows")
def one_list_many_times(context, question, options, start, delim, extract):
    inputs = []
    ids = [start] + context + question + [delim]
    for option in options:
        ids += option + [extract]
        inputs.append(ids)
    return inputs


@natural(CHOICE, "the first option only")
def return_in_the_loop(context, question, options, start, delim, extract):
    inputs = []
    for option in options:
        inputs.append([start] + context + question + [delim] + option + [extract])
        return inputs


@natural(CHOICE, "one long list")
def plus_for_append(context, question, options, start, delim, extract):
    inputs = []
    for option in options:
        inputs += [start] + context + question + [delim] + option + [extract]
    return inputs


@natural(CHOICE, "the last option only")
def overwritten(context, question, options, start, delim, extract):
    for option in options:
        ids = [start] + context + question + [delim] + option + [extract]
    return ids


@natural(CHOICE, "a delimiter after the context")
def three_parts(context, question, options, start, delim, extract):
    return [
        [start] + context + [delim] + question + [delim] + option + [extract] for option in options
    ]


@natural(CHOICE, "all options in one input")
def joined(context, question, options, start, delim, extract):
    ids = [start] + context + question + [delim]
    for option in options:
        ids += option
    return ids + [extract]


@natural(CHOICE, "her own context changed")
def into_the_context(context, question, options, start, delim, extract):
    context.extend(question)
    context.append(delim)
    inputs = []
    for option in options:
        inputs.append([start] + context + option + [extract])
    return inputs


natural(READ, "the end of the table")(
    lambda ids, extract: torch.tensor([ids.size(1) - 1] * len(ids))
)
natural(READ, "the end of the table")(lambda ids, extract: torch.tensor([-1] * len(ids)))
natural(READ, "counted, with 0 for padding")(lambda ids, extract: ids.ne(0).sum(dim=-1) - 1)
natural(READ, "every extract token")(lambda ids, extract: torch.nonzero(ids == extract)[:, 1])
natural(READ, "rows and columns")(lambda ids, extract: torch.nonzero(ids == extract))
natural(READ, "position 0 where there is none")(
    lambda ids, extract: ids.eq(extract).long().argmax(dim=-1)
)
natural(READ, "position 0 where there is none")(
    lambda ids, extract: (ids == extract).float().max(dim=1).indices
)
natural(READ, "argmax of a bool table")(lambda ids, extract: torch.argmax(ids == extract, dim=1))
natural(READ, "looked for down the columns")(
    lambda ids, extract: (ids == extract).int().argmax(dim=0)
)
natural(READ, "the last extract token of a row")(
    lambda ids, extract: torch.where(ids == extract, torch.arange(ids.shape[1]), -1).max(1).values
)
natural(READ, "the last extract token of a row")(
    lambda ids, extract: torch.tensor([(row == extract).nonzero().max() for row in ids])
)
natural(READ, "the length where there is none")(
    lambda ids, extract: torch.where(ids == extract, torch.arange(ids.shape[1]), ids.shape[1]).amin(
        1
    )
)

natural(LOSS, "the weight on the wrong loss")(lambda task, lm, weight=0.5: lm + weight * task)
natural(LOSS, "weights that sum to 1")(
    lambda task, lm, weight=0.5: weight * lm + (1 - weight) * task
)
natural(LOSS, "numbers for tensors")(lambda task, lm, weight=0.5: float(task) + weight * float(lm))
natural(LOSS, "the weight on both")(lambda task, lm, weight=0.5: (task + lm) * weight)
natural(LOSS, "added in place")(lambda task, lm, weight=0.5: task.add_(weight * lm))
