"""A town's log in words: a diary of what happened, and a summary of who came to know the news."""

from collections.abc import Iterator

from gptlab.agent_town.interviews import Tally
from gptlab.agent_town.log import Event, TownLog, clock


def diary(log: TownLog) -> Iterator[str]:
    """A line for each thing worth telling: the first time that one hears news, reflections, plans, the event."""
    heard: set[tuple[str, str]] = set()
    for event in log.events:
        if event.kind == "tell":
            if (event.other, event.text) in heard:
                continue
            heard.add((event.other, event.text))
        line = _line(event)
        if line:
            yield f"{clock(event.hour)}  {line}"


def _line(event: Event) -> str:
    if event.kind == "tell":
        wrong = "" if event.true else "   [not so]"
        return f"{event.who} to {event.other}, {event.place}: {event.text}{wrong}"
    if event.kind == "reflect":
        return f"{event.who} reflects: {event.text}"
    if event.kind == "plan":
        return f"{event.who} means to go to the {event.text}"
    return ""


def summary(log: TownLog, interviews: dict[str, Tally]) -> list[str]:
    """How many know the news, how often it was said wrongly, who came, and what residents say when asked."""
    lines = []
    for news in log.news:
        told = [e for e in log.events if e.kind == "tell" and e.news == news.what]
        wrong = len(log.distorted(news.what))
        lines.append(
            f"{news}  {len(log.learnt(news.what))} of {len(log.homes)} know it; "
            f"told {len(told)} times, {wrong} of them wrongly"
        )
    lines.append(f"at the {log.news[0].place} at {log.news[0].hour}: {len(guests(log))} residents")
    lines += [f"{question:32} {told_by(tally)}" for question, tally in interviews.items()]
    return lines


def guests(log: TownLog) -> list[str]:
    """Who was where the event is said to be, at its hour, having planned to come."""
    event = log.news[0]
    planned = {e.who: e.hour for e in log.events if e.kind == "plan" and e.place == event.place}
    hour = next(
        (at for at in log.hours if clock(at).endswith(event.clock) and at > 24 * (log.days - 1)),
        None,
    )
    if hour is None:
        return []
    where = log.positions[log.hours.index(hour)]
    return [name for name in planned if where[name] == event.place]


def told_by(tally: Tally) -> str:
    """A tally in words."""
    knew = tally.knew_right + tally.knew_false + tally.knew_silent
    others = tally.others_right + tally.others_false + tally.others_honest
    return (
        f"of {knew} who knew: {tally.knew_right} right, {tally.knew_false} wrong, "
        f"{tally.knew_silent} silent; of {others} who did not: {tally.others_honest} say so, "
        f"{tally.others_right} right, {tally.others_false} wrong"
    )
