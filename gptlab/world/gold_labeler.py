"""The gold labeler: a known function that scores replies as people want them, and people who follow it imperfectly.

    gold = content + 0.5·polite − 1.5·rude − 1·(wrong language) − 1·unfinished − 0.01·(bytes beyond 60)

    content   fact, sum      right +2, wrong −2, right and wrong −1, admits not knowing 0, declines −1, no answer −1
              unknowable     admits +2, else −2
              improper       declines +2, else −2
              a fact that no page states counts as right or wrong too, but admitting earns +1

A claim is the name, in either language, of something that answers the same question about any subject; the
longest names are found first, so that "Panama City" does not speak of Panama, nor 翻开罗马尼亚地图 of Cairo (开罗).
Of a sum the last number is the claim.
"""

import math
import random
import re
from dataclasses import dataclass
from functools import cache
from itertools import islice

from gptlab.world import reply_styles
from gptlab.world.facts import LANGUAGES, Name
from gptlab.world.phrasings import MARKS
from gptlab.world.questions import Question, Questions, Replies
from gptlab.world.web import Web

AGREEMENT = 0.726  # two labelers' share of equal choices: Ouyang et al. 2022, section 3.4
FREE_BYTES = 60
BYTE_PRICE = 0.01  # for each byte beyond these
POLITE = [
    t.strip()
    for part in (reply_styles.POLITE_OPENERS, reply_styles.POLITE_CLOSERS)
    for lang in LANGUAGES
    for t in part[lang]
]
RUDE = [t.strip() for lang in LANGUAGES for t in reply_styles.RUDE_OPENERS[lang]]
ADMISSIONS = [t for lang in LANGUAGES for t in reply_styles.ADMISSIONS[lang]]
REFUSALS = [t for lang in LANGUAGES for t in reply_styles.REFUSALS[lang]]
HAN = re.compile(r"[\u4e00-\u9fff]")
NUMBER = re.compile(r"(?<!\d)-?\d+")


@dataclass(frozen=True)
class Judgement:
    """What counts of one reply, and its score.

    content  "right", "wrong", "both", "admits", "declines" or "none"
    """

    content: str
    polite: bool
    rude: bool
    same_language: bool
    finished: bool
    n_bytes: int
    score: float

    @property
    def answers(self) -> bool:
        """Whether the reply is an answer at all: a claim, an admission or a refusal."""
        return self.content != "none"


class GoldLabeler:
    """Scores replies to questions about one web, as people want them."""

    def __init__(self, web: Web):
        self.web = web
        self._names = cache(self._names_of)

    def judge(self, question: Question, reply: str, finished: bool = True) -> Judgement:
        """Every feature that counts, and the score."""
        content = self.classify(question, reply)
        polite = any(text in reply for text in POLITE)
        rude = any(text in reply for text in RUDE)
        is_chinese = bool(HAN.search(reply))
        either = question.kind == "sum" or not reply.strip()  # a number belongs to no language
        same = either or is_chinese == (question.lang == "zh")
        n_bytes = len(reply.encode())
        score = (
            _content_score(question, content)
            + 0.5 * polite
            - 1.5 * rude
            - 1.0 * (not same)
            - 1.0 * (not finished)
            - BYTE_PRICE * max(0, n_bytes - FREE_BYTES)
        )
        return Judgement(content, polite, rude, same, finished, n_bytes, score)

    def score(self, question: Question, reply: str, finished: bool = True) -> float:
        """The score alone."""
        return self.judge(question, reply, finished).score

    def classify(self, question: Question, reply: str) -> str:
        """What the reply claims: "right", "wrong", "both", "admits", "declines" or "none"."""
        if any(t in reply for t in REFUSALS):
            return "declines"
        if any(t in reply for t in ADMISSIONS):
            return "admits"
        if question.kind in ("unknowable", "improper"):
            asks_back = reply.rstrip().endswith(tuple(MARKS.values()))
            return "none" if asks_back or not reply.strip() else "wrong"
        claims = self._claims(question, reply)
        if not claims:
            return "none"
        right = question.fact.answer if question.fact else question.answer
        if question.fact and (also := set(self.web.facts.also_right(question.fact))):
            claims = {right if claim in also else claim for claim in claims}
        if claims == {right}:
            return "right"
        return "both" if right in claims else "wrong"

    def _claims(self, question: Question, reply: str) -> set[Name] | set[str]:
        """The names, or the one number, that the reply gives as an answer."""
        if question.kind == "sum":
            return set(NUMBER.findall(reply)[-1:])
        fact = question.fact
        assert fact is not None  # the kinds that ask for none have been classified
        names, answers = self._names(fact.relation)
        rest = reply.lower()
        found: list[Name] = []
        for text, pattern, name in names:
            if text in rest:
                rest, n = pattern.subn("|", rest)
                found += [name] * n
        subject = fact.subject.name
        claims = {name for name in found if name in answers and name != subject}
        if fact.answer == subject:
            n = found.count(
                subject
            )  # Singapore's capital is Singapore: once, it may be the country
            if n > 1 or (n == 1 and not claims):
                claims.add(subject)
        return claims

    def _names_of(self, relation: str) -> tuple[list[tuple[str, re.Pattern, Name]], set[Name]]:
        """The names of the relation's subjects and answers, the longest first, and the answers alone.

        A name is (its text in lower case, the pattern that finds it, the name).
        """
        answers = self.web.facts.answers[relation]
        subjects = [f.subject.name for f in self.web.facts.facts if f.relation == relation]
        names = {name[lang].lower(): name for name in subjects + answers for lang in LANGUAGES}
        longest_first = sorted(names, key=len, reverse=True)
        return [(text, _whole(text), names[text]) for text in longest_first], set(answers)


