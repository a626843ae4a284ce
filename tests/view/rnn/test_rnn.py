"""Lesson 04: networks that carry a state, their gradients through time, the recall game, the chain of steps, the kept state."""

import math
import xml.etree.ElementTree as ET

import pytest
import torch
import torch.nn.functional as F

from gptlab.engine.model.recurrent import RecurrentLM, one_thread, train_adam
from gptlab.experiments import recall_game, unseen_combinations
from gptlab.view.kit.number_format import power_of_ten
from gptlab.view.kit.style import to_svg
from gptlab.view.rnn import (
    copy_order,
    gradient_through_time,
    gru_gates,
    memory_cell,
    recurrent_lm,
    retained_graph,
    sequential_cost,
    unrolled,
)
from gptlab.view.rnn import recall_game as recall_play
from gptlab.world.web import Web

NS = "{http://www.w3.org/2000/svg}"


def words_in(svg):
    return [t.text for t in ET.fromstring(svg).iter(f"{NS}text")]


def torchs(network):
    """torch's own layer with the same weights."""
    kind = torch.nn.RNN if network.cell == "RNN" else torch.nn.GRU
    layer = kind(network.wte.shape[1], network.state, batch_first=True)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(network.w.T)
        layer.weight_hh_l0.copy_(network.u.T)
        layer.bias_ih_l0.copy_(network.b)
        layer.bias_hh_l0.zero_()
    return layer


# --- the shells


@pytest.mark.parametrize("cell", ["RNN", "GRU"])
def test_a_shell_runs_as_torchs_layer_does(cell):
    network = RecurrentLM(cell, vocab_size=7, width=3, state=5, seed=2, update_bias=1.5)
    ids = torch.tensor([[1, 4, 6, 0], [2, 2, 3, 5]])
    layer = torchs(network)
    torch.testing.assert_close(network.states(ids), layer(network.wte[ids])[0])
    begun = torch.randn(2, 5, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(network.states(ids, begun), layer(network.wte[ids], begun[None])[0])
    torch.testing.assert_close(
        network(ids), layer(network.wte[ids])[0] @ network.w_out + network.b_out
    )
    assert network.start(3).tolist() == [[0.0] * 5] * 3


def test_the_gate_begins_as_asked():
    network = RecurrentLM("GRU", vocab_size=4, width=3, state=5, update_bias=2.5)
    assert network.b.tolist() == [0.0] * 5 + [2.5] * 5 + [0.0] * 5
    assert not RecurrentLM("RNN", 4, update_bias=2.5).b.any()
    with pytest.raises(ValueError, match="no cell 'LSTM'; there are RNN, GRU"):
        RecurrentLM("LSTM", 4)


def test_training_steps_like_adam_with_clipping_and_ends_early():
    ours, theirs = (torch.nn.Linear(2, 1) for _ in range(2))
    theirs.load_state_dict(ours.state_dict())
    batches = [torch.randn(3, 2, generator=torch.Generator().manual_seed(i)) * 9 for i in range(4)]
    optimizer = torch.optim.Adam(theirs.parameters(), lr=0.1, betas=(0.9, 0.99))
    for i, batch in enumerate(batches):
        optimizer.param_groups[0]["lr"] = 0.1 * min(1.0, 2 - 2 * i / 4)
        optimizer.zero_grad()
        theirs(batch).square().sum().backward()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), 1.0)
        optimizer.step()
    assert (
        train_adam(ours, batches, lambda batch: ours(batch).square().sum(), lr=0.1, decay=True) == 4
    )
    torch.testing.assert_close(ours.weight, theirs.weight)
    seen = []
    assert (
        train_adam(
            ours,
            batches,
            lambda batch: seen.append(1) or ours(batch).sum(),
            0.1,
            stop=lambda: len(seen) == 2,
        )
        == 2
    )


def test_one_thread_gives_the_threads_back():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


# --- unrolled


def test_the_unrolled_network_and_its_states():
    svg, alt = unrolled.unrolled_picture(["a", "b", "c"])
    assert {"h₀", "h₁", "h₃", "w_hh", "w_xh", "c"} <= set(words_in(svg)) and "a, b, c" in alt
    svg, alt = unrolled.states_picture(
        torch.tensor([[1.0, -1.0], [0.5, 0.0]]), ["x", "y"], "states"
    )
    assert {"x", "y", "states"} <= set(words_in(svg)) and "x 1.00, y 0.25" in alt
    with pytest.raises(ValueError, match="2 states but 1 words"):
        unrolled.states_picture(torch.zeros(2, 3), ["x"], "states")


