"""The three stages after pretraining, on models small enough to see through."""

import copy
import io
import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from gptlab.engine.config import GPTConfig, PPOConfig, RewardConfig, SFTConfig
from gptlab.engine.model.batches import TrainingDiverged, length_batches, right_pad
from gptlab.engine.model.generate import generate_batch
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.train import ppo
from gptlab.engine.train.ppo import PPOTrainer, make_value_model, train_ppo
from gptlab.engine.train.reward_model import accuracy, calibrate, score, train_reward_model
from gptlab.engine.train.rollout import PPOModels, rollout
from gptlab.engine.train.sft import finetune, held_out_loss

pytestmark = pytest.mark.slow  # it trains; `make check` does not

VOCAB, CONTEXT, END, WANTED = 13, 24, 12, 7
SHAPE = GPTConfig(VOCAB, context=CONTEXT, n_layers=2, n_heads=2, d_model=32)
PPO = PPOConfig(
    rounds=12,
    prompts_per_round=24,
    minibatch=8,
    epochs=2,
    lr=3e-3,
    beta=0.05,
    gamma_ptx=0.0,
    max_new_tokens=6,
)
PROMPTS = [[a, b][: 1 + (a + b) % 2] for a in range(5) for b in range(5)]
CYCLE = torch.arange(2000) % 11  # pretraining text: 0 1 2 … 10 0 1 …


class ContainsWanted(nn.Module):
    """A reward that is known: 1 when the wanted token stands anywhere among the kept ones, else 0."""

    def forward(self, ids, keep):
        found = ((ids == WANTED) & keep).any(1, keepdim=True)
        return found.float().expand(ids.shape)


def gpt(seed=0):
    return GPT(SHAPE, fused=True, seed=seed)


def trainer(policy, reference, reward, config=PPO, *ids, prompts=PROMPTS, **settings):
    models = PPOModels(policy, reference, reward, make_value_model(reward, reference))
    return PPOTrainer(models, prompts, config, *ids, **settings)


def draw_sequences(n, seed, low=2, high=CONTEXT):
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(low, high, (n,), generator=generator).tolist()
    return [torch.randint(0, VOCAB, (length,), generator=generator).tolist() for length in lengths]


def cycle_loss(model):
    rows = torch.stack([torch.arange(start, start + CONTEXT) % 11 for start in range(11)])
    with torch.no_grad():
        logits = model(rows)[:, :-1]
    return float(nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten()))


@pytest.fixture(scope="module")
def pretrained():
    """A model that knows the cycle."""
    rows = [((torch.arange(CONTEXT) + start) % 11).tolist() for start in range(11)]
    model = gpt()
    finetune(
        model,
        [(row, [True] * CONTEXT) for row in rows],
        SFTConfig(epochs=60, batch_size=11, lr=3e-3),
    )
    assert cycle_loss(model) < 0.5
    return model


# ------------------------------------------------------------------------------------------ batches


def test_right_pad_and_its_mask():
    ids, keep = right_pad([[5, 6, 7], [8]], pad_id=1)
    assert ids.tolist() == [[5, 6, 7], [8, 1, 1]]
    assert keep.tolist() == [[True, True, True], [True, False, False]]
    with pytest.raises(ValueError, match="at least 1 token"):
        right_pad([[1], []])


def test_length_batches_hold_everything_once_and_pad_little():
    lengths = [len(sequence) for sequence in draw_sequences(500, seed=3)]
    batches = length_batches(lengths, 7, torch.Generator().manual_seed(1))
    assert sorted(i for batch in batches for i in batch) == list(range(500))
    assert max(map(len, batches)) == 7
    padded = sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)
    assert padded < 1.15 * sum(lengths)


# ------------------------------------------------------------------------------------------ SFT


def mapping_examples():
    """After 11, x is answered by 3x + 1 mod 11 and the end; the prompt is not to be learnt."""
    heads = [[11] * (1 + x % 3) + [x] for x in range(11)]
    return [
        ([*head, (3 * head[-1] + 1) % 11, END], [False] * len(head) + [True] * 2) for head in heads
    ]


