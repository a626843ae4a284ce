"""The reader's own GPT on its staircase, the first steps of pre-LN and post-LN, the taps of the lens."""

from gptlab.experiments.transformer.first_steps import FirstSteps
from gptlab.experiments.transformer.pre_vs_post_norm import POST, PRE
from gptlab.view.transformer.first_steps import changes_picture, collapse_picture
from gptlab.view.transformer.logit_lens import lens_taps_picture
from gptlab.view.transformer.own_gpt import staircase_picture
from tests.support.loud_assistant import loud_assistant
from tests.support.pictures import words_in

RUNGS = {
    "every token alike": 7.2,
    "tokens by frequency": 5.6,
    "your bigram": 2.0,
    "exact floor": 0.7,
}


def test_the_staircase_has_its_rungs_and_dots():
    losses = [7.0 - 0.01 * i for i in range(400)]
    figure, alt = staircase_picture(losses, RUNGS, {0: 7.5, 400: 3.0})
    assert "after 0 steps 7.50; after 400 steps 3.00" in alt and "exact floor 0.70" in alt
    written = [text.get_text() for text in figure.axes[0].texts]
    assert "your bigram 2.00" in written and "3.00" in written


def test_first_steps_are_drawn():
    changes = {PRE: {2: 0.01, 4: 0.02}, POST: {2: 0.02, 4: 0.09}}
    figure, alt = changes_picture(changes, "one step")
    assert "post-LN: 2 % with 2, 9 % with 4 layers" in alt
    runs = {
        PRE: FirstSteps([0.5, 0.9, 0.6], [0.2, 0.1]),
        POST: FirstSteps([0.8, 1, 1], [0.001, 0.2]),
    }
    figure, alt = collapse_picture(runs)
    assert "post-LN: likeness 0.80 before, 1.000 after 2 steps" in alt
    assert len(figure.axes) == 2


def test_the_taps_of_the_lens():
    svg, alt = lens_taps_picture(loud_assistant(), "abc")
    assert words_in(svg).count("last norm") == 3 == words_in(svg).count("head")
    assert alt.count("%") == 3 and "after L1" in alt
    asked, said = lens_taps_picture(loud_assistant(), "abc", answers=False)
    assert words_in(asked).count("?") == 2 and "After the last layer it says" in said
