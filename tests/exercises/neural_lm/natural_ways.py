"""Wrong bodies of gptlab/neural_lm.py as people write them, and what each is to be told."""

import torch

from tests.support.natural_ways import natural

# ---- context_windows


@natural("neural_lm.context_windows", "torch.tensor of a list of tensors")
def tensor_of_slices(ids, n):
    contexts = [ids[i : i + n] for i in range(len(ids) - n)]
    return torch.tensor(contexts), ids[n:]


@natural("neural_lm.context_windows", "the text without its last tokens as targets")
def targets_from_the_start(ids, n):
    contexts = torch.stack([ids[i : i + n] for i in range(len(ids) - n)])
    return contexts, ids[:-n]


@natural("neural_lm.context_windows", "the target is the token after the first")
def targets_one_later(ids, n):
    contexts = torch.stack([ids[i : i + n] for i in range(len(ids) - n)])
    return contexts, ids[1 : len(ids) - n + 1]


@natural("neural_lm.context_windows", "lists for tensors")
def lists(ids, n):
    text = ids.tolist()
    return [text[i : i + n] for i in range(len(text) - n)], text[n:]


@natural("neural_lm.context_windows", "a list of windows for a tensor")
def list_of_windows(ids, n):
    return [ids[i : i + n] for i in range(len(ids) - n)], ids[n:]


@natural("neural_lm.context_windows", "a window without a target")
def one_too_many(ids, n):
    return torch.stack([ids[i : i + n] for i in range(len(ids) - n + 1)]), ids[n:]


@natural("neural_lm.context_windows", "windows of different lengths")
def to_the_end(ids, n):
    return torch.stack([ids[i : i + n] for i in range(len(ids))]), ids[n:]


@natural("neural_lm.context_windows", "the target is the window's last token")
def last_of_window(ids, n):
    contexts = torch.stack([ids[i : i + n] for i in range(len(ids) - n)])
    return contexts, contexts[:, -1]


@natural("neural_lm.context_windows", "windows one token too late")
def shifted_windows(ids, n):
    contexts = torch.stack([ids[i + 1 : i + n + 1] for i in range(len(ids) - n)])
    return contexts, ids[n:]


# ---- mlp_logits


@natural("neural_lm.mlp_logits", "* for a product of tables")
def place_by_place(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = embedding[context_ids].flatten(1)
    return torch.tanh(x * w_hidden + b_hidden) * w_out + b_out


@natural("neural_lm.mlp_logits", "the weights on the left")
def as_in_the_paper(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = embedding[context_ids].flatten(1)
    return b_out + w_out @ torch.tanh(b_hidden + w_hidden @ x)


@natural("neural_lm.mlp_logits", "the batch flattened too")
def flattened(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = embedding[context_ids].flatten()
    return torch.tanh(x @ w_hidden + b_hidden) @ w_out + b_out


@natural("neural_lm.mlp_logits", "both biases left out")
def no_biases(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = embedding[context_ids].flatten(1)
    return torch.tanh(x @ w_hidden) @ w_out


@natural("neural_lm.mlp_logits", "the places not joined")
def not_flattened(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = embedding[context_ids]
    return torch.tanh(x @ w_hidden + b_hidden) @ w_out + b_out


@natural("neural_lm.mlp_logits", "the ids themselves for their vectors")
def ids_as_numbers(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    return torch.tanh(context_ids.double() @ w_hidden + b_hidden) @ w_out + b_out


@natural("neural_lm.mlp_logits", "b_out left out")
def no_output_bias(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    return torch.tanh(embedding[context_ids].flatten(1) @ w_hidden + b_hidden) @ w_out


# ---- sgd_step


@natural("neural_lm.sgd_step", "the grads of the parameters for those given")
def own_grads(params, grads, lr):
    return [p - lr * p.grad for p in params]


@natural("neural_lm.sgd_step", "uphill")
def plus(params, grads, lr):
    return [p + lr * g for p, g in zip(params, grads)]


@natural("neural_lm.sgd_step", "written into what was given")
def in_place(params, grads, lr):
    for p, g in zip(params, grads):
        p -= lr * g
    return params


@natural("neural_lm.sgd_step", "stacked into one tensor")
def stacked(params, grads, lr):
    return torch.stack([p - lr * g for p, g in zip(params, grads)])


@natural("neural_lm.sgd_step", "only the first parameter")
def returned_too_early(params, grads, lr):
    new = list(params)
    new[0] = params[0] - lr * grads[0]
    return new


@natural("neural_lm.sgd_step", "a return inside the loop")
def return_in_the_loop(params, grads, lr):
    new = []
    for p, g in zip(params, grads):
        new.append(p - lr * g)
        return new


# ---- one fault in a body that is right otherwise


@natural("neural_lm.mlp_logits", "one vector for all places")
def summed_and_cut(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = embedding[context_ids].sum(1)
    return torch.tanh(x @ w_hidden[: x.shape[1]] + b_hidden) @ w_out + b_out


@natural("neural_lm.mlp_logits", "one vector for all places")
def mean_and_cut(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = embedding[context_ids].mean(dim=1)
    return torch.tanh(x @ w_hidden[: embedding.shape[1]] + b_hidden) @ w_out + b_out


@natural("neural_lm.sgd_step", "divided by the number of parameters")
def a_mean_of_steps(params, grads, lr):
    return [p - lr * g / len(params) for p, g in zip(params, grads)]