def test_sft_learns_a_mapping():
    model, seen = gpt(), []
    config = SFTConfig(epochs=60, batch_size=6, lr=1e-2, weight_decay=0.0)
    history = finetune(model, mapping_examples(), config, report=seen.append)
    prompts = [ids[:-2] for ids, _ in mapping_examples()]
    assert generate_batch(model, prompts, 4, stop_id=END, temperature=0) == [
        ids[-2:] for ids, _ in mapping_examples()
    ]
    assert history[0]["loss"] > 2 and history[-1]["loss"] < 0.1
    assert seen[-1]["step"] == len(history) - 1 == seen[-1]["total"] - 1
    assert held_out_loss(model, mapping_examples(), batch_size=4) < 0.1


def test_sft_loss_is_the_mean_over_reply_tokens():
    model, examples = gpt().double(), mapping_examples()
    losses = []
    for ids, mask in examples:  # one at a time, nothing padded, nothing cut
        logprobs = model(torch.tensor([ids])).detach()[0].log_softmax(-1)
        losses += [-float(logprobs[t - 1, ids[t]]) for t in range(1, len(ids)) if mask[t]]
    expected = sum(losses) / len(losses)
    assert held_out_loss(model, examples, batch_size=4) == pytest.approx(expected, rel=1e-12)
    first = finetune(model, examples, SFTConfig(epochs=1, batch_size=11))[0]
    assert first["loss"] == pytest.approx(expected, rel=1e-12)


def test_pretraining_text_in_the_mix_keeps_what_was_learnt(pretrained):
    after = {}
    for mix in (0.0, 0.5):
        model = copy.deepcopy(pretrained)
        config = SFTConfig(epochs=30, batch_size=8, lr=3e-3, pretraining_mix=mix)
        finetune(model, mapping_examples(), config, CYCLE)
        after[mix] = cycle_loss(model)
    assert after[0.5] < after[0.0] - 0.3


def test_sft_refuses_what_cannot_be_learnt():
    with pytest.raises(ValueError, match="30 tokens do not fit into a context of 24"):
        finetune(gpt(), [([1] * 30, [True] * 30)], SFTConfig())
    with pytest.raises(ValueError, match="1 of 1 examples have no reply"):
        finetune(gpt(), [([1, 2], [True, False])], SFTConfig())
    broken = gpt()
    with torch.no_grad():
        broken.wte.fill_(math.nan)
    with pytest.raises(TrainingDiverged, match="loss is nan at step 0"):
        finetune(broken, mapping_examples(), SFTConfig())


# ------------------------------------------------------------------------------------------ reward model


def rankings(n, seed):
    """Replies of 6 tokens to prompts of 1 or 2; better is what has more of the wanted token."""
    generator = torch.Generator().manual_seed(seed)
    result = []
    for i in range(n):
        prompt = PROMPTS[i % len(PROMPTS)]
        counts = sorted(torch.randperm(6, generator=generator)[: 2 + i % 3].tolist(), reverse=True)
        replies = []
        for count in counts:
            others = torch.randint(0, WANTED, (6 - count,), generator=generator).tolist()
            body = others + [WANTED] * count
            order = torch.randperm(6, generator=generator).tolist()
            replies.append(prompt + [body[j] for j in order] + [END])
        result.append(replies)
    return result


def test_reward_model_learns_a_preference():
    model = RewardModel(gpt())
    held_out = rankings(100, seed=1)
    config = RewardConfig(epochs=3, prompts_per_batch=16, lr=2e-3)
    history = train_reward_model(model, rankings(400, seed=0), config)
    assert accuracy(model, held_out) > 0.9
    assert history[-1]["loss"] < 0.4 < history[0]["loss"]
    assert len(history) == 3 * 25


def test_ranking_loss_weighs_every_prompt_the_same():
    model = RewardModel(gpt()).double()
    batch = rankings(6, seed=2)  # K = 2, 3, 4, 2, 3, 4
    expected = 0.0
    for ranking in batch:
        r = [float(model(torch.tensor([sequence])).detach()[0, -1]) for sequence in ranking]
        pairs = [
            math.log1p(math.exp(r[j] - r[i])) for i in range(len(r)) for j in range(i + 1, len(r))
        ]
        expected += sum(pairs) / len(pairs) / len(batch)
    history = train_reward_model(model, batch, RewardConfig(epochs=1, prompts_per_batch=6))
    assert history[0]["loss"] == pytest.approx(expected, rel=1e-12)


