"""Facts by how often pages state them, and what three ways of answering make of each group."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from gptlab import agents
from gptlab.engine.assistant import Assistant
from gptlab.experiments.agents.accuracy import (
    TEST_SEED,
    Share,
    by_heart,
    questions_about,
    share,
    with_tools,
)
from gptlab.experiments.agents.look_up import invented_facts, look_up_tool, tested, wrong_rows
from gptlab.world.facts import Fact
from gptlab.world.web import Web

CORPUS_MB = 60.0  # of the shipped model
SAMPLE_MB = 3.0  # pages that are counted
N_INVENTED = 40
CUTS = (0, 40, 80, 120, 160)  # places in the tested facts that pages state, the most popular first
BY_HEART, WITH_TOOL, WRONG_ROWS = "by heart", "with look_up", "wrong rows"


@dataclass(frozen=True)
class Group:
    """Facts that are stated about equally often."""

    name: str
    facts: list[Fact]


def times_stated(web: Web, megabytes: float = SAMPLE_MB) -> Counter[int]:
    """How often so many megabytes of pages state each fact, by its index."""
    counted: Counter[int] = Counter()
    read = 0
    for page in web.pages(seed=TEST_SEED):
        counted.update(fact.index for fact in page.stated)
        read += len(page.text.encode())
        if read >= megabytes * 1e6:
            return counted
    return counted


def groups(web: Web) -> list[Group]:
    """Tested facts in groups: from the most stated ones to those that no page states, then invented ones."""
    facts = tested(web)
    known = [fact for fact in facts if not fact.held_out]
    counted = times_stated(web)
    found = []
    for first, last in zip(CUTS, [*CUTS[1:], len(known)], strict=True):
        cut = known[first:last]
        times = fmean(counted[fact.index] for fact in cut) * CORPUS_MB / SAMPLE_MB
        found.append(Group(f"{_rounded(times)} times", cut))
    never = [fact for fact in facts if fact.held_out]
    return [*found, Group("never", never), Group("invented", invented_facts(N_INVENTED, TEST_SEED))]


def _rounded(times: float) -> str:
    """Two digits are enough for a count from a sample."""
    return f"{float(f'{times:.1e}'):,.0f}" if times >= 10 else f"{times:.0f}"


def compare(
    web: Web, chat_model: Assistant, tool_model: Assistant, found: Sequence[Group]
) -> dict[str, list[Share]]:
    """Right answers of each group: by heart, with `look_up`, and with a `look_up` whose rows are mixed up."""
    table = [
        *web.facts.facts,
        *(fact for group in found for fact in group.facts if fact.weight == 0),
    ]
    right = {"look_up": look_up_tool(table), "calculate": agents.calculate}
    wrong = right | {"look_up": look_up_tool(wrong_rows(table))}
    ways: dict[str, Callable] = {
        BY_HEART: lambda tasks: by_heart(chat_model, tasks),
        WITH_TOOL: lambda tasks: with_tools(tool_model, tasks, right),
        WRONG_ROWS: lambda tasks: with_tools(tool_model, tasks, wrong),
    }
    tasks = [questions_about(web, group.facts) for group in found]
    everything = [task for one in tasks for task in one]
    shares: dict[str, list[Share]] = {}
    for way, answer in ways.items():
        hits = answer(everything)
        shares[way] = []
        for one in tasks:
            shares[way].append(share(hits[: len(one)]))
            hits = hits[len(one) :]
    return shares
