"""Workers change how long a job takes and nothing else; none of them outlives its parent."""

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import time

import psutil
import pytest
import torch

from gptlab.engine import hardware, workers
from gptlab.engine.workers import Workers, shared_tensor

pytestmark = pytest.mark.slow  # it trains; `make check` does not

WAYS = [
    pytest.param("processes", marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux's")),
    "threads",
]
linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux only")
SPAWN = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")


def square(x):
    return x * x


def where(_):
    time.sleep(0.05)
    return os.getpid()


@pytest.fixture(autouse=True)
def nobody_is_left():
    yield
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("n", [1, 2, 3, 9])
def test_results_come_in_the_order_of_the_parts(way, n):
    with Workers({"square": square, "double": lambda x: 2 * x}, n, way) as team:
        for n_parts in (0, 1, 4, 7):
            assert team.map("square", range(n_parts)) == [i * i for i in range(n_parts)]
        assert team.map("double", [3, 4]) == [6, 8]


@pytest.mark.parametrize("way", WAYS)
def test_every_worker_computes_by_one_thread_and_the_caller_gets_its_own_back(way):
    before = torch.get_num_threads()
    with Workers({"threads": lambda _: torch.get_num_threads()}, 3, way) as team:
        assert team.map("threads", range(6)) == [1] * 6
    assert torch.get_num_threads() == before


@linux
def test_there_are_as_many_processes_as_workers():
    with Workers({"where": where}, 3, "processes") as team:
        pids = team.map("where", range(7))
        assert pids[0] == os.getpid() and pids[:3] == pids[3:6]
        assert set(pids[1:3]) == {one.pid for one in multiprocessing.active_children()}


@linux
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_processes_that_begin_where_no_gradient_is_wanted_work_too(mode):
    with Workers({"where": where}, 2, "processes") as team, mode():
        assert len(set(team.map("where", range(2)))) == 2


@pytest.mark.parametrize("way", WAYS)
def test_shared_memory_is_seen_on_both_sides(way):
    box = shared_tensor(torch.empty(3, 2))
    box.zero_()

    def add(i):
        box[i] += i + 1
        return float(box.sum())

    with Workers({"add": add}, 2, way) as team:
        team.map("add", [0, 1])
        box[2] = 5.0
        assert team.map("add", [2])[0] == float(box.sum())
    assert box.tolist() == [[1, 1], [2, 2], [8, 8]]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("bad", [0, 1, 3])
def test_what_fails_fails_as_it_would_alone(way, bad):
    def odd(i):
        if i == bad:
            raise ZeroDivisionError(f"part {i}")
        return i

    with Workers({"odd": odd}, 2, way) as team:
        with pytest.raises(ZeroDivisionError, match=f"part {bad}"):
            team.map("odd", range(4))
        assert not multiprocessing.active_children()
        assert team.map("odd", [7, 8]) == [7, 8]  # and it can be used again


@linux
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGUSR1])
def test_a_worker_that_dies_loses_nothing(sign, capfd):
    def fatal(part):
        i, parent = part
        if i == 1 and os.getpid() != parent:
            os.kill(os.getpid(), sign)
        return i

    parts = [(i, os.getpid()) for i in range(5)]
    with Workers({"fatal": fatal, "where": where}, 3, "processes") as team:
        assert team.map("fatal", parts) == [0, 1, 2, 3, 4]
        assert len(set(team.map("where", range(6)))) == 2  # the others go on
        assert team.map("fatal", parts) == [0, 1, 2, 3, 4]
        assert set(team.map("where", range(6))) == {os.getpid()}
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 2 and all(f"a worker process ended ({sign.name})" in line for line in said)


@linux
def test_a_worker_killed_between_two_jobs_is_missed_at_the_next(capfd):
    with Workers({"where": where}, 2, "processes") as team:
        pid = team.map("where", range(2))[1]
        os.kill(pid, signal.SIGKILL)
        while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert team.map("where", range(2)) == [os.getpid()] * 2
    assert capfd.readouterr().err.count("a worker process ended (SIGKILL)") == 1


@linux
def test_where_no_process_can_be_made_all_is_done_here(monkeypatch):
    def refuse():
        raise BlockingIOError("fork: resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    with Workers({"where": where}, 3, "processes") as team:
        assert team.map("where", range(3)) == [os.getpid()] * 3


@pytest.mark.parametrize("way", WAYS)
def test_workers_that_nobody_closed_end_when_nobody_can_use_them(way):
    team = Workers({"square": square}, 3, way)
    assert team.map("square", [1, 2, 3]) == [1, 4, 9]
    with Workers({"square": square}, 2, way) as other:  # whose copies hold the first one's pipes
        other.map("square", [1, 2])
        del team
        gc.collect()
        assert len(multiprocessing.active_children()) == (way == "processes")
        assert other.map("square", [3, 4]) == [9, 16]


def inside(part):
    with Workers({"where": where}, 2, "processes") as team:
        return set(team.map("where", range(part))) == {os.getpid()}


@linux
def test_a_worker_has_no_workers_of_its_own(capfd):
    with Workers({"inside": inside}, 2, "processes") as team:
        assert team.map("inside", [1, 2])[1]
    assert not capfd.readouterr().err  # nothing is wrong, so nothing is said


@linux
def test_a_copy_that_cannot_compute_is_done_without(monkeypatch, capfd):
    workers._say_once.cache_clear()
    monkeypatch.setattr(workers, "START_S", 0.3)
    monkeypatch.setattr(workers, "_use_what_forking_breaks", lambda: time.sleep(60))
    with Workers({"where": where}, 2, "processes") as team:
        assert team.map("where", range(2)) == [os.getpid()] * 2
    assert capfd.readouterr().err.count("no more worker processes can begin here") == 1


def at_work_for_ever(pipe):
    """A process with two workers that never ends; sends its workers' ids."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell ignores it

    def job(part):
        if part:
            time.sleep(600)
        return os.getpid()

    with Workers({"job": job}, 3, "processes") as team:
        pipe.send(team.map("job", [0, 0, 0])[1:])
        with contextlib.suppress(KeyboardInterrupt):
            team.map("job", [1, 1, 1])
    pipe.send("ended")


@linux
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_no_worker_outlives_its_parent(sign):
    ours, theirs = SPAWN.Pipe()
    parent = SPAWN.Process(target=at_work_for_ever, args=(theirs,))
    parent.start()
    team = [psutil.Process(pid) for pid in ours.recv()]
    assert len(team) == 2 and all(one.is_running() for one in team)
    time.sleep(0.2)
    os.kill(parent.pid, sign)
    parent.join(20)
    assert parent.exitcode == (0 if sign == signal.SIGINT else -sign)
    _, alive = psutil.wait_procs(team, timeout=10)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, 6), ({"OMP_NUM_THREADS": "2"}, 2), ({"OMP_NUM_THREADS": "64"}, 6),
     ({"GPTLAB_WORKERS": "3", "OMP_NUM_THREADS": "1"}, 3), ({"GPTLAB_WORKERS": "many"}, 6)],
)  # fmt: skip
def test_how_many_there_are(environment, expected, monkeypatch):
    monkeypatch.setattr(hardware, "cores", lambda: 6)
    for name in ("OMP_NUM_THREADS", "GPTLAB_WORKERS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert hardware.workers() == expected