def test_padding_never_changes_a_score():
    model = RewardModel(gpt())
    sequences = draw_sequences(23, seed=5)
    together = score(model, sequences, batch_size=23)
    alone = torch.cat([score(model, [sequence]) for sequence in sequences])
    direct = torch.stack(
        [model(torch.tensor([sequence]))[0, -1] for sequence in sequences]
    ).detach()
    torch.testing.assert_close(together, alone, rtol=0, atol=2e-6)
    torch.testing.assert_close(together, direct, rtol=0, atol=2e-6)


def test_calibration_gives_mean_0_and_variance_1_and_is_kept():
    model, sequences = RewardModel(gpt()), draw_sequences(40, seed=6)
    with torch.no_grad():
        model.bias.fill_(3.0)
    for _ in range(2):  # a second time changes nothing
        mean, std = calibrate(model, sequences)
        scores = score(model, sequences)
        assert float(scores.mean()) == pytest.approx(0, abs=1e-4)
        assert float(scores.var(correction=0)) == pytest.approx(1, abs=1e-4)
    other = RewardModel(gpt(seed=9))
    other.load_state_dict(model.state_dict())
    assert (float(other.mean), float(other.std)) == (mean, std)
    assert torch.equal(score(other, sequences), scores)
    with pytest.raises(ValueError, match="train first"):
        calibrate(model, [[1, 2]] * 3)


def test_accuracy_counts_pairs_and_half_of_ties():
    assert accuracy(ContainsWanted(), [[[1, WANTED], [1, 2]]]) == 1.0
    assert accuracy(ContainsWanted(), [[[1, 2], [WANTED], [3]]]) == pytest.approx((0 + 0.5 + 1) / 3)
    with pytest.raises(ValueError, match="at least 2"):
        accuracy(ContainsWanted(), [[[1]]])


# ------------------------------------------------------------------------------------------ PPO


def test_ppo_raises_a_known_reward_and_stays_near():
    policy, reference = gpt(), gpt()
    history = train_ppo(trainer(policy, reference, ContainsWanted(), replace(PPO, rounds=20)))
    first, last = history[0], history[-1]
    assert first["score"] < 0.6 and sum(row["score"] for row in history[-5:]) / 5 > 0.8
    assert first["kl_k1"] == pytest.approx(0, abs=1e-4) and 0 < last["kl_k1"] < 20
    assert last["kl_k3"] > 0 and last["entropy"] < first["entropy"]
    assert last["lr"] < 0.1 * PPO.lr


def test_a_higher_price_keeps_the_policy_nearer():
    kl = {}
    for beta in (0.0, 1.0):
        kl[beta] = train_ppo(trainer(gpt(), gpt(), ContainsWanted(), replace(PPO, beta=beta)))[-1][
            "kl_k3"
        ]
    assert kl[1.0] < 0.5 * kl[0.0]


def test_beta_moves_towards_its_target():
    config = replace(PPO, rounds=3, target_kl=1000.0)
    history = train_ppo(trainer(gpt(), gpt(), ContainsWanted(), config))
    assert [row["beta"] for row in history] == pytest.approx([0.05, 0.05 * 0.95, 0.05 * 0.95**2])


def test_ptx_keeps_the_pretraining_loss_low(pretrained):
    after = {}
    for gamma in (0.0, 3.0):
        policy = copy.deepcopy(pretrained)
        config = replace(PPO, beta=0.0, gamma_ptx=gamma)
        history = train_ppo(trainer(policy, pretrained, ContainsWanted(), config, CYCLE))
        after[gamma] = cycle_loss(policy)
        assert ("pretraining_loss" in history[0]) == (gamma > 0)
    assert after[3.0] < after[0.0] - 0.2