# --- one number as a memory


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0, 2.0])
def test_one_number_is_followed(weight):
    yes, no, grads = memory_cell.followed(weight, steps=6)
    expected, slope = [math.tanh(1)], [1.0]
    for _ in range(6):
        expected.append(math.tanh(weight * expected[-1]))
    for h in reversed(expected[1:]):  # the chain rule by hand
        slope.insert(0, slope[0] * weight * (1 - h * h))
    assert yes == pytest.approx(expected) and no == pytest.approx([-h for h in expected])
    assert grads == pytest.approx(slope)


def test_no_weight_far_from_one_does_both():
    assert "hardly told apart" in memory_cell.told(
        0.5
    ) and "next to no gradient" in memory_cell.told(0.5)
    assert "still told apart" in memory_cell.told(
        1.5
    ) and "next to no gradient" in memory_cell.told(1.5)
    assert "still told apart" in memory_cell.told(
        1.0
    ) and "a gradient that teaches" in memory_cell.told(1.0)


def test_the_slider_of_one_number():
    slider = memory_cell.Latch()
    first = slider.out.value
    slider.weight.value = 1.5
    assert "w_hh = 1.5" in slider.text.value and slider.out.value != first
    figure, alt = memory_cell.latch_picture([0.5, 1.0])
    assert to_svg(figure, alt).startswith("<svg") and alt.count("w_hh") == 2


# --- strips


def test_norms_are_those_of_the_gradient():
    network = RecurrentLM("RNN", vocab_size=1, width=3, state=4, seed=1)
    xs = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(3))
    found = gradient_through_time.gradient_norms(network.step, xs, network.start(2))
    hs = [network.start(2)]
    for t in range(5):
        hs.append(torch.tanh(xs[:, t] @ network.w + hs[-1] @ network.u + network.b))
    grad = torch.cos(torch.arange(1.0, 5)).expand(2, 4)
    norms = [grad.norm(dim=1).mean()]
    for h in reversed(hs[2:]):  # the product of Jacobians, by hand
        grad = (grad * (1 - h**2)) @ network.u.T
        norms.insert(0, grad.norm(dim=1).mean())
    torch.testing.assert_close(
        torch.tensor(found), torch.stack(norms) / norms[-1], atol=1e-6, rtol=1e-4
    )


def test_gradients_vanish_explode_and_pass_a_shut_gate():
    small, large = (
        gradient_through_time.random_strip("RNN", scale, steps=30)[0] for scale in (0.5, 3.0)
    )
    assert small < 1e-9 and large > 10
    half_open, shut = (
        gradient_through_time.random_strip("GRU", 1.0, keep, steps=30)[0] for keep in (0, 6)
    )
    assert half_open < 1e-3 and shut > 0.8


def test_strips_are_drawn_and_move():
    svg, alt = gradient_through_time.strips_picture({"net": [1e-9, 1e-4, 50.0, 1.0]}, "strips")
    assert "at step 1: 1·10⁻⁹" in words_in(svg) and "first of 4 steps" in alt
    assert [power_of_ten(x) for x in (0, 0.31, 41, 2e-7, 3e5)] == [
        "0",
        "0.31",
        "41",
        "2·10⁻⁷",
        "3·10⁵",
    ]
    sliders = gradient_through_time.ThroughTime(gru=True)
    seen = {sliders.out.value}
    for control, value in ((sliders.scale, 2.0), (sliders.keep, 5)):
        control.value = value
        seen.add(sliders.out.value)
    assert len(seen) == 3 and "GRU" in sliders.out.value
    assert gradient_through_time.ThroughTime().keep is None


# --- recall


def test_the_game_asks_for_the_first_letter():
    ids, answers = recall_game.texts(4, 50, torch.Generator().manual_seed(0))
    assert ids.shape == (50, 6) and torch.equal(ids[:, 0], answers)
    assert (ids[:, -1] == recall_game.ASK).all() and (ids[:, :-1] < recall_game.LETTERS).all()


