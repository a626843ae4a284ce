"""The arena: games, votes, and ratings against what is known."""

import math

import pytest
import torch

from gptlab.course.labels import RANKED, SKIPPED, TIE, Label, key_of
from gptlab.engine.assistant import Reply
from gptlab.experiments.chat import arena, ratings
from gptlab.experiments.chat.arena import Game, Pool
from gptlab.experiments.reward.people import people
from gptlab.world.gold_labeler import GoldLabeler
from gptlab.world.questions import Question
from gptlab.world.web import Web

SUMS = [Question(f"How much is {n} + 1?", "en", "sum", answer=str(n + 1)) for n in range(12)]


@pytest.fixture(scope="module")
def gold():
    return GoldLabeler(Web())


@pytest.fixture(scope="module")
def pool(gold):
    """right answers always, wordy does too, wrong never."""
    said = [
        [Reply(f"{n + 1}.", True) for n in range(12)],
        [Reply(f"Happy to help! {n + 1}.", True) for n in range(12)],
        [Reply(f"{n + 2}.", True) for n in range(12)],
    ]
    scores = [[gold.score(q, *r) for q, r in zip(SUMS, one)] for one in said]
    return Pool(["right", "polite", "wrong"], SUMS, said, scores)


def strong(a, b, n, share):
    """n games of which a wins this share."""
    return [Game(i, a, b, float(i < share * n)) for i in range(n)]


def test_games_are_all_different_and_the_better_reply_wins(pool):
    games = arena.play(pool, 36, seed=4)
    assert len({(g.question, frozenset((g.a, g.b))) for g in games}) == 36 == arena.n_games(pool)
    assert {g.a for g in games} == {0, 1, 2}  # sides are drawn, too
    rank = ["wrong", "right", "polite"]
    for g in games:
        better = rank.index(pool.names[g.a]) > rank.index(pool.names[g.b])
        assert g.outcome == float(better)
    assert arena.play(pool, 9, seed=4) == games[:9] != arena.play(pool, 9, seed=5)


def test_equal_scores_are_a_draw_and_noise_lets_the_worse_one_win(pool):
    assert {g.outcome for g in arena.play(pool, 36, score=lambda p, q: 1.0)} == {0.5}
    noisy = arena.play(pool, 36, noise=1e6)
    assert 8 <= sum(g.outcome for g in noisy) <= 28
    assert {g.outcome for g in noisy} == {0.0, 1.0}


def test_blind_games_have_two_different_replies_and_no_pair_twice(pool, gold):
    twin = Pool(
        [*pool.names, "twin"], SUMS, [*pool.replies, pool.replies[0]], [*pool.gold, pool.gold[0]]
    )
    games = arena.blind_games(twin, 99)
    pairs = [arena.pair_of(twin, g) for g in games]
    assert len(games) >= 36
    assert all(one.replies[0] != one.replies[1] for one in pairs)
    keys = [key_of(one.question.text, one.replies) for one in pairs]
    assert len(set(keys)) == len(keys)


def test_a_filler_makes_one_player_more_who_says_the_same_and_longer(pool, gold):
    more = pool.with_filler("right", "padded", gold)
    assert more.names[-1] == "padded" and pool.names == ["right", "polite", "wrong"]
    assert all(b.text.startswith(a.text) for a, b in zip(more.replies[0], more.replies[-1]))
    assert sum(more.gold[-1]) < sum(more.gold[0])
    games = [Game(0, 3, 0, 1.0), Game(0, 0, 3, 0.0), Game(0, 1, 1, 0.5)]
    assert arena.longer_by(more, games)[0] == -arena.longer_by(more, games)[1] > 0.5
    assert arena.longer_by(more, games)[2] == 0