@pytest.mark.parametrize("disabled", [(), ("whitening", "clipping", "value_clipping", "annealing")])
def test_one_minibatch_against_a_naive_computation(disabled, pretrained):
    policy, reference = copy.deepcopy(pretrained).double(), gpt(seed=4).double()
    config = replace(PPO, gamma_ptx=2.0, beta=0.3, minibatch=24)
    run = trainer(
        policy, reference, ContainsWanted(), config, CYCLE, stop_id=END, disabled=disabled
    )
    with torch.no_grad():
        run.models.value.weight.normal_(0, 0.5, generator=torch.Generator().manual_seed(2))
    roll = rollout(PROMPTS[:5], config, END, run.generator, run.workers.map)
    advantages, returns = run._advantages(roll)
    old = naive_episodes(policy, run.models.value, reference, roll)
    with torch.no_grad():  # the networks have moved since the replies were written
        for parameter in [*policy.parameters(), *run.models.value.parameters()]:
            parameter.mul_(1.03)
    new = naive_episodes(policy, run.models.value, reference, roll)
    rows = torch.tensor([3, 0, 1])
    batch = roll.select(rows)
    n_reply = batch.mask.shape[1]
    run.generator.manual_seed(8)
    shards = run._shards(batch, advantages[rows, :n_reply], returns[rows, :n_reply])
    assert len(shards) == 3
    row = run.workers(shards)
    expected = naive_losses(old, new, rows.tolist(), 0.3, bool(disabled))
    assert row["policy_loss"] == pytest.approx(expected[0], rel=1e-9)
    assert row["value_loss"] == pytest.approx(expected[1], rel=1e-9)
    total = sum(run._share_of_loss(shard)[0].item() for shard in shards)
    assert total == pytest.approx(
        row["policy_loss"] + row["value_loss"] + 2.0 * row["pretraining_loss"], rel=1e-12
    )
    assert row["pretraining_loss"] == pytest.approx(cycle_loss(policy), rel=0.5)


def naive_episodes(policy, value_model, reference, roll):
    """Each reply alone, unpadded, token by token: (log π, log π_ref, V) of each token, and its score."""
    episodes = []
    for b in range(len(roll.ids)):
        start, n = int(roll.starts[b]), int(roll.mask[b].sum())
        row, tokens = roll.ids[b].tolist(), []
        for t in range(start, start + n):
            prefix = torch.tensor([row[:t]])
            with torch.no_grad():
                ours, theirs = (
                    m(prefix)[0, -1].softmax(-1)[row[t]].log() for m in (policy, reference)
                )
                tokens.append((float(ours), float(theirs), float(value_model(prefix)[0, -1])))
        sequence = row[: start + n]
        reward = float(WANTED in sequence) if sequence[-1] == END else -1.0
        episodes.append((tokens, reward))
    return episodes


def naive_losses(old, new, rows, beta, plain):
    """The two losses of the chosen replies, from the formulas, with Python numbers; lists over tokens."""
    advantages, returns = [], []
    for tokens, reward in old:
        n = len(tokens)
        rewards = [-beta * (p - q) for p, q, _ in tokens]
        rewards[-1] += reward
        values = [v for _, _, v in tokens] + [0.0]
        deltas = [rewards[t] + values[t + 1] - values[t] for t in range(n)]
        advantages.append([sum(0.95 ** (u - t) * deltas[u] for u in range(t, n)) for t in range(n)])
        returns.append([advantages[-1][t] + values[t] for t in range(n)])
    everything = [a for row in advantages for a in row]
    mean = sum(everything) / len(everything)
    std = math.sqrt(sum((a - mean) ** 2 for a in everything) / len(everything) + 1e-8)
    policy, value = [], []
    for b in rows:
        for t, ((p_old, _, v_old), (p, _, v)) in enumerate(zip(old[b][0], new[b][0], strict=True)):
            a = advantages[b][t] if plain else (advantages[b][t] - mean) / std
            ratio, goal = math.exp(p - p_old), returns[b][t]
            near = ratio if plain else min(max(ratio, 0.8), 1.2)
            v_near = v if plain else v_old + min(max(v - v_old, -0.2), 0.2)
            policy.append(-min(ratio * a, near * a))
            value.append(max((v - goal) ** 2, (v_near - goal) ** 2) / 2)
    return sum(policy) / len(policy), sum(value) / len(value)


