"""Language models of one world side by side: what each writes, and how much of it is true.

The world knows every true sentence, so each sentence that a model writes is true, false (well formed, but not so)
or no sentence of this world. B batch, T time, V vocabulary.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from gptlab import ngram, sampling
from gptlab.course.lesson import fill_other_lessons
from gptlab.engine.config import GPTConfig
from gptlab.engine.hardware import one_thread
from gptlab.engine.model.gpt import GPT
from gptlab.experiments.rnn import recurrent_lm
from gptlab.experiments.unseen_combinations import LANG, MARK, Combinations, templates_of
from gptlab.world.facts import Fact
from gptlab.world.web import Web

END = "."
MOST_WORDS = 24  # of a sentence; the longest of the web have fewer
VERDICTS = ("true", "false", "no sentence")
RELATIONS = ("capital", "currency", "language", "mountain")
N_COUNTRIES = 12
EPOCHS = 4
STEPS_WATCHED = (
    0,
    25,
    100,
    200,
    500,
)  # 500 is the last of `EPOCHS` on the sentences of `few_countries`
TEMPERATURES = (0.5, 1.0)
LARGER = 8.0  # times as large as GPT-2's are the Transformer's first vectors: it has few steps to learn in


def few_countries(web: Web, n_train: int = 8000, n_test: int = 600) -> Combinations:
    """Sentences about a few well known countries, with four facts of each: both words matter for an answer."""
    by_subject: dict[str, list[Fact]] = {}
    for fact in web.facts.known:
        if fact.relation in RELATIONS:
            by_subject.setdefault(fact.subject.name[LANG], []).append(fact)
    complete = [facts for facts in by_subject.values() if len(facts) == len(RELATIONS)]
    chosen = [fact for facts in complete[:N_COUNTRIES] for fact in facts]
    return Combinations(web, n_train=n_train, n_test=n_test, facts=chosen)


def train(
    model: nn.Module,
    data: Combinations,
    seed: int = 0,
    watch: Callable[[int], None] | None = None,
) -> int:
    """Train as `recurrent_lm.train` does, for `EPOCHS`; returns how many words were read."""
    return recurrent_lm.train(model, data, EPOCHS, seed, watch)


def make_model(kind: str, data: Combinations, seed: int = 0) -> nn.Module:
    """An untrained model: those of `recurrent_lm.make_model`, or a "Transformer" of two layers (lessons 05, 06)."""
    if kind != "Transformer":
        return recurrent_lm.make_model(kind, len(data.vocabulary), seed)
    fill_other_lessons()
    config = GPTConfig(
        len(data.vocabulary), context=MOST_WORDS + 8, n_layers=2, n_heads=2, d_model=48
    )
    model = GPT(config, fused=True, seed=seed)
    with torch.no_grad():
        for vectors in (model.wte, model.wpe):
            vectors.mul_(LARGER)
    return model


def bigram(data: Combinations) -> Callable[[Tensor], Tensor]:
    """Lesson 01's model, counted on the training sentences: ids (B, T) -> log-probabilities (B, T, V)."""
    n_words = len(data.vocabulary)
    ids = torch.cat([data.ids((MARK, *s.words)) for s in data.train])
    counts = ngram.bigram_counts(ids, n_words)
    logp = ngram.bigram_probabilities(counts).clamp(min=1e-9).log()
    return lambda ids: logp[ids]


@one_thread()
def write(
    model: Callable,
    data: Combinations,
    prompt: str,
    n: int,
    seed: int = 0,
    temperature: float = 1.0,
) -> list[str]:
    """n sentences that begin with the prompt, drawn by the learner's `sampling.generate`."""
    words = [MARK, *prompt.split()]
    ids = data.ids(words).expand(n, -1)
    end = int(data.ids([END])[0])
    generator = torch.Generator().manual_seed(seed)
    drawn = sampling.generate(
        model, ids, MOST_WORDS - len(words), end, temperature, generator=generator
    )
    return [_text(data, row.tolist(), end) for row in drawn]


def _text(data: Combinations, ids: list[int], end: int) -> str:
    """A row of ids as it is read, up to the end of its sentence."""
    stop = ids.index(end) + 1 if end in ids else len(ids)
    return readable([data.vocabulary[i] for i in ids[1:stop]])


def readable(words: Sequence[str]) -> str:
    """Words as a line of text: no space before 's, comma and full stop."""
    return re.sub(r" ('s|[.,])", r"\1", " ".join(words))


class Samples:
    """Sentences that a model writes on its way through training: give `write_at` to `train` as its `watch`."""

    def __init__(self, model: nn.Module, data: Combinations, prompt: str, n: int = 200):
        self._model, self._data, self._prompt, self._n = model, data, prompt, n
        self.texts: dict[tuple[int, float], list[str]] = {}  # by steps taken and temperature

    def write_at(self, step: int) -> None:
        """Write at each of `TEMPERATURES` where this is one of `STEPS_WATCHED`; training does not notice."""
        if step in STEPS_WATCHED:
            for temperature in TEMPERATURES:
                self.texts[step, temperature] = write(
                    self._model, self._data, self._prompt, self._n, temperature=temperature
                )


class Judge:
    """Says of a sentence whether it is true in the world, false, or no sentence of it."""

    def __init__(self, data: Combinations):
        self._true: set[str] = set()
        subjects: dict[str, set[str]] = {}
        answers: dict[str, set[str]] = {}
        templates: dict[str, tuple[str, ...]] = {}
        for fact in data.facts:
            subjects.setdefault(fact.relation, set()).add(fact.subject.name[LANG])
            answers.setdefault(fact.relation, set()).add(fact.answer[LANG])
            templates[fact.relation] = templates_of(fact)
            phrasings = range(len(templates_of(fact)))
            self._true |= {data.sentence(fact, phrasing).text for phrasing in phrasings}
        self._forms = [
            re.compile(_pattern(template, subjects[relation], answers[relation]))
            for relation, known in templates.items()
            for template in known
        ]

    def __call__(self, text: str) -> str:
        """One of `VERDICTS`."""
        if text in self._true:
            return "true"
        return "false" if any(form.fullmatch(text) for form in self._forms) else "no sentence"

    def shares(self, texts: Sequence[str]) -> dict[str, float]:
        """The share of each verdict."""
        counted = Counter(map(self, texts))
        return {verdict: counted[verdict] / len(texts) for verdict in VERDICTS}


def _pattern(template: str, subjects: set[str], answers: set[str]) -> str:
    """A template with every known name in its gaps, as a regular expression."""
    gaps = {"s": subjects, "a": answers}
    parts = []
    for piece in re.split(r"(\{[sSaA]\})", template):
        if not re.fullmatch(r"\{[sSaA]\}", piece):
            parts.append(re.escape(piece))
            continue
        names = gaps[piece[1].lower()]
        if piece[1].isupper():
            names = {name[:1].upper() + name[1:] for name in names}
        parts.append("(?:" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + ")")
    return "".join(parts)
