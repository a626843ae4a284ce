"""Other ways to write gptlab/neural_lm.py."""

import torch
import torch.nn.functional as F

from tests.support.other_ways import other_way


@other_way("neural_lm.context_windows")
def with_slices(ids, n):
    starts = range(len(ids) - n)
    return torch.stack([ids[i : i + n] for i in starts]), torch.stack([ids[i + n] for i in starts])


@other_way("neural_lm.context_windows")
def with_a_table_of_places(ids, n):
    places = torch.arange(len(ids) - n)[:, None] + torch.arange(n + 1)
    rows = ids[places]
    return rows[:, :-1], rows[:, -1]


@other_way("neural_lm.context_windows")
def column_by_column(ids, n):
    size = ids.shape[0] - n
    return torch.stack([ids[j : j + size] for j in range(n)], dim=1), ids[n:].clone()


@other_way("neural_lm.context_windows")
def over_a_list(ids, n):
    text, contexts, targets = ids.tolist(), [], []
    window = text[:n]
    for token in text[n:]:
        contexts.append(window)
        targets.append(token)
        window = window[1:] + [token]
    return [torch.tensor(contexts), torch.tensor(targets)]


@other_way("neural_lm.context_windows")
def with_unfold(ids, n):
    rows = ids.unfold(0, n + 1, 1)
    return rows[:, :n].contiguous(), rows[:, n].contiguous()


@other_way("neural_lm.mlp_logits")
def with_functional(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    words = F.embedding(context_ids, embedding)
    x = words.reshape(words.shape[0], words.shape[1] * words.shape[2])
    return F.linear(torch.tanh(F.linear(x, w_hidden.T, b_hidden)), w_out.T, b_out)


@other_way("neural_lm.mlp_logits")
def with_view(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = embedding[context_ids].view(-1, w_hidden.shape[0])
    h = torch.tanh(x @ w_hidden + b_hidden)
    return h @ w_out + b_out


@other_way("neural_lm.mlp_logits")
def place_by_place(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    C = embedding.shape[1]
    total = b_hidden
    for t in range(context_ids.shape[1]):
        total = total + embedding[context_ids[:, t]] @ w_hidden[t * C : (t + 1) * C]
    return torch.addmm(b_out, total.tanh(), w_out)


@other_way("neural_lm.mlp_logits")
def with_cat(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = torch.cat([embedding[column] for column in context_ids.unbind(1)], dim=1)
    e = torch.exp(2 * (torch.matmul(x, w_hidden) + b_hidden))
    return torch.matmul(1 - 2 / (e + 1), w_out) + b_out


@other_way("neural_lm.mlp_logits")
def with_one_hot(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    one_hot = F.one_hot(context_ids, len(embedding)).to(embedding.dtype)
    words = torch.einsum("btv,vc->btc", one_hot, embedding)
    weights = w_hidden.unflatten(0, (context_ids.shape[1], embedding.shape[1]))
    return torch.einsum("btc,tcf->bf", words, weights).add(b_hidden).tanh() @ w_out + b_out


@other_way("neural_lm.sgd_step")
def with_an_index(params, grads, lr):
    moved = []
    for i in range(len(params)):
        moved.append(params[i] - grads[i] * lr)
    return moved


@other_way("neural_lm.sgd_step")
def without_history(params, grads, lr):
    with torch.no_grad():
        return [param.sub(grad, alpha=lr) for param, grad in zip(params, grads)]


@other_way("neural_lm.sgd_step")
def on_copies(params, grads, lr):
    copies = [param.detach().clone() for param in params]
    for copy, grad in zip(copies, grads):
        copy -= lr * grad
    return copies


@other_way("neural_lm.sgd_step")
def as_leaves(params, grads, lr):
    return tuple(
        map(
            lambda param, grad: torch.add(param, grad, alpha=-lr).detach().requires_grad_(),
            params,
            grads,
        )
    )