def test_votes_become_outcomes(pool, gold):
    game = Game(3, 2, 0, 0.5)
    question, replies = SUMS[3].text, arena.pair_of(pool, game).replies
    assert replies == ("5.", "4.")
    assert arena.voted(game, Label(question, replies, RANKED, (0, 1))).outcome == 1
    assert arena.voted(game, Label(question, replies, RANKED, (1, 0))).outcome == 0
    assert arena.voted(game, Label(question, replies, TIE)).outcome == 0.5
    assert arena.voted(game, Label(question, replies, SKIPPED)) is None
    games = arena.play(pool, 36)
    ada, ben, cleo = people(gold)
    assert arena.votes_of(cleo, pool, games) == games
    # both call right and wrong a tie; of the polite player's 24 games, Ben gives him all, Ada none
    assert arena.agreement(arena.votes_of(ben, pool, games), games) == (24, 24)
    assert arena.agreement(arena.votes_of(ada, pool, games), games) == (0, 24)


def test_elo_is_the_learners_update_game_by_game():
    history = ratings.elo([Game(0, 0, 1, 1.0), Game(0, 2, 0, 0.5)], 3)
    assert history[0] == [1000.0] * 3 and history[1] == [1016.0, 984.0, 1000.0]
    moved = 32 * (0.5 - 1 / (1 + 10 ** (16 / 400)))
    assert history[2] == pytest.approx([1016 - moved, 984.0, 1000 + moved])


@pytest.mark.parametrize("share", [0.5, 0.75, 0.9])
def test_bradley_terry_finds_the_odds(share):
    found, _ = ratings.bradley_terry(strong(0, 1, 4000, share), 2)
    expected = 400 * math.log10(share / (1 - share))
    assert float(found[0] - found[1]) == pytest.approx(expected, abs=1.0)
    assert float(found.mean()) == pytest.approx(1000)


def test_bradley_terry_knows_no_order_and_rates_even_who_lost_all():
    games = strong(0, 1, 8, 0.75) + strong(1, 2, 8, 1.0)
    found, _ = ratings.bradley_terry(games, 3)
    again, _ = ratings.bradley_terry(games[::-1], 3)
    assert torch.allclose(found, again, atol=0.1) and float(found[2]) > 0
    assert ratings.shuffled(games, 3, 30).std(dim=0).min() > 0
    halves = ratings.bradley_terry([Game(0, 0, 1, 0.5)] * 10, 2)[0]
    assert torch.allclose(halves, torch.full((2,), 1000.0, dtype=torch.float64), atol=1e-3)


def test_an_extra_column_takes_its_share():
    """Two equal players; the longer reply wins four of five games."""
    games, longer = [], []
    for i in range(400):
        x = 1.0 if i % 2 else -1.0
        games.append(Game(i, 0, 1, float((x > 0) == (i % 10 < 8))))
        longer.append(x)
    found, beta = ratings.bradley_terry(games, 2, longer)
    assert float(found[0] - found[1]) == pytest.approx(0, abs=2)
    assert beta == pytest.approx(400 * math.log10(4), rel=0.02)


def test_more_games_make_the_interval_narrower():
    def width(n):
        games = strong(0, 1, n, 0.6)
        found = ratings.resampled(games, lambda g: ratings.bradley_terry(g, 2)[0], 60)
        low, high = ratings.middle(found[:, :1] - found[:, 1:])[0]
        return high - low

    assert width(400) < 0.7 * width(100)


def test_middle_holds_95_of_100():
    columns = torch.stack([torch.arange(1001.0), -torch.arange(1001.0)], dim=1)
    assert ratings.middle(columns) == [(25.0, 975.0), (-975.0, -25.0)]


def test_a_ring_of_players_is_beyond_ratings():
    ring = [Game(0, i, (i + 1) % 3, float(n > 0)) for n in range(10) for i in range(3)]
    shares = ratings.win_shares(ring, 3)
    assert shares[0, 1] == pytest.approx(0.9) and shares[1, 0] == pytest.approx(0.1)
    assert shares[0, 0].isnan()
    found, _ = ratings.bradley_terry(ring, 3)
    assert torch.allclose(
        ratings.expected_shares(found), torch.full((3, 3), 0.5).double(), atol=1e-3
    )
