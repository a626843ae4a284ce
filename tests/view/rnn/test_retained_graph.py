"""What each batch costs, drawn."""

from gptlab.experiments.rnn.retained_graph import BatchCost
from gptlab.view.kit.style import to_svg
from gptlab.view.rnn import retained_graph


def test_batch_costs_are_drawn():
    kept = [BatchCost(0.1, 50, 1000), BatchCost(0.2, 90, 12345)]
    cut = [BatchCost(0.1, 50, 0)] * 2
    runs = {"retain_graph=True": kept, "h.detach()": cut}
    figure, alt = retained_graph.batch_costs_picture(runs)
    assert to_svg(figure, alt).startswith("<svg") and "12,345" in alt
