"""Instruction tuning, the reward model and the ways around PPO, against independent oracles."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import alignment, instruct, reward

SPECIAL = {"endoftext": 95, "system": 96, "user": 97, "assistant": 98, "end": 99}
GARBAGE = (float("nan"), float("inf"), -float("inf"), 1e30)


def encode(text):
    return [len(word) for word in text.split()]


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


# ---- instruct.render_chat

CHAT = [
    {"role": "system", "content": "be brief"},
    {"role": "user", "content": "so it is"},
    {"role": "assistant", "content": "yes"},
    {"role": "user", "content": "why"},
    {"role": "assistant", "content": "because of that"},
]


def test_render_chat_by_hand():
    ids, mask = instruct.render_chat(CHAT, encode, SPECIAL)
    assert ids == [96, 2, 5, 99, 97, 2, 2, 2, 99, 98, 3, 99, 97, 3, 99, 98, 7, 2, 4, 99]
    assert [i for i, learn in enumerate(mask) if learn] == [10, 11, 16, 17, 18, 19]
    assert isinstance(ids, list) and all(isinstance(learn, bool) for learn in mask)


def test_render_chat_add_reply_lets_the_model_speak_next():
    ids, mask = instruct.render_chat(CHAT[:2], encode, SPECIAL, add_reply=True)
    assert ids == [96, 2, 5, 99, 97, 2, 2, 2, 99, 98]
    assert mask == [False] * 10


def test_render_chat_prompt_is_a_prefix_of_the_whole():
    whole, _ = instruct.render_chat(CHAT, encode, SPECIAL)
    prompt, _ = instruct.render_chat(CHAT[:-1], encode, SPECIAL, add_reply=True)
    assert whole[: len(prompt)] == prompt


def test_render_chat_edges():
    assert instruct.render_chat([], encode, SPECIAL) == ([], [])
    silence = [{"role": "assistant", "content": ""}]
    assert instruct.render_chat(silence, encode, SPECIAL) == ([98, 99], [False, True])


@pytest.mark.parametrize("role", ["end", "endoftext", "User", "tool", ""])
def test_render_chat_refuses_an_unknown_role(role):
    with pytest.raises(ValueError, match="user"):
        instruct.render_chat([{"role": role, "content": "hi"}], encode, SPECIAL)


def test_render_chat_leaves_its_arguments_alone():
    messages, special = [dict(message) for message in CHAT], dict(SPECIAL)
    tokens = [4, 5]
    ids, _ = instruct.render_chat(messages, lambda text: tokens, special)
    ids.append(0)
    assert messages == CHAT and special == SPECIAL and tokens == [4, 5]


# ---- instruct.sft_loss


def sft_case():
    logits = draw(2, 5, 7)
    ids = torch.tensor([[1, 6, 0, 3, 2], [5, 4, 4, 1, 0]])
    mask = torch.tensor([[True, False, True, True, False], [True, True, False, False, True]])
    return logits, ids, mask


def sft_oracle(logits, ids, mask):
    losses = []
    for row, column in itertools.product(range(ids.shape[0]), range(1, ids.shape[1])):
        if mask[row, column]:
            scores = logits[row, column - 1].tolist()
            losses.append(math.log(sum(math.exp(z) for z in scores)) - scores[ids[row, column]])
    return sum(losses) / len(losses)


def test_sft_loss_by_loops():
    logits, ids, mask = sft_case()
    loss = instruct.sft_loss(logits, ids, mask)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(sft_oracle(logits, ids, mask), abs=1e-12)


def test_sft_loss_ignores_the_mask_of_the_first_column():
    logits, ids, mask = sft_case()
    flipped = mask.clone()
    flipped[:, 0] = ~flipped[:, 0]
    assert instruct.sft_loss(logits, ids, mask) == instruct.sft_loss(logits, ids, flipped)


def test_sft_loss_is_a_mean_over_tokens_not_over_rows():
    logits, ids, _ = sft_case()
    mask = torch.tensor([[False, True, True, True, True], [False, False, False, False, True]])
    logprobs = logits.log_softmax(-1)
    picked = [logprobs[0, t - 1, ids[0, t]] for t in range(1, 5)] + [logprobs[1, 3, ids[1, 4]]]
    assert torch.allclose(
        instruct.sft_loss(logits, ids, mask), -torch.stack(picked).mean(), atol=1e-14
    )


@pytest.mark.parametrize("bad", GARBAGE)
def test_sft_loss_is_deaf_to_what_is_not_marked(bad):
    logits, ids, mask = sft_case()
    clean = logits.clone().requires_grad_()
    instruct.sft_loss(clean, ids, mask).backward()
    predicts = torch.zeros_like(mask)
    predicts[:, :-1] = mask[:, 1:]
    dirty = torch.where(predicts[:, :, None], logits, bad).requires_grad_()
    dirty_ids = torch.where(mask, ids, -100)
    loss = instruct.sft_loss(dirty, dirty_ids, mask)
    loss.backward()
    assert loss == instruct.sft_loss(logits, ids, mask)
    assert torch.equal(dirty.grad, clean.grad)


def test_sft_loss_gradient():
    logits, ids, mask = sft_case()
    assert torch.autograd.gradcheck(
        lambda z: instruct.sft_loss(z, ids, mask), logits.requires_grad_()
    )


def test_sft_loss_of_huge_logits():
    logits, ids, mask = sft_case()
    loss = instruct.sft_loss(logits.sign() * 10_000, ids, mask)
    assert torch.isfinite(loss)


def test_sft_loss_learns_from_a_rendered_chat_what_the_assistant_said():
    ids, mask = instruct.render_chat(CHAT, encode, SPECIAL)
    ids, mask = torch.tensor([ids]), torch.tensor([mask])
    perfect = F.one_hot(torch.roll(ids, -1, dims=1), 100).double() * 1000
    assert instruct.sft_loss(perfect, ids, mask).item() == pytest.approx(0, abs=1e-12)
    broken = perfect.clone()
    broken[0, [8, 11, 14]] = 0  # these predict role tokens: ours, not the assistant's
    assert instruct.sft_loss(broken, ids, mask).item() == pytest.approx(0, abs=1e-12)
    broken[0, 18] = 0  # this one predicts the last end token
    assert instruct.sft_loss(broken, ids, mask).item() == pytest.approx(
        math.log(100) / 6, abs=1e-12
    )


# ---- instruct.pack

SEQUENCES = st.lists(st.lists(st.integers(0, 300), max_size=9), max_size=12)


def test_pack_by_hand():
    ids, segments, positions = instruct.pack([[5, 6], [7], [8, 9]], 4)
    assert ids.tolist() == [[5, 6, 7, 0], [8, 9, 0, 0]]
    assert segments.tolist() == [[0, 0, 1, -1], [2, 2, -1, -1]]
    assert positions.tolist() == [[0, 1, 0, 0], [0, 1, 0, 0]]
    assert ids.dtype == segments.dtype == positions.dtype == torch.int64


@given(sequences=SEQUENCES, extra=st.integers(0, 6))
@settings(max_examples=150, deadline=None)
def test_pack_loses_nothing_and_keeps_the_order(sequences, extra):
    context = max([len(sequence) for sequence in sequences] + [1]) + extra
    before = [list(sequence) for sequence in sequences]
    ids, segments, positions = instruct.pack(sequences, context)
    assert sequences == before
    assert ids.shape == segments.shape == positions.shape == (ids.shape[0], context)
    keep = segments >= 0
    assert ids[keep].tolist() == [token for sequence in sequences for token in sequence]
    assert segments[keep].tolist() == [i for i, sequence in enumerate(sequences) for _ in sequence]
    assert positions[keep].tolist() == [t for sequence in sequences for t in range(len(sequence))]
    assert (
        not ids[~keep].any() and not positions[~keep].any() and bool((segments[~keep] == -1).all())
    )
    # whole: no sequence lies in two rows; padding only at a row's end
    for i in range(len(sequences)):
        assert (segments == i).any(dim=1).sum() <= 1
    assert bool((keep[:, :-1] >= keep[:, 1:]).all())
    # greedy: the first sequence of a row would not have fitted into the row before
    for row in range(1, len(ids)):
        opener = int(segments[row, 0])
        assert int((~keep[row - 1]).sum()) < len(sequences[opener])


def test_pack_refuses_what_is_too_long_with_both_numbers():
    with pytest.raises(ValueError, match=r"7.*6"):
        instruct.pack([[1], list(range(7))], 6)


def test_pack_fills_a_row_exactly():
    ids, segments, _ = instruct.pack([[1, 2, 3], [4, 5], [6, 7, 8, 9, 10]], 5)
    assert ids.tolist() == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]
    assert segments.tolist() == [[0, 0, 0, 1, 1], [2, 2, 2, 2, 2]]


def test_pack_treats_masks_like_ids():
    rendered = [
        instruct.render_chat(CHAT[i:j], encode, SPECIAL) for i, j in ((0, 3), (3, 5), (1, 3))
    ]
    ids, segments, _ = instruct.pack([ids for ids, _ in rendered], 23)
    mask, _, _ = instruct.pack([mask for _, mask in rendered], 23)
    assert ids[segments == 1].tolist() == rendered[1][0]
    assert mask[segments == 1].bool().tolist() == rendered[1][1]
    assert not mask[segments < 0].any()


def test_packed_mask_by_loops():
    _, segments, _ = instruct.pack([[5, 6], [7], [8, 9, 1]], 4)
    visible = instruct.packed_mask(segments)
    assert visible.shape == (2, 1, 4, 4)
    for row, t, s in itertools.product(range(2), range(4), range(4)):
        allowed = s <= t and segments[row, s] == segments[row, t]
        assert bool(visible[row, 0, t, s]) == bool(allowed)
    assert visible.any(-1).all()  # nobody is left with nothing to look at


# ---- reward


def test_last_token_index_by_hand():
    mask = torch.tensor(
        [[1, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1], [1, 1, 1, 1], [1, 0, 0, 0]]
    ).bool()
    index = reward.last_token_index(mask)
    assert index.tolist() == [1, 2, 3, 3, 0]
    assert index.dtype == torch.int64
    assert reward.last_token_index(mask[:, ::2]).tolist() == [0, 1, 0, 1, 0]


@given(
    rows=st.lists(
        st.lists(st.booleans(), min_size=6, max_size=6).filter(any), min_size=1, max_size=5
    )
)
@settings(deadline=None)
def test_last_token_index_property(rows):
    expected = [max(t for t, keep in enumerate(row) if keep) for row in rows]
    assert reward.last_token_index(torch.tensor(rows)).tolist() == expected


def test_pairwise_loss_by_hand():
    chosen = torch.tensor([1.0, 0.0, 3.0], dtype=torch.float64)
    rejected = torch.tensor([0.0, 0.0, 5.0], dtype=torch.float64)
    expected = sum(math.log(1 + math.exp(-d)) for d in (1, 0, -2)) / 3
    assert reward.pairwise_loss(chosen, rejected).item() == pytest.approx(expected, abs=1e-14)


def test_pairwise_loss_far_out_is_finite_with_a_gradient():
    chosen = torch.tensor([-10_000.0, 10_000.0], dtype=torch.float64, requires_grad=True)
    loss = reward.pairwise_loss(chosen, torch.zeros(2, dtype=torch.float64))
    loss.backward()
    assert loss.item() == pytest.approx(5_000)
    assert chosen.grad.tolist() == pytest.approx([-0.5, 0])


def test_pairwise_loss_gradient():
    inputs = draw(5, seed=1).requires_grad_(), draw(5, seed=2).requires_grad_()
    assert torch.autograd.gradcheck(reward.pairwise_loss, inputs)


@pytest.mark.parametrize("shape", [(2,), (5,), (3, 4), (2, 3, 6)])
def test_ranking_loss_by_a_loop_over_pairs(shape):
    rewards = draw(*shape)
    losses = []
    for row in rewards.reshape(-1, shape[-1]).tolist():
        losses += [math.log1p(math.exp(low - high)) for high, low in itertools.combinations(row, 2)]
    before = rewards.clone()
    loss = reward.ranking_loss(rewards)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(sum(losses) / len(losses), abs=1e-13)
    assert torch.equal(rewards, before)


def test_ranking_loss_of_two_is_the_pairwise_loss():
    chosen, rejected = draw(7, seed=1), draw(7, seed=2)
    pairs = torch.stack([chosen, rejected], dim=-1)
    assert torch.allclose(
        reward.ranking_loss(pairs), reward.pairwise_loss(chosen, rejected), atol=1e-15
    )


def test_ranking_loss_properties():
    rewards = draw(3, 5)
    assert torch.allclose(
        reward.ranking_loss(rewards + 123), reward.ranking_loss(rewards), atol=1e-12
    )
    assert reward.ranking_loss(torch.zeros(4, 3)).item() == pytest.approx(math.log(2))
    ordered = rewards.sort(dim=-1, descending=True).values
    assert reward.ranking_loss(ordered) < reward.ranking_loss(ordered.flip(-1))
    assert reward.ranking_loss(torch.tensor([-10_000.0, 10_000.0])).item() == pytest.approx(20_000)


def test_ranking_loss_gradient_and_refusal():
    assert torch.autograd.gradcheck(reward.ranking_loss, draw(2, 4).requires_grad_())
    with pytest.raises(ValueError, match="1.*2"):
        reward.ranking_loss(torch.zeros(3, 1))


def test_agreement():
    assert reward.agreement([0, 1, 1, 0], [0, 1, 0, 0]) == 0.75
    labels = torch.tensor([[0, 1, 1, 2, 5], [1, 1, 1, 2, 4]])
    assert reward.agreement(labels[0], labels[1]) == pytest.approx(0.6)
    assert reward.agreement(["a", "b"], ["b", "a"]) == 0
    assert isinstance(reward.agreement(torch.ones(3), torch.ones(3)), float)
    with pytest.raises(ValueError, match="3.*2"):
        reward.agreement([1, 2, 3], [1, 2])


def test_normalize_brings_the_reference_set_to_mean_0_and_spread_1():
    rewards = draw(11) * 3 + 5
    before = rewards.clone()
    out = reward.normalize(rewards, rewards.mean(), rewards.std())
    assert torch.equal(rewards, before)
    assert out.mean().item() == pytest.approx(0, abs=1e-14)
    assert out.std().item() == pytest.approx(1, abs=1e-14)
    assert reward.normalize(torch.tensor([[7.0, 1.0]]), 3.0, 2.0).tolist() == [[2.0, -1.0]]


# ---- alignment


def test_ptx_loss():
    assert alignment.ptx_loss(2.0, 0.5, 27.8) == pytest.approx(15.9)
    ppo, pretraining = torch.tensor(1.0, requires_grad=True), torch.tensor(3.0, requires_grad=True)
    alignment.ptx_loss(ppo, pretraining, 4.0).backward()
    assert (ppo.grad.item(), pretraining.grad.item()) == (1, 4)


def test_best_of_n():
    assert int(alignment.best_of_n(torch.tensor([0.5, 2.0, -1.0]))) == 1
    assert alignment.best_of_n(torch.tensor([[3.0, 3.0], [1.0, 2.0], [-1.0, -2.0]])).tolist() == [
        0,
        1,
        0,
    ]
    rewards = draw(2, 3, 5)
    best = alignment.best_of_n(rewards)
    assert best.shape == (2, 3)
    assert torch.equal(rewards.gather(-1, best[..., None])[..., 0], rewards.max(-1).values)


@pytest.mark.parametrize("n", [1, 2, 3, 8, 64])
def test_best_of_n_kl_by_integration(n):
    """The best of n draws from a continuous law has density n·uⁿ⁻¹ over the quantile u."""
    u = (torch.arange(2_000_000, dtype=torch.float64) + 0.5) / 2_000_000
    density = n * u ** (n - 1)
    kl = torch.xlogy(density, density).mean().item()
    assert alignment.best_of_n_kl(n) == pytest.approx(kl, abs=1e-5)  # the midpoint rule's own error


def test_best_of_n_kl_bounds_the_truth_over_few_replies():
    m, n = 16, 1024  # equally likely replies
    wins = [(j / m) ** n - ((j - 1) / m) ** n for j in range(1, m + 1)]
    kl = sum(p * math.log(p * m) for p in wins if p > 0)
    assert kl == pytest.approx(math.log(m), abs=1e-3)
    assert (
        alignment.best_of_n_kl(n) == pytest.approx(5.93, abs=0.005)
        and alignment.best_of_n_kl(n) > kl
    )
    assert alignment.best_of_n_kl(1) == 0
    with pytest.raises(ValueError, match="0"):
        alignment.best_of_n_kl(0)


def test_dpo_loss_by_hand():
    inputs = [draw(4, seed=seed) for seed in range(4)]
    losses = []
    for chosen, rejected, ref_chosen, ref_rejected in zip(
        *(x.tolist() for x in inputs), strict=True
    ):
        margin = 0.3 * (chosen - ref_chosen - rejected + ref_rejected)
        losses.append(-math.log(1 / (1 + math.exp(-margin))))
    before = [x.clone() for x in inputs]
    loss = alignment.dpo_loss(*inputs, 0.3)
    assert loss.item() == pytest.approx(sum(losses) / 4, abs=1e-14)
    assert all(torch.equal(x, y) for x, y in zip(inputs, before, strict=True))


def test_dpo_loss_is_log_2_at_the_reference_and_stable_far_away():
    better, worse = draw(2, 6)
    assert alignment.dpo_loss(better, worse, better, worse, 0.1).item() == pytest.approx(
        math.log(2)
    )
    far = torch.tensor([-10_000.0, 10_000.0], dtype=torch.float64)
    zero = torch.zeros(2, dtype=torch.float64)
    assert alignment.dpo_loss(far, -far, zero, zero, 1.0).item() == pytest.approx(10_000)


def test_dpo_loss_gradient():
    inputs = [draw(3, seed=seed).requires_grad_() for seed in range(4)]
    assert torch.autograd.gradcheck(lambda *args: alignment.dpo_loss(*args, 0.7), inputs)


def test_dpo_finds_the_closed_form_policy():
    """Trained on preferences of a known reward, DPO ends at π ∝ π_ref · e^(r/β)."""
    beta, replies = 0.5, torch.tensor([0.2, -0.4, 0.9], dtype=torch.float64)
    reference = torch.tensor([0.1, 0.3, -0.2], dtype=torch.float64).log_softmax(0)
    scores = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [scores], max_iter=100, tolerance_grad=1e-12, line_search_fn="strong_wolfe"
    )

    def expected_loss():
        optimizer.zero_grad()
        policy, total = scores.log_softmax(0), 0.0
        for w, l in itertools.permutations(range(3), 2):
            wins = torch.sigmoid(replies[w] - replies[l])
            pair = (
                policy[w : w + 1],
                policy[l : l + 1],
                reference[w : w + 1],
                reference[l : l + 1],
            )
            total = total + wins * alignment.dpo_loss(*pair, beta)
        total.backward()
        return total

    optimizer.step(expected_loss)
    optimum = (reference + replies / beta).softmax(0)
    assert torch.allclose(scores.softmax(0), optimum, atol=1e-7)  # the optimiser's own tolerance


@pytest.mark.parametrize("shape", [(2,), (5,), (3, 4), (2, 3, 6)])
def test_group_advantages_by_loops(shape):
    rewards = draw(*shape)
    expected = []
    for row in rewards.reshape(-1, shape[-1]).tolist():
        mean = sum(row) / len(row)
        std = math.sqrt(sum((r - mean) ** 2 for r in row) / (len(row) - 1))
        expected += [(r - mean) / (std + 1e-4) for r in row]
    before = rewards.clone()
    out = alignment.group_advantages(rewards)
    assert out.shape == shape and out.flatten().tolist() == pytest.approx(expected, abs=1e-12)
    assert torch.equal(rewards, before)


def test_group_advantages_of_equal_rewards_are_0():
    assert not alignment.group_advantages(torch.full((2, 5), 3.0)).any()
    with pytest.raises(ValueError, match="1.*2"):
        alignment.group_advantages(torch.zeros(2, 1))


@pytest.mark.parametrize("shape", [(2,), (5,), (3, 4), (2, 3, 6)])
def test_leave_one_out_advantages_by_loops(shape):
    rewards = draw(*shape)
    expected = []
    for row in rewards.reshape(-1, shape[-1]).tolist():
        for i, r in enumerate(row):
            others = row[:i] + row[i + 1 :]
            expected.append(r - sum(others) / len(others))
    before = rewards.clone()
    out = alignment.leave_one_out_advantages(rewards)
    assert out.shape == shape and out.flatten().tolist() == pytest.approx(expected, abs=1e-12)
    assert torch.equal(rewards, before)
    with pytest.raises(ValueError, match="1.*2"):
        alignment.leave_one_out_advantages(torch.zeros(2, 1))


def test_leave_one_out_gives_an_unbiased_gradient_by_enumeration():
    """Over all pairs of draws, E[Σ_i A_i ∇log π(y_i)] / K is the gradient of the expected reward."""
    scores, rewards, k = (
        draw(3).requires_grad_(),
        torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64),
        2,
    )
    (truth,) = torch.autograd.grad((scores.softmax(0) * rewards).sum(), scores)
    logprobs = scores.log_softmax(0)
    surrogate = 0.0
    for draws in itertools.product(range(3), repeat=k):
        index = torch.tensor(draws)
        advantages = alignment.leave_one_out_advantages(rewards[index])
        chance = logprobs.detach()[index].sum().exp()
        surrogate = surrogate + chance * (advantages * logprobs[index]).sum() / k
    (estimate,) = torch.autograd.grad(surrogate, scores)
    assert torch.allclose(estimate, truth, atol=1e-14)
