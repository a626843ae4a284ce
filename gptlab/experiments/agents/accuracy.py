"""How often an answer is right: by heart, with a tool, with one that cannot help, and by how often a fact is stated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from gptlab import agents
from gptlab.agents import ACTION, OBSERVATION, QUESTION
from gptlab.engine.assistant import Assistant
from gptlab.engine.chat_settings import GREEDY
from gptlab.engine.evaluate.replies import ask
from gptlab.experiments.agents.tasks import Task, Tasks
from gptlab.experiments.agents.together import run_together
from gptlab.experiments.agents.tool_model import write_many
from gptlab.world.facts import LANGUAGES, Fact
from gptlab.world.web import Web

MAX_STEPS = 4
Tools = dict[str, Callable[[str], str]]
TEST_SEED = 916


@dataclass(frozen=True)
class Share:
    """A share of right answers, with its 95 % interval (Wilson 1927)."""

    right: int
    n: int

    @property
    def mean(self) -> float:
        """The share itself."""
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval, z = 1.96."""
        z = 1.96
        middle = (self.mean + z * z / (2 * self.n)) / (1 + z * z / self.n)
        half = (
            z
            / (1 + z * z / self.n)
            * sqrt(self.mean * (1 - self.mean) / self.n + z * z / (4 * self.n * self.n))
        )
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.mean:4.0%} ({low:.0%} to {high:.0%})"


def share(hits: Sequence[bool]) -> Share:
    """Right answers among all."""
    return Share(sum(hits), len(hits))


def runs(
    assistant: Assistant, tasks: Sequence[Task], tools: Tools, max_steps: int = MAX_STEPS
) -> list[tuple[str | None, str]]:
    """`agents.react_loop` on every task: answers and transcripts."""

    def job(task: Task) -> Callable:
        return lambda model: agents.react_loop(model, task.question, tools, max_steps)

    return run_together([job(task) for task in tasks], lambda texts: write_many(assistant, texts))


def is_right(task: Task, answer: str | None) -> bool:
    """Whether an answer is the task's, apart from capitals and the full stop."""
    if answer is None:
        return False
    return _plain(answer) == _plain(task.answer)


def states(task: Task, reply: str) -> bool:
    """Whether a free reply names the task's answer."""
    if task.kind == "sum":
        words = "".join(c if c.isdigit() or c == "-" else " " for c in reply).split()
        return _plain(task.answer) in words
    return _plain(task.answer) in _plain(reply)


def _plain(text: str) -> str:
    return text.strip().rstrip(".。").lower().removeprefix("the ")


def by_heart(assistant: Assistant, tasks: Sequence[Task]) -> list[bool]:
    """Right answers of a chat model that has no tools."""
    questions = [task.question for task in tasks]
    return [
        states(task, reply.text)
        for task, reply in zip(tasks, assistant.replies(questions, temperature=GREEDY), strict=True)
    ]


def with_tools(assistant: Assistant, tasks: Sequence[Task], tools: Tools) -> list[bool]:
    """Right answers of a tool model in the loop."""
    found = runs(assistant, tasks, tools)
    return [is_right(task, answer) for task, (answer, _) in zip(tasks, found, strict=True)]


def sums(web: Web, n: int, digits: tuple[int, int] = (2, 4), seed: int = TEST_SEED) -> list[Task]:
    """Sums that no demonstration holds, half of them in each language."""
    maker = Tasks(web, seed)
    return [maker.sum(LANGUAGES[i % 2], digits) for i in range(n)]


def questions_about(web: Web, facts: Sequence[Fact], seed: int = TEST_SEED) -> list[Task]:
    """One question about each fact in each language."""
    maker = Tasks(web, seed)
    return [maker.about(fact, lang) for fact in facts for lang in LANGUAGES]


def invented(assistant: Assistant, tasks: Sequence[Task], tools: Tools) -> list[str]:
    """What a model's first turn does after its action: "stops", "invents, right", "invents, wrong" or "something else".

    An invention is right where the tool would have returned the same.
    """
    starts = [f"{QUESTION} {task.question}\n" for task in tasks]
    return [_after_action(text, tools) for text in write_many(assistant, starts)]


def _after_action(written: str, tools: Tools) -> str:
    lines = written.split("\n")
    place = next((i for i, line in enumerate(lines) if line.startswith(ACTION)), len(lines))
    rest = [line for line in lines[place + 1 :] if line]
    if not rest:
        return "stops"
    if not rest[0].startswith(OBSERVATION):
        return "something else"
    told = rest[0].removeprefix(OBSERVATION).strip()
    action = agents.parse_action(lines[place])
    return "invents, right" if told == agents.observe(action, tools) else "invents, wrong"