@pytest.mark.parametrize("kind", ["RNN", "GRU", "Transformer"])
def test_every_player_learns_the_nearest_distance(kind):
    right, steps, model = recall_game.played(kind, 2, seed=0)
    assert right > 0.9 and 5 <= steps < recall_game.STEPS
    assert recall_game.share_right(model, 2, seed=0) == right
    fresh, _ = recall_game.player(kind, 2, seed=0)
    assert recall_game.share_right(fresh, 2, seed=0) < 0.5


def test_copies_can_be_shown_backwards():
    forwards, back = (
        recall_game.copies(3, 4, torch.Generator().manual_seed(1), b) for b in (False, True)
    )
    assert torch.equal(forwards[:, :3], forwards[:, 4:]) and torch.equal(
        back[:, :3].flip(1), back[:, 4:]
    )
    assert torch.equal(forwards[:, 4:], back[:, 4:]) and (forwards[:, 3] == recall_game.ASK).all()


def test_copying_is_scored_by_place(monkeypatch):
    monkeypatch.setattr(recall_game, "STEPS", 120)
    shares, nats = recall_game.copied("GRU", 2, backwards=False)
    assert len(shares) == 2 and min(shares) > 0.5 and nats < math.log(recall_game.LETTERS)
    figure, alt = copy_order.copies_picture(
        {"shown forwards": [[0.1, 0.2]], "shown backwards": [[0.9, 0.3], [0.7, 0.5]]}
    )
    assert to_svg(figure, alt).startswith("<svg") and "shown backwards: 80%, 40%" in alt


def test_a_person_plays():
    game = recall_play.RecallPlay(seed=3)
    first = game.text[0]
    assert len(game.text) == 1 + 3 and not game.asking
    game.press((first + 1) % recall_game.LETTERS)
    assert game.place == 0, "a wrong key changes nothing"
    for letter in game.text:
        game.press(letter)
    assert game.asking and "Which letter came first?" in game.shown.value
    game.keys[first].click()
    assert game.scores == {(1, 3): [1, 1]} and "✓" in game.shown.value
    game.press(first)
    assert game.scores == {(1, 3): [1, 1]}, "over is over"
    game.first.value = 3
    game.distance.value = 6
    assert len(game.text) == 3 + 6
    game.typed.value = "".join(recall_play.NAMES[i] for i in game.text)
    assert game.asking and game.typed.value == ""
    for letter in reversed(game.text[:3]):
        game.press(letter)
    right = game.text[:3] == game.text[:3][::-1]
    assert game.scores[3, 6] == [int(right), 1]


def test_recall_is_drawn():
    figure, alt = recall_play.recall_picture(
        {"RNN": {4: [1.0, 0.5], 8: [0.1, 0.1]}, "Transformer": {4: [1.0], 8: [1.0]}}
    )
    assert to_svg(figure, alt).startswith("<svg") and "RNN: 75% at 4, 10% at 8" in alt


# --- gates


def test_gates_are_those_that_make_torchs_state():
    network = RecurrentLM("GRU", vocab_size=5, width=3, state=4, seed=1)
    ids = torch.tensor([[1, 2, 3, 4], [0, 0, 2, 1]])
    first, later = gru_gates.shut(network, ids)
    layer, z_ = torchs(network), slice(4, 8)
    with torch.no_grad():
        states = layer(network.wte[ids])[0]
        before = torch.cat([torch.zeros(2, 1, 4), states[:, :-1]], dim=1)
        z = torch.sigmoid(
            F.linear(network.wte[ids], layer.weight_ih_l0[z_], layer.bias_ih_l0[z_])
            + F.linear(before, layer.weight_hh_l0[z_])
        ).mean(0)
    assert later == sorted(later)
    torch.testing.assert_close(torch.tensor(later), z[1:3].mean(0).sort().values)
    torch.testing.assert_close(torch.tensor(first), z[0][z[1:3].mean(0).argsort()])
    svg, alt = gru_gates.gates_picture([0.5, 0.7], [0.6, 0.99])
    assert "0.50 to 0.70" in words_in(svg) and "1 of 2 above 0.95" in alt


# --- sentences


@pytest.fixture(scope="module")
def data():
    return unseen_combinations.Combinations(Web(), n_facts=20, n_train=200, n_test=40)


