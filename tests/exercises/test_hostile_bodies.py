"""A body may do what it likes: its blank fails, and nothing else happens."""

import os
import random
import signal
import time

import numpy
import pytest
import torch

from gptlab.exercises import guard
from gptlab.exercises.check import cases_of, check

KEY = "sampling.append_token"


def ends_the_program(ids, token):
    raise SystemExit(0)


def calls_exit(ids, token):
    exit()


def interrupts(ids, token):
    raise KeyboardInterrupt


def sleeps(ids, token):
    time.sleep(10**6)


def catches_exceptions(ids, token):
    while True:
        try:
            sum(range(300_000))
            return ids.appended(token)
        except Exception:
            continue


def catches_everything(ids, token):
    while True:
        try:
            sum(range(300_000))
            return ids.appended(token)
        except:  # noqa: E722
            continue


def catches_and_sleeps(ids, token):
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            continue


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (ends_the_program, "it ended the program"),
        (calls_exit, "it ended the program"),
        (interrupts, "it raised KeyboardInterrupt"),
    ],
)
def test_what_ends_the_program_is_a_failed_blank(body, text, monkeypatch):
    monkeypatch.setattr("sys.stdin", None)  # which exit() closes
    report = check(KEY, body)
    assert not report.passed and text in report.message


@pytest.mark.parametrize(
    "body", [sleeps, catches_exceptions, catches_everything, catches_and_sleeps]
)
def test_what_never_ends_is_stopped_by_the_clock(body, monkeypatch):
    monkeypatch.setattr(guard, "LIMIT_S", 0.3)
    began = time.monotonic()
    report = check(KEY, body)
    assert time.monotonic() - began < 5
    assert report.misconception == "a loop that never ends"
    assert "no end within 0.3 seconds" in report.message
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_a_real_ctrl_c_stops_the_check():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            check(KEY, lambda ids, token: os.kill(os.getpid(), signal.SIGINT))
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_torch_is_left_as_it_was():
    def body(ids, token):
        torch.set_default_dtype(torch.float64)
        torch.set_num_threads(n_threads + 1)
        torch.set_grad_enabled(False)
        torch.manual_seed(7)
        random.seed(7)
        numpy.random.seed(7)
        return [*ids, token]

    n_threads = torch.get_num_threads()
    states = torch.get_rng_state(), random.getstate(), numpy.random.get_state()[1].tolist()
    assert check(KEY, body).passed
    assert torch.get_default_dtype() == torch.float32 and torch.get_num_threads() == n_threads
    assert torch.is_grad_enabled()
    assert torch.equal(torch.get_rng_state(), states[0]) and random.getstate() == states[1]
    assert numpy.random.get_state()[1].tolist() == states[2]


@pytest.mark.parametrize(
    "key", ["autograd.multiply", "autograd.backward", "sampling.softmax", "attention.merge_heads"]
)
@pytest.mark.parametrize("how", ["no_grad", "inference_mode", "float64"])
def test_what_she_left_on_changes_no_verdict(key, how):
    cases_of.cache_clear()
    if how == "float64":
        torch.set_default_dtype(torch.float64)
        try:
            assert check(key).passed
            assert torch.get_default_dtype() == torch.float64
        finally:
            torch.set_default_dtype(torch.float32)
    else:
        with getattr(torch, how)():
            assert check(key).passed
            assert not torch.is_grad_enabled()
    cases_of.cache_clear()
