"""How many facts a model has learnt: its next line after a question or an unfinished statement, judged."""

from statistics import fmean

from gptlab.engine.assistant import Assistant
from gptlab.engine.chat_settings import GREEDY
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.world.facts import LANGUAGES, Fact
from gptlab.world.gold_labeler import GoldLabeler
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.questions import Question, first_line
from gptlab.world.web import Web

N_FACTS = 300  # the most popular ones
LINE_TOKENS = 30  # as much of the next line as is judged


def recall(
    model: GPT,
    tokenizer: Tokenizer,
    web: Web,
    n_facts: int = N_FACTS,
    seen: bool = False,
    stated: bool = False,
) -> dict[str, float]:
    """Share of the most popular facts that the base model gets right, greedily, by language.

    seen    in phrasings of the web; default: in phrasings that no page ever used
    stated  as a statement to be completed, "… is"; default: as a question under which it writes the next line
    """
    facts = web.facts.known[:n_facts]
    return {
        lang: fmean(recall_by_fact(model, tokenizer, web, facts, lang, seen, stated))
        for lang in LANGUAGES
    }


def recall_by_popularity(
    model: GPT, tokenizer: Tokenizer, web: Web, group: int = 100
) -> dict[str, list[float]]:
    """Recall of all facts in groups, the most popular first, by language."""
    shares = {}
    for lang in LANGUAGES:
        hits = recall_by_fact(model, tokenizer, web, web.facts.known, lang)
        groups = [hits[i : i + group] for i in range(0, len(hits), group)]
        shares[lang] = [round(fmean(one), 4) for one in groups]
    return shares


def recall_by_fact(
    model: GPT,
    tokenizer: Tokenizer,
    web: Web,
    facts: list[Fact],
    lang: str,
    seen: bool = False,
    stated: bool = False,
) -> list[bool]:
    """For each fact whether the model states it: its first line claims the right answer and no other one.

    A statement to be completed has to go on with the answer itself.
    """
    writer = Assistant(
        model, tokenizer
    )  # whatever it was trained to do, it goes on with a page here
    prompts = [_prompt(fact, lang, i, seen, stated) for i, fact in enumerate(facts)]
    longest = max(len(writer.begin(prompt)) for prompt in prompts)
    written = writer.replies(prompts, min(LINE_TOKENS, writer.context - longest), GREEDY)
    lines = [reply.text.split("\n")[0] for reply in written]
    if stated:
        return [
            line.lower().lstrip().startswith(f.answer[lang].lower())
            for f, line in zip(facts, lines)
        ]
    gold = GoldLabeler(web)
    questions = [
        Question(prompt, lang, "fact", f, f.answer[lang]) for f, prompt in zip(facts, prompts)
    ]
    return [gold.classify(question, line) == "right" for question, line in zip(questions, lines)]


def _prompt(fact: Fact, lang: str, turn: int, seen: bool, stated: bool) -> str:
    """The text to continue: facts take the phrasings in turn."""
    phrasing = PHRASINGS[fact.relation][lang]
    if stated:
        templates = phrasing.answer_last if seen else phrasing.held_out_statements
        return fill(
            templates[turn % len(templates)].split("{a}")[0], fact.subject.name[lang]
        ).rstrip()
    templates = phrasing.questions if seen else phrasing.held_out_questions
    return first_line(fill(templates[turn % len(templates)], fact.subject.name[lang]), lang)