def test_a_rollout_is_aligned_and_a_reply_without_an_end_is_punished():
    policy, reference = gpt(), gpt(seed=1)
    run = trainer(policy, reference, ContainsWanted(), replace(PPO, end_score=-2.5), stop_id=END)
    roll = rollout(PROMPTS, run.config, END, run.generator, run.workers.map)
    assert 0 < int(roll.ended.sum()) < len(PROMPTS)
    for b, prompt in enumerate(PROMPTS):
        n = int(roll.mask[b].sum())
        reply = roll.ids[b, len(prompt) : len(prompt) + n].tolist()
        assert roll.ids[b, : len(prompt)].tolist() == prompt
        assert END not in reply[:-1] and bool(roll.ended[b]) == (reply[-1] == END)
        assert n == 6 or roll.ended[b]
        assert float(roll.scores[b]) == (float(WANTED in prompt + reply) if roll.ended[b] else -2.5)
    for table in (roll.logprobs, roll.ref_logprobs, roll.values):
        assert not table[~roll.mask].any()


def saved(state):
    """Through a file, as a pipeline does it."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    buffer.seek(0)
    return torch.load(buffer, weights_only=True)


def test_resuming_after_a_round_is_bit_for_bit():
    config = replace(PPO, rounds=4, gamma_ptx=1.0, target_kl=0.5)
    arguments = {"pretraining_ids": CYCLE, "stop_id": END, "ema": 0.9}
    reward_model, states = RewardModel(gpt(seed=3)), {}
    whole = gpt()

    def keep_state(run):
        states[run.round] = run.state()

    history = train_ppo(
        trainer(whole, gpt(), reward_model, config, **arguments), on_round=keep_state
    )
    assert sorted(states) == [1, 2, 3, 4]
    resumed = gpt(seed=8)  # its weights do not matter: the state brings its own
    second = trainer(resumed, gpt(), reward_model, config, **arguments)
    second.load_state(saved(states[2]))
    assert train_ppo(second) == history
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, resumed.state_dict()[name]), name
    assert not torch.equal(
        whole.wte, states[4]["policy"]["wte"]
    )  # the averaged weights, not the last


def test_the_value_model_starts_as_the_calibrated_reward_model():
    reward_model, sequences = RewardModel(gpt(seed=3)), draw_sequences(9, seed=4)
    calibrate(reward_model, sequences)
    run = trainer(gpt(), gpt(), reward_model, PPO)
    values = torch.stack(
        [run.models.value(torch.tensor([sequence]))[0, -1] for sequence in sequences]
    )
    torch.testing.assert_close(values.detach(), score(reward_model, sequences), rtol=0, atol=1e-4)


def test_ppo_leaves_the_other_models_alone():
    reference, reward_model = gpt(), RewardModel(gpt(seed=3))
    before = copy.deepcopy([reference.state_dict(), reward_model.state_dict()])
    train_ppo(trainer(gpt(), reference, reward_model, replace(PPO, rounds=2), stop_id=END))
    for old, new in zip(before, [reference.state_dict(), reward_model.state_dict()], strict=True):
        assert all(torch.equal(old[name], new[name]) for name in old)


def test_a_lost_run_stops_with_one_clear_line(monkeypatch):
    class Nan(nn.Module):
        def forward(self, ids, keep):
            return torch.full(ids.shape, math.nan)

    with pytest.raises(TrainingDiverged, match="score is nan in round 0: lower lr"):
        train_ppo(trainer(gpt(), gpt(), Nan(), PPO))
    monkeypatch.setattr(ppo, "MAX_KL", 0.01)
    with pytest.raises(TrainingDiverged, match="KL is 0.. nats per token in round [1-9]"):
        train_ppo(trainer(gpt(), gpt(), ContainsWanted(), PPO))


def test_ppo_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="prompts of 20 tokens and replies of 6 do not fit"):
        trainer(gpt(), gpt(), ContainsWanted(), prompts=[[1] * 20])
    with pytest.raises(ValueError, match="0 prompts"):
        trainer(gpt(), gpt(), ContainsWanted(), prompts=[])
    with pytest.raises(ValueError, match="no detail 'luck'"):
        trainer(gpt(), gpt(), ContainsWanted(), PPO, disabled=("luck",))
    with pytest.raises(
        ValueError, match="24 pretraining tokens do not fill a context of 24 plus 1"
    ):
        trainer(gpt(), gpt(), ContainsWanted(), replace(PPO, gamma_ptx=1.0), CYCLE[:24])
