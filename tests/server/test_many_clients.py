"""Many clients at once: each gets its own answer, the one that it would get alone."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

from gptlab.world.questions import running_example

COUNTRIES = [
    "France",
    "Japan",
    "Brazil",
    "Egypt",
    "Kenya",
    "Norway",
    "Peru",
    "Canada",
    "India",
    "Spain",
]
QUESTIONS = [
    *(f"What is the capital of {name}?" for name in COUNTRIES),
    *(f"Which continent is {name} in?" for name in COUNTRIES),
    *(f"{name}的首都是哪里？" for name in ("中国", "日本", "法国", "埃及", "德国")),
    *(running_example(language) for language in ("en", "zh")),
    "What is 7 + 5?",
    "Tell me about Japan.",
    "Hello! " * 9,
]
BEGINNINGS = [
    "The capital of",
    "法国",
    "Once upon a time there was",
    "A",
    "What is 3 + 4? 3 + 4 = ",
]


class Client:
    """One client that asks 20 things one after the other, each in its own way, and notes what was wrong."""

    def __init__(self, server, number, expected, start):
        self.openai = openai.OpenAI(base_url=server.url, api_key=server.token, max_retries=0)
        self.rng = random.Random(number)
        self.expected = expected
        self.start = start

    def run(self):
        self.start.wait()
        with self.openai:
            return [fault for _ in range(20) if (fault := self.ask())]

    def ask(self):
        kind, text, seed = key = self.rng.choice(list(self.expected))
        settings = {"seed": seed, "temperature": 1.0 if seed else 0.0}
        stream = self.rng.random() < 0.5
        if kind == "chat":
            messages = [{"role": "user", "content": text}]
            answer = self.openai.chat.completions.create(
                model="ppo_ptx", messages=messages, stream=stream, **settings
            )
            given = (
                "".join(one.choices[0].delta.content or "" for one in answer)
                if stream
                else answer.choices[0].message.content
            )
        else:
            answer = self.openai.completions.create(
                model="base", prompt=text, max_tokens=30, stream=stream, **settings
            )
            parts = answer if stream else [answer]
            given = "".join(one.choices[0].text for one in parts)
        return None if given == self.expected[key] else (key, given, self.expected[key])


@pytest.fixture(scope="module")
def expected(client, chat_model, base_model):
    """What each request gets alone: greedy ones from the model here, drawn ones from an idle server."""
    found = {("chat", text, 0): chat_model.reply(text) for text in QUESTIONS}
    for text in BEGINNINGS:
        new = base_model.go_on(base_model.begin(text), 30)
        found["page", text, 0] = base_model.text(new)
    for seed in (1, 2):
        for text in QUESTIONS[::3]:
            answer = client.chat.completions.create(
                model="ppo_ptx", messages=[{"role": "user", "content": text}], seed=seed
            )
            found["chat", text, seed] = answer.choices[0].message.content
        for text in BEGINNINGS:
            answer = client.completions.create(model="base", prompt=text, max_tokens=30, seed=seed)
            found["page", text, seed] = answer.choices[0].text
    return found


@pytest.mark.slow
def test_sixteen_clients_with_twenty_requests_each_get_their_own_answers(server, expected):
    assert len(set(expected.values())) > 30
    start = threading.Barrier(16)
    clients = [Client(server, number, expected, start) for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        faults = [fault for one in pool.map(Client.run, clients) for fault in one]
    assert faults == []
    assert server.counts() == {"base": (0, 0), "ppo_ptx": (0, 0)}


def test_more_texts_than_slots_in_one_request(client, base_model):
    answer = client.completions.create(
        model="base", prompt=BEGINNINGS * 8, n=3, max_tokens=12, temperature=0
    )
    assert [one.index for one in answer.choices] == list(range(120))
    alone = {
        text: base_model.text(base_model.go_on(base_model.begin(text), 12)) for text in BEGINNINGS
    }
    assert [one.text for one in answer.choices] == [
        alone[text] for text in BEGINNINGS * 8 for _ in range(3)
    ]
