"""The town: the same seed gives the same log, news travels by telling alone, and nobody is in two places."""

import json
from collections import Counter

import pytest

from gptlab.agent_town import sentences as s
from gptlab.agent_town.diary import diary, guests, summary
from gptlab.agent_town.interviews import NEVER_HAPPENED, all_interviews, ask
from gptlab.agent_town.places import SPOTS, WORKPLACES, home_spot
from gptlab.agent_town.residents import HOME, STEPS_A_DAY, plan_day, residents
from gptlab.agent_town.speaker import town_model
from gptlab.agent_town.town import Town
from gptlab.world import town_names


@pytest.fixture(scope="module")
def town():
    town = Town(seed=3, days=1)
    town.run()
    return town


def test_same_seed_same_log_bit_for_bit(town):
    again = Town(seed=3, days=1)
    assert again.run().to_json() == town.log.to_json()


def test_another_seed_is_another_town(town):
    other = Town(seed=4, days=1)
    for _ in range(4):
        other.step()
    assert other.log.positions[:4] != town.log.positions[:4]


def test_there_are_25_residents_each_with_a_home_and_work(town):
    assert len(town.residents) == len({one.name for one in town.residents}) == 25
    assert len({one.home for one in town.residents}) == 25
    assert {one.workplace for one in town.residents} <= set(s.PLACES)
    assert {name[0] for name in town.by_name} == set("ABCDEFGHIJKLMNOPQRSTUVWXY")  # on the map


def test_every_job_has_a_place_and_every_place_a_spot():
    assert {english for english, _ in town_names.JOBS} == set(WORKPLACES)
    assert set(WORKPLACES.values()) <= set(SPOTS) == set(s.PLACES)
    spots = [home_spot(english) for english, _ in town_names.STREETS]
    assert len(set(spots)) == len(town_names.STREETS)


def test_nobody_is_in_two_places_or_in_none(town):
    for where in town.log.positions:
        assert set(where) == set(town.by_name)
        assert set(where.values()) <= {*s.PLACES, HOME}
    for event in town.log.events:
        if event.kind in ("talk", "tell"):
            where = town.log.positions[town.log.hours.index(event.hour)]
            assert where[event.who] == where[event.other] == event.place != HOME


def test_nobody_talks_with_two_at_once(town):
    talking = Counter()
    for event in town.log.events:
        if event.kind == "talk":
            talking.update([(event.hour, event.who), (event.hour, event.other)])
    assert talking and set(talking.values()) == {1}


@pytest.mark.parametrize("what", ["party", "mayor"])
def test_news_travels_by_telling_alone(town, what):
    news = next(news for news in town.log.news if news.what == what)
    learnt = town.log.learnt(what)
    for name, (hour, teller, _) in learnt.items():
        if name == news.host:
            assert not teller
            continue
        assert learnt[teller].hour < hour
        assert any(
            e.kind == "talk" and e.hour == hour and {e.who, e.other} == {teller, name}
            for e in town.log.events
        )
    for one in town.residents:
        holds = any(s.told(m.text)[1] == str(news) for m in one.stream.memories)
        assert holds == (one.name in learnt)


def test_the_share_that_knows_never_falls_and_ends_with_those_who_learnt(town):
    for what in ("party", "mayor"):
        shares = town.log.share_knowing(what)
        assert shares == sorted(shares) and len(shares) == STEPS_A_DAY
        assert shares[-1] == len(town.log.learnt(what)) / 25


def test_news_reaches_others(town):
    assert max(len(town.log.learnt(what)) for what in ("party", "mayor")) > 5


def test_a_plan_begins_and_ends_at_home_and_holds_the_work():
    town = Town(seed=0, days=1)
    for one in residents(town.rng):
        plan = plan_day(one, town.rng)
        assert len(plan) == STEPS_A_DAY and plan[0] == HOME == plan[-1]
        assert plan.count(one.workplace) >= 12


def test_memories_are_in_the_order_of_time_and_rated(town):
    for one in town.residents:
        hours = [memory.hour for memory in one.stream.memories]
        assert hours == sorted(hours)
        assert all(1 <= memory.importance <= 10 for memory in one.stream.memories)
        assert all(memory.last_used >= memory.hour for memory in one.stream.memories)


def test_asking_changes_nothing(town):
    before = [m.last_used for m in town.by_name["Anna"].stream.memories]
    said, read = ask(town, "Anna", s.do_you_know("party"))
    assert said and 1 <= len(read) <= 4
    assert before == [m.last_used for m in town.by_name["Anna"].stream.memories]


def test_interviews_count_every_resident_once(town):
    found = all_interviews(town)
    assert s.do_you_know(NEVER_HAPPENED) in found and len(found) == 5
    for tally in found.values():
        assert sum(vars(tally).values()) == 25
    for what, question in (("party", s.where_is("party")), ("mayor", s.who_wants("mayor"))):
        tally = found[question]
        knew = tally.knew_right + tally.knew_false + tally.knew_silent
        assert knew == len(town.log.learnt(what))


def test_the_guests_planned_to_come_and_are_there(town):
    there = guests(town.log)
    party = town.log.news[0]
    hour = float(party.clock.split(":")[0])
    where = town.log.positions[town.log.hours.index(hour)]
    assert all(where[name] == party.place for name in there)
    assert set(there) <= {e.who for e in town.log.events if e.kind == "plan"}


def test_diary_and_summary_say_what_the_log_says(town):
    lines = list(diary(town.log))
    assert lines and all(line.startswith("day 1, ") for line in lines)
    shown = "\n".join(summary(town.log, all_interviews(town)))
    assert f"{len(town.log.learnt('party'))} of 25 know it" in shown


def test_the_log_can_be_kept(town, tmp_path):
    town.log.save(tmp_path / "town.json")
    kept = json.loads((tmp_path / "town.json").read_text(encoding="utf-8"))
    assert kept["seed"] == 3 and len(kept["positions"]) == STEPS_A_DAY
    assert len(kept["events"]) == len(town.log.events)


def test_too_few_days_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        Town(days=0)


def test_the_models_answers_come_from_the_memories_it_reads():
    from gptlab.agent_town.speaker import Speaker

    speaker = Speaker(town_model())
    memories = "I saw Ben at the inn.\nKate told me: Rosa gives a concert at the church at six."
    asked = [(memories, question) for question in (s.where_is("concert"), s.who_gives("concert"))]
    assert speaker.say(asked) == ["At the church.", "Rosa."]
