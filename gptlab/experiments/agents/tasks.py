"""Questions that need a tool, and transcripts that demonstrate how to answer them.

sum     two numbers of up to four digits: calculate
fact    one fact: look_up
chain   a fact about somebody's best friend: look_up twice
read    a fact, with a passage that the program has put under the question already; some passages do not answer it
direct  what nobody can know, and what should be declined: no tool
failed  a look-up that finds nothing, or a tool that is not there: the answer is that one does not know
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from gptlab import agents
from gptlab.agents import ACTION, ANSWER, OBSERVATION, QUESTION, THOUGHT
from gptlab.experiments.agents.look_up import (
    INVENTED,
    NOTHING,
    Entry,
    invented_name,
    is_tested,
)
from gptlab.world.facts import LANGUAGES, Fact, Name, Subject
from gptlab.world.phrasings import MARKS, STOPS
from gptlab.world.questions import Question, Questions
from gptlab.world.reply_styles import ADMISSIONS, REFUSALS
from gptlab.world.tables import request_templates
from gptlab.world.web import Web

SHARES = {"sum": 0.22, "fact": 0.46, "chain": 0.05, "read": 0.21, "direct": 0.03, "failed": 0.03}
SIGNS = {  # how the question about a + b becomes another one
    "+": {"en": ("+", "+"), "zh": ("加", "加")},
    "-": {"en": ("+", "-"), "zh": ("加", "减")},
    "×": {"en": ("+", "×"), "zh": ("加", "乘")},
}
THOUGHTS = {  # a model of this size has no more to say before it acts
    "sum": Name("A sum.", "算一下。"),
    "fact": Name("A fact.", "查一下。"),
    "friend": Name("The friend first.", "先查朋友。"),
}
CHAINS = {
    "home": Name("Where does {s}'s best friend live", "{s}最好的朋友住在哪里"),
    "job": Name("What is the job of {s}'s best friend", "{s}最好的朋友做什么工作"),
    "pet": Name("Which pet does {s}'s best friend have", "{s}最好的朋友养什么宠物"),
}
NOT_HERE = {"en": "This is not in the text.", "zh": "文中没有。"}
N_PHRASINGS = 3  # in which passages state a fact
INVENTED_SHARE = 0.6  # of look-ups: about invented things
BORROWED_SHARE = 0.5  # of answers, there and elsewhere: another name from the little web, so that any can be copied


@dataclass(frozen=True)
class Task:
    """A question, what answers it, and a transcript that shows how.

    steps    (thought, action, observation) for each use of a tool
    passage  what the program put under the question
    fact     what a look-up is about
    """

    kind: str
    lang: str
    question: str
    answer: str
    steps: tuple[tuple[str, str, str], ...] = ()
    passage: str = ""
    fact: Fact | None = None

    @property
    def transcript(self) -> str:
        """The demonstration, as `agents.react_loop` would leave it."""
        lines = [f"{QUESTION} {self.question}"]
        lines += [f"{OBSERVATION} {self.passage}"] if self.passage else []
        for thought, action, observation in self.steps:
            lines += [f"{THOUGHT} {thought}", f"{ACTION} {action}", f"{OBSERVATION} {observation}"]
        return "\n".join([*lines, f"{ANSWER} {self.answer}", ""])


class Tasks:
    """Draws tasks on one web. Facts that are kept for the test appear in none but `about`."""

    def __init__(self, web: Web, seed: int = 0):
        self.web = web
        self.rng = random.Random(f"gptlab tools {seed}")
        self.asked = Questions(web)
        self.facts = [fact for fact in web.facts.facts if not is_tested(fact)]
        self.makers: dict[str, Callable[[str], Task]] = {
            "sum": self.sum,
            "fact": lambda lang: self.about(self.some_fact(), lang),
            "chain": lambda lang: self.chain(*self.some_friends(), lang),
            "read": self.read,
            "direct": self.direct,
            "failed": self.failed,
        }

    def draw(self, n: int, shares: dict[str, float] = SHARES) -> list[Task]:
        """n tasks of all kinds, to learn from."""
        kinds = self.rng.choices(list(shares), list(shares.values()), k=n)
        return [self.makers[kind](self.rng.choice(LANGUAGES)) for kind in kinds]

    def sum(self, lang: str, digits: tuple[int, int] = (1, 4)) -> Task:
        """A sum, a difference or a product of two numbers."""
        sign = self.rng.choice(list(SIGNS))
        a, b = (self.rng.randint(*self._range(digits)) for _ in range(2))
        template = self.rng.choice(request_templates("sum", lang))
        question = template.replace(*SIGNS[sign][lang]).format(a=a, b=b) + MARKS[lang]
        result = agents.calculate(f"{a} {sign} {b}")
        step = (THOUGHTS["sum"][lang], f"calculate[{a} {sign} {b}]", result)
        return Task("sum", lang, question, result + STOPS[lang], (step,))

    def _range(self, digits: tuple[int, int]) -> tuple[int, int]:
        n = self.rng.randint(*digits)
        return (10 ** (n - 1) if n > 1 else 0), 10**n - 1

    def some_fact(self) -> Fact:
        """A fact that is not kept for the test; often an invented one, sometimes one with another answer."""
        if self.rng.random() < INVENTED_SHARE:
            return self.invented()
        fact = self.rng.choice(self.facts)
        return replace(fact, answer=self._borrowed(fact.relation) or fact.answer)

    def invented(self) -> Fact:
        """A fact about an invented country; what it says of it may be a real name."""
        subject = Subject(invented_name(self.rng), "country", 0)
        relation = self.rng.choice(INVENTED)
        return Fact(subject, relation, self._borrowed(relation) or invented_name(self.rng), 0.0)

    def _borrowed(self, relation: str) -> Name | None:
        """What the little web says of somebody or something, for another subject; or nothing."""
        names = self.web.facts.answers[relation]
        return self.rng.choice(names) if self.rng.random() < BORROWED_SHARE else None

    def about(self, fact: Fact, lang: str, unseen: bool = False) -> Task:
        """A question about a fact, which one look-up answers; `unseen` in a phrasing that no page uses."""
        question = self.asked.about(fact, lang, self.rng, unseen).text
        step = self._look_up(fact, lang, THOUGHTS["fact"][lang])
        return Task("fact", lang, question, fact.answer[lang] + STOPS[lang], (step,), fact=fact)

    def some_friends(self) -> tuple[Fact, Fact]:
        """Who somebody's best friend is, and something about that friend; every other pair is invented."""
        if self.rng.random() < INVENTED_SHARE:
            one, other = (Subject(invented_name(self.rng), "person", 0) for _ in range(2))
            relation = self.rng.choice(list(CHAINS))
            answer = self.rng.choice(self.web.facts.answers[relation])
            return Fact(one, "friend", other.name, 0.0), Fact(other, relation, answer, 0.0)
        friends = [fact for fact in self.facts if fact.relation == "friend"]
        first = self.rng.choice(friends)
        about = [f for f in self.facts if f.subject.name == first.answer and f.relation in CHAINS]
        return (first, self.rng.choice(about)) if about else self.some_friends()

    def chain(self, first: Fact, second: Fact, lang: str) -> Task:
        """A question about somebody's best friend, which two look-ups answer."""
        question = CHAINS[second.relation][lang].format(s=first.subject.name[lang]) + MARKS[lang]
        steps = (
            self._look_up(first, lang, THOUGHTS["friend"][lang]),
            self._look_up(second, lang, THOUGHTS["fact"][lang]),
        )
        return Task("chain", lang, question, second.answer[lang] + STOPS[lang], steps, fact=second)

    def read(self, lang: str) -> Task:
        """A question with a passage of one to three sentences; one passage in five does not answer it."""
        fact = self.some_fact()
        found = self.rng.random() < 0.8
        others = [self.some_fact() for _ in range(self.rng.randint(0 if found else 1, 2))]
        told = [other for other in others if other.subject != fact.subject] + [fact] * found
        self.rng.shuffle(told)
        space = " " if lang == "en" else ""
        passage = space.join(self._sentence(one, lang) for one in told) or NOT_HERE[lang]
        answer = fact.answer[lang] + STOPS[lang] if found else NOT_HERE[lang]
        question = self.asked.about(fact, lang, self.rng).text
        return Task("read", lang, question, answer, passage=passage, fact=fact)

    def direct(self, lang: str) -> Task:
        """A question that no tool can answer."""
        kind = self.rng.choice(("unknowable", "improper"))
        question: Question = self.asked._question(kind, lang, self.rng, False)
        answer = self.rng.choice((ADMISSIONS if kind == "unknowable" else REFUSALS)[lang])
        return Task("direct", lang, question.text, answer)

    def failed(self, lang: str) -> Task:
        """A question about a fact that the tool does not find, or without that tool."""
        task = self.about(self.some_fact(), lang)
        ((thought, action, _),) = task.steps
        observation = self.rng.choice((NOTHING[lang], "there is no tool look_up"))
        answer = ADMISSIONS[lang][0]
        return replace(task, kind="failed", answer=answer, steps=((thought, action, observation),))

    def _look_up(self, fact: Fact, lang: str, thought: str) -> tuple[str, str, str]:
        entry = Entry(fact, lang)
        return thought, f"look_up[{entry.key}]", entry.sentence()

    def _sentence(self, fact: Fact, lang: str) -> str:
        return Entry(fact, lang).sentence(self.rng.randrange(N_PHRASINGS))
