"""The stock openai client against a real server: every endpoint, every parameter, every kind of error."""

import math

import openai
import pytest
import torch

QUESTION = "What is the capital of France?"
CHINESE = "中国的首都是哪里？"


def said(text, role="user"):
    return [{"role": role, "content": text}]


def chat(client, text=QUESTION, **settings):
    settings = {"model": "ppo_ptx", "temperature": 0, **settings}
    return client.chat.completions.create(messages=said(text), **settings)


def complete(client, prompt="The capital of France", **settings):
    settings = {"model": "base", "temperature": 0, **settings}
    return client.completions.create(prompt=prompt, **settings)


def test_models(client):
    assert [one.id for one in client.models.list()] == ["base", "ppo_ptx"]
    one = client.models.retrieve("ppo_ptx")
    assert one.object == "model" and one.owned_by == "gptlab" and one.context_length == 128
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("assets/base")
    assert caught.value.code == "model_not_found" and caught.value.param == "model"


@pytest.mark.parametrize("text", [QUESTION, CHINESE])
def test_chat_is_what_the_model_replies(client, chat_model, text):
    answer = chat(client, text)
    (choice,) = answer.choices
    assert choice.message.content == chat_model.reply(text) and choice.message.role == "assistant"
    assert choice.finish_reason == "stop" and choice.logprobs is None
    ids = chat_model.begin(text)
    n_new = len(chat_model.go_on(ids))
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (len(ids), n_new)
    assert answer.usage.total_tokens == len(ids) + n_new
    assert answer.object == "chat.completion" and answer.system_fingerprint.startswith("fp_")


def test_a_completion_goes_on_with_the_page(client, base_model):
    answer = complete(client, max_tokens=9)
    (choice,) = answer.choices
    ids = base_model.begin("The capital of France")
    new = base_model.go_on(ids, 9)
    assert choice.text == base_model.text(new) and answer.object == "text_completion"
    assert choice.finish_reason == ("stop" if new[-1] == base_model.stop else "length")
    assert answer.usage.prompt_tokens == len(ids) and answer.usage.completion_tokens == len(new)
    assert complete(client).usage.completion_tokens <= 16


def test_a_chat_model_completes_too(client, chat_model):
    answer = complete(client, model="ppo_ptx", max_tokens=5)
    assert answer.usage.completion_tokens <= 5 and answer.choices[0].finish_reason


def test_prompts_of_ids_and_several_prompts(client, base_model):
    texts = ["The capital of France", "法国的首都", ""]
    ids = [base_model.begin(text) for text in texts]
    alone = [complete(client, text, max_tokens=6).choices[0].text for text in texts]
    for prompts in (texts, ids):
        together = complete(client, prompts, max_tokens=6)
        assert [one.text for one in together.choices] == alone
        assert [one.index for one in together.choices] == [0, 1, 2]
        assert together.usage.prompt_tokens == sum(map(len, ids))
    assert complete(client, ids[1], max_tokens=6).choices[0].text == alone[1]


@pytest.mark.parametrize("text", [QUESTION, CHINESE, "Tell me about Japan.", "介绍一下日本。"])
def test_a_stream_is_the_same_text_in_whole_characters(client, text):
    whole = chat(client, text)
    chunks = list(chat(client, text, stream=True, stream_options={"include_usage": True}))
    *pieces, last = chunks
    assert last.choices == [] and last.usage == whole.usage
    assert all(one.usage is None for one in pieces)
    assert len({one.id for one in chunks}) == 1 and chunks[0].id != whole.id
    assert pieces[0].choices[0].delta.role == "assistant"
    texts = [one.choices[0].delta.content or "" for one in pieces]
    assert "".join(texts) == whole.choices[0].message.content
    assert not any("\ufffd" in one for one in texts) and len([one for one in texts if one]) > 1
    ends = [one.choices[0].finish_reason for one in pieces]
    assert ends == [None] * (len(pieces) - 1) + ["stop"]


def test_a_completion_streams_too(client):
    whole = complete(client, max_tokens=12)
    pieces = list(complete(client, max_tokens=12, stream=True))
    assert "".join(one.choices[0].text for one in pieces) == whole.choices[0].text
    assert pieces[-1].choices[0].finish_reason == whole.choices[0].finish_reason
    assert all(one.usage is None for one in pieces)