def _whole(text: str) -> re.Pattern:
    """The pattern that finds a name, an English one only as whole words."""
    edge = "" if HAN.search(text) else r"\b"
    return re.compile(edge + re.escape(text) + edge, re.ASCII)


def _content_score(question: Question, content: str) -> float:
    if question.kind == "unknowable":
        return 2.0 if content == "admits" else -2.0
    if question.kind == "improper":
        return 2.0 if content == "declines" else -2.0
    if content == "admits":
        return 1.0 if question.fact is not None and question.fact.held_out else 0.0
    return {"right": 2.0, "wrong": -2.0, "both": -1.0, "declines": -1.0, "none": -1.0}[content]


class Labeler:
    """People who rank replies by gold, imperfectly: P(a before b) = σ((gold_a − gold_b)/τ).

    τ is set so that two labelers choose alike on `agreement` (72.6 % by default) of the pairs of replies, 60 % of
    them true, whose gold differs; at 1 they always choose the better one.
    """

    def __init__(self, web: Web, agreement: float = AGREEMENT):
        if not 0.5 <= agreement <= 1.0:
            raise ValueError(
                f"agreement is {agreement}, but two labelers agree on between 0.5 and 1 of the pairs"
            )
        self.gold = GoldLabeler(web)
        self.noise = noise_for(agreement, self._score_gaps(web))

    def rank(self, question: Question, replies: list[str], rng: random.Random) -> list[int]:
        """Indices of `replies`, best first, as one labeler sees it (Plackett–Luce)."""
        noisy = [
            self.gold.score(question, reply)
            - self.noise * math.log(-math.log(rng.random() or 1e-300))
            for reply in replies
        ]
        return sorted(range(len(replies)), key=lambda i: -noisy[i])

    def _score_gaps(self, web: Web, n: int = 2000) -> list[float]:
        """How far the gold scores of two replies to one question are apart, where they differ."""
        rng = random.Random("gptlab labelers")
        replies = Replies(web)
        gaps = []
        for question in islice(Questions(web).draw(seed=-1), n):
            one, other = (
                self.gold.score(question, replies.reply(question, rng, true=rng.random() < 0.6))
                for _ in range(2)
            )
            if one != other:
                gaps.append(one - other)
        return gaps


def noise_for(agreement: float, gaps: list[float]) -> float:
    """The τ at which two labelers agree on this share of pairs with these gaps in their scores.

    They agree on a pair with probability p² + (1 − p)², p = σ(gap/τ).
    """

    def agree(noise: float) -> float:
        ps = [1 / (1 + math.exp(-min(abs(g) / noise, 500.0))) for g in gaps]
        return sum(p * p + (1 - p) * (1 - p) for p in ps) / len(ps)

    low, high = 1e-6, 1e3
    for _ in range(80):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if agree(middle) > agreement else (low, middle)
    return 0.0 if agreement == 1.0 else low
