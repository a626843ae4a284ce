"""The recall game for people, and how far each network gets."""

from gptlab.view.kit.style import to_svg
from gptlab.view.rnn import recall_game


def test_a_person_plays():
    game = recall_game.RecallGame(seed=3)
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
    game.typed.value = "".join(recall_game.NAMES[i] for i in game.text)
    assert game.asking and game.typed.value == ""
    for letter in reversed(game.text[:3]):
        game.press(letter)
    right = game.text[:3] == game.text[:3][::-1]
    assert game.scores[3, 6] == [int(right), 1]


def test_recall_is_drawn():
    figure, alt = recall_game.accuracy_picture(
        {"RNN": {4: [1.0, 0.5], 8: [0.1, 0.1]}, "Transformer": {4: [1.0], 8: [1.0]}}
    )
    assert to_svg(figure, alt).startswith("<svg") and "RNN: 75% at 4, 10% at 8" in alt