def test_a_stream_of_bytes_never_cuts_a_character(client):
    """At a high temperature the model writes bytes that are no text, and single thirds of a character."""
    for seed in range(12):
        settings = {"temperature": 2.0, "seed": seed, "max_tokens": 40}
        whole = complete(client, "日本", **settings)
        pieces = list(complete(client, "日本", stream=True, **settings))
        assert "".join(one.choices[0].text for one in pieces) == whole.choices[0].text


@pytest.mark.parametrize("stream", [False, True])
def test_a_stop_string_ends_the_text_before_it(client, stream):
    whole = complete(client, max_tokens=30).choices[0].text
    assert len(whole) > 12
    for stop in (whole[5:8], [whole[7:13], "nowhere"], whole[:2], [whole[9], whole[3:10]]):
        stops = [stop] if isinstance(stop, str) else stop
        expected = whole[: min(at for at in map(whole.find, stops) if at >= 0)]
        answer = complete(client, max_tokens=30, stop=stop, stream=stream)
        choices = [one.choices[0] for one in answer] if stream else answer.choices
        assert "".join(one.text for one in choices) == expected
        assert choices[-1].finish_reason == "stop"
    held = complete(client, max_tokens=30, stop=whole[-3:] + "never", stream=stream)
    choices = [one.choices[0] for one in held] if stream else held.choices
    assert "".join(one.text for one in choices) == whole, (
        "what only began like a stop string is text"
    )


def test_max_tokens(client):
    for name in ("max_tokens", "max_completion_tokens"):
        answer = chat(client, "Tell me about Japan.", **{name: 3})
        assert answer.usage.completion_tokens == 3 and answer.choices[0].finish_reason == "length"
    assert chat(client, max_tokens=10**9).choices[0].finish_reason == "stop"
    nothing = complete(client, max_tokens=0)
    assert nothing.choices[0].text == "" and nothing.choices[0].finish_reason == "length"
    assert nothing.usage.completion_tokens == 0
    full = complete(client, [5] * 128, max_tokens=0)
    assert full.usage.prompt_tokens == 128
    assert complete(client, [5] * 127, max_tokens=50).usage.completion_tokens == 1


def test_the_same_seed_gives_the_same_text(client):
    settings = {"temperature": 1.2, "max_tokens": 20}
    one, two = (complete(client, seed=7, **settings).choices[0].text for _ in range(2))
    other = complete(client, seed=8, **settings).choices[0].text
    assert one == two != other
    several = complete(client, seed=7, n=3, **settings)
    assert [c.text for c in several.choices][:2] == [one, other], "text j has the seed 7 + j"
    lists = complete(client, ["A", "The capital of France"], seed=7, n=2, **settings)
    assert [c.text for c in lists.choices][2:] == [one, other], "beside another prompt too"
    unseeded = {complete(client, **settings).choices[0].text for _ in range(3)}
    assert len(unseeded) > 1
    assert complete(client, seed=-(2**63) + 1, **settings).choices[0].text


def test_top_p_and_top_k_narrow_the_draw(client):
    greedy = complete(client, max_tokens=10).choices[0].text
    for narrow in ({"top_p": 0.0}, {"top_p": 1e-9}, {"extra_body": {"top_k": 1}}):
        settings = {"temperature": 2, "seed": 3, "max_tokens": 10}
        assert complete(client, **settings, **narrow).choices[0].text == greedy
    wide = complete(client, temperature=2, seed=3, max_tokens=10)
    same = complete(client, temperature=2, seed=3, max_tokens=10, top_p=1)
    assert wide.choices[0].text == same.choices[0].text != greedy


@pytest.mark.parametrize("stream", [False, True])
def test_logprobs_of_a_chat_are_the_models_own(client, chat_model, stream):
    answer = chat(client, CHINESE, logprobs=True, top_logprobs=3, stream=stream)
    if stream:
        parts = [one.choices[0].logprobs for one in answer]
        found = [token for one in parts if one for token in one.content]
    else:
        found = answer.choices[0].logprobs.content
    ids = chat_model.begin(CHINESE)
    new = [i for i in chat_model.go_on(ids) if i not in chat_model.marks]
    assert len(found) == len(new) > 1
    for token, entry in zip(new, found):
        p = chat_model.probabilities(ids)
        assert math.isclose(entry.logprob, math.log(p[token]), abs_tol=1e-4)
        assert bytes(entry.bytes) == chat_model.tokenizer.decode_bytes([token])
        assert [one.token for one in entry.top_logprobs] == [
            chat_model.tokenizer.decode([i]) for i in p.topk(3).indices.tolist()
        ]
        ids = [*ids, token]
    bare = chat(client, logprobs=True).choices[0].logprobs.content
    assert bare[0].top_logprobs == []