def test_rows_and_batches_hold_every_sentence_once(data):
    rows = recurrent_lm.rows_of(data, data.train[:5])
    for row, sentence in zip(rows, data.train):
        n = len(sentence.words)
        assert (
            row[0] == 0
            and torch.equal(row[1 : n + 1], data.ids(sentence.words))
            and (row[n + 1 :] == recurrent_lm.NOTHING).all()
        )
    whole = recurrent_lm.rows_of(data, data.train)
    cut = recurrent_lm.batches(whole, 2, seed=0)
    words = sum(len(s.words) for s in data.train)
    assert sum(int((part[:, 1:] != recurrent_lm.NOTHING).sum()) for part in cut) == 2 * words
    assert all((part != recurrent_lm.NOTHING).any(dim=0).all() for part in cut)


def test_the_window_sees_eight_words_and_the_states_see_all(data):
    ids = torch.randint(len(data.vocabulary), (1, 12), generator=torch.Generator().manual_seed(0))
    other = ids.clone()
    other[0, 2] = (ids[0, 2] + 1) % len(data.vocabulary)
    for kind, reaches in (("window of 8", 9), ("RNN", 11), ("GRU", 11)):
        model = recurrent_lm.reader(kind, len(data.vocabulary))
        with torch.no_grad():
            moved = (model(ids) != model(other)).any(-1)[0].nonzero().flatten().tolist()
        assert moved == list(range(2, reaches + 1))


@pytest.mark.parametrize("kind", ["window of 8", "RNN", "GRU"])
def test_reading_lowers_the_loss(data, kind):
    model = recurrent_lm.reader(kind, len(data.vocabulary))
    before = recurrent_lm.by_place(model, data, data.seen)
    words = recurrent_lm.learn(model, data, epochs=2)
    after = recurrent_lm.by_place(model, data, data.seen)
    assert words == 2 * sum(len(s.words) for s in data.train) and after[0] < before[0] - 0.5
    assert min(after[1:]) <= after[0] <= max(after[1:])
    figure, alt = recurrent_lm.places_picture({kind: after}, "test")
    assert to_svg(figure, alt).startswith("<svg") and f"{kind}: {after[1]:.2f}" in alt


# --- order and time


def test_the_longest_chain():
    x = torch.ones(2, requires_grad=True)
    assert sequential_cost.longest_chain(x * 2) == 2  # the leaf's own node and the product
    assert sequential_cost.longest_chain((x * 2).exp() + x) == 4
    rnn, transformer = sequential_cost.model_of("RNN"), sequential_cost.model_of("Transformer")
    a, b, c = (sequential_cost.chain(rnn, n) for n in (8, 16, 24))
    assert b - a == c - b > 8 and sequential_cost.chain(transformer, 8) == sequential_cost.chain(
        transformer, 24
    )


def test_slopes_and_seconds_are_drawn():
    assert sequential_cost.slope({n: 3 * n**2 for n in (2, 4, 32)}) == pytest.approx(2)
    assert sequential_cost.slope(dict.fromkeys((2, 4, 8), 5)) == pytest.approx(0)
    model = sequential_cost.model_of("GRU")
    took = sequential_cost.seconds({"GRU": model}, lengths=(2, 8), times=2)
    assert set(took["GRU"]) == {2, 8} and min(took["GRU"].values()) > 0
    figure, alt = sequential_cost.cost_picture(
        {"GRU": {2: 10, 8: 40}}, {"GRU": {2: 0.001, 8: 0.004}}
    )
    assert to_svg(figure, alt).startswith("<svg") and "slopes 1.00 and 1.00" in alt


# --- the kept state


def test_the_state_with_its_history_is_refused_kept_or_cut():
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        list(retained_graph.laps(2))
    kept, cut = list(retained_graph.laps(4, retain=True)), list(retained_graph.laps(4, detach=True))
    grows = [b.back - a.back for a, b in zip(kept, kept[1:])]
    assert len(set(grows)) == 1 and grows[0] > retained_graph.STEPS
    held = [b.kept - a.kept for a, b in zip(kept, kept[1:])]
    assert len(set(held)) == 1 and held[0] > retained_graph.STEPS * retained_graph.TEXTS
    assert len({lap.back for lap in cut}) == 1 and {lap.kept for lap in cut} == {0}
    figure, alt = retained_graph.laps_picture({"retain_graph=True": kept, "h.detach()": cut})
    assert to_svg(figure, alt).startswith("<svg") and f"{kept[-1].kept:,}" in alt


def test_times_longer_takes_the_fastest_of_each_end():
    run = [retained_graph.Lap(seconds, 0, 0) for seconds in (9, 2, 5, 8, 6, 9)]
    assert retained_graph.times_longer(run, n=2) == 3
