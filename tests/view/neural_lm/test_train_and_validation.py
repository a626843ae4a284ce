"""The two losses over the epochs."""

from gptlab.view.neural_lm.train_and_validation import Measured, losses_picture, lowest

TURNS = [Measured(0, 4.0, 4.0), Measured(1, 2.0, 2.5), Measured(2, 1.0, 3.0)]
FALLS = [Measured(0, 4.0, 4.0), Measured(1, 2.0, 2.5)]


def test_the_lowest_validation_loss_is_found_and_told():
    assert lowest(TURNS) == TURNS[1] and lowest(FALLS) == FALLS[1]
    figure, alt = losses_picture({"few": TURNS, "many": FALLS}, "Losses")
    assert "few: training 4 → 1, validation 4 → 3, lowest 2.5 after 1 epochs" in alt
    assert "many: training 4 → 2, validation 4 → 2.5, lowest 2.5" in alt
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["few", "many"]
    labels = {text.get_text() for text in figure.axes[0].texts}
    assert labels == {"training", "validation"}