def test_logprobs_of_a_completion(client):
    answer = complete(client, max_tokens=8, logprobs=2).choices[0]
    logprobs = answer.logprobs
    assert "".join(logprobs.tokens) == answer.text
    assert logprobs.text_offset == [
        len("".join(logprobs.tokens[:i])) for i in range(len(logprobs.tokens))
    ]
    for token, p, top in zip(logprobs.tokens, logprobs.token_logprobs, logprobs.top_logprobs):
        assert max(top, key=top.get) == token and top[token] == p <= 0 and len(top) == 2
    cut = complete(client, max_tokens=8, logprobs=0, stop=logprobs.tokens[2]).choices[0]
    assert cut.logprobs.tokens == logprobs.tokens[:2] and cut.logprobs.top_logprobs is None
    assert "".join(cut.logprobs.tokens) == cut.text


def test_echo_scores_a_given_text(client, base_model):
    """What evaluation harnesses ask: how likely is this text, without one new token?"""
    text = "The capital of 法国 is Paris"
    answer = complete(client, text, max_tokens=0, echo=True, logprobs=1).choices[0]
    assert answer.text == text
    ids = base_model.begin(text)
    with torch.no_grad():
        p = base_model.model(torch.tensor([ids]))[0].log_softmax(-1)
    expected = [float(p[t - 1, ids[t]]) for t in range(1, len(ids))]
    assert answer.logprobs.token_logprobs == pytest.approx(expected, abs=1e-4)
    of_ids = complete(client, ids[1:], max_tokens=0, echo=True, logprobs=1).choices[0]
    assert of_ids.logprobs.token_logprobs[0] is None and of_ids.logprobs.top_logprobs[0] is None
    longer = complete(client, text, max_tokens=4, echo=True, logprobs=1, n=2)
    bare = complete(client, text, max_tokens=4).choices[0].text
    assert [one.text for one in longer.choices] == [text + bare] * 2
    offsets = longer.choices[0].logprobs.text_offset
    assert offsets == sorted(offsets) and len(offsets) > len(ids) - 1
    streamed = complete(client, text, max_tokens=4, echo=True, stream=True)
    assert "".join(one.choices[0].text for one in streamed) == text + bare


def test_n_texts_of_a_stream_keep_their_numbers(client):
    settings = {"temperature": 1.0, "seed": 5, "n": 3}
    whole = [one.message.content for one in chat(client, **settings).choices]
    texts = ["", "", ""]
    for one in chat(client, stream=True, **settings):
        texts[one.choices[0].index] += one.choices[0].delta.content or ""
    assert texts == whole


def test_a_conversation_and_its_roles(client, chat_model):
    history = [
        {"role": "developer", "content": "Answer briefly."},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Hello"}, {"type": "text", "text": "!"}],
        },
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": QUESTION},
    ]
    answer = client.chat.completions.create(model="ppo_ptx", messages=history, temperature=0)
    plain = [
        {"role": "system", "content": "Answer briefly."},
        {"role": "user", "content": "Hello!"},
        *history[2:],
    ]
    assert answer.choices[0].message.content == chat_model.reply(plain)


def test_a_long_conversation_loses_its_beginning(client, chat_model):
    """As in `gptlab chat`: what fits is read, and usage says how much that was."""
    history = [
        {"role": role, "content": f"{i}: {QUESTION}"}
        for i in range(40)
        for role in ("user", "assistant")
    ]
    answer = client.chat.completions.create(model="ppo_ptx", messages=[*history, *said(QUESTION)])
    assert 40 < answer.usage.prompt_tokens <= 128 - 48
    huge = [{"role": "user", "content": "a" * 200_000}, *said(QUESTION)]
    answer = client.chat.completions.create(model="ppo_ptx", messages=huge, temperature=0)
    assert answer.choices[0].message.content == chat_model.reply(QUESTION)


@pytest.mark.parametrize(
    ("wrong", "param", "code"),
    [
        ({"messages": said("so " * 200)}, "messages", "context_length_exceeded"),
        ({"messages": said("a" * 200_000)}, "messages", "context_length_exceeded"),
        ({"messages": []}, "messages", None),
        ({"messages": said("x", "tool")}, "messages[0].role", None),
        ({"messages": [{"role": "user"}]}, "messages[0].content", None),
        ({"temperature": 2.1}, "temperature", None),
        ({"temperature": -0.1}, "temperature", None),
        ({"temperature": "hot"}, "temperature", None),
        ({"top_p": 1.5}, "top_p", None),
        ({"n": 0}, "n", None),
        ({"n": 10**6}, "n", None),
        ({"stop": ["a"] * 5}, "stop", None),
        ({"stop": ""}, "stop", None),
        ({"stop": [3]}, "stop", None),
        ({"seed": 1.5}, "seed", None),
        ({"seed": 2**64}, "seed", None),
        ({"max_tokens": 0}, "max_tokens", None),
        ({"max_tokens": 5, "max_completion_tokens": 5}, "max_tokens", None),
        ({"top_logprobs": 2}, "top_logprobs", None),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs", None),
        ({"stream_options": {"include_usage": True}}, "stream_options", None),
        ({"presence_penalty": 0.5}, "presence_penalty", "unsupported_parameter"),
        ({"logit_bias": {"5": 1}}, "logit_bias", "unsupported_parameter"),
        ({"response_format": {"type": "json_object"}}, "response_format", "unsupported_parameter"),
        (
            {"tools": [{"type": "function", "function": {"name": "f"}}]},
            "tools",
            "unsupported_parameter",
        ),
        ({"extra_body": {"temprature": 1}}, "temprature", "unknown_parameter"),
    ],
)
def test_a_wrong_request_is_a_bad_request_error(client, wrong, param, code):
    settings = {"model": "ppo_ptx", "messages": said(QUESTION), **wrong}
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(**settings)
    error = caught.value
    assert (error.param, error.code, error.type) == (param, code, "invalid_request_error")
    assert "\n" not in error.body["message"] and len(error.body["message"]) < 300


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"prompt": [4096]}, "prompt"),
        ({"prompt": [-1]}, "prompt"),
        ({"prompt": [[1], []]}, "prompt"),
        ({"prompt": [1, "a"]}, "prompt"),
        ({"prompt": [5] * 128}, "prompt"),
        ({"prompt": "so " * 300}, "prompt"),
        ({"prompt": ["a"] * 100, "n": 2}, "n"),
        ({"suffix": "end"}, "suffix"),
        ({"best_of": 3}, "best_of"),
        ({"logprobs": 6}, "logprobs"),
        ({"extra_body": {"echo": 1}}, "echo"),
    ],
)
def test_a_wrong_completion_is_a_bad_request_error(client, wrong, param):
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(**{"model": "base", "prompt": "A", **wrong})
    assert caught.value.param == param


def test_parameters_that_change_nothing_may_be_there(client):
    plain = chat(client).choices[0].message.content
    neutral = chat(
        client,
        presence_penalty=0,
        frequency_penalty=0.0,
        logit_bias={},
        tools=[],
        tool_choice="none",
        response_format={"type": "text"},
        user="somebody",
        stop=None,
        n=1,
        logprobs=False,
        parallel_tool_calls=True,
        service_tier="auto",
        store=False,
    )
    assert neutral.choices[0].message.content == plain


def test_other_errors_have_their_own_classes(client, server):
    with pytest.raises(openai.NotFoundError) as caught:
        chat(client, model="gpt-4")
    assert caught.value.code == "model_not_found" and "ppo_ptx" in str(caught.value)
    with pytest.raises(openai.NotFoundError, match="does not chat"):
        chat(client, model="base")
    with pytest.raises(openai.NotFoundError) as caught:
        client.embeddings.create(model="base", input="a")
    assert caught.value.code == "unknown_path"
    stranger = openai.OpenAI(base_url=server.url, api_key="wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError) as caught:
        stranger.models.list()
    assert caught.value.code == "invalid_api_key"
