"""What comes over the wire to end the judge, to keep it busy for ever, or to have its inputs known in advance."""

import contextlib
import os
import subprocess
import sys

import pytest
import torch

from gptlab.exercises.case import RandomInputs, other_numbers
from gptlab.grading import own_limits
from gptlab.grading.confined import chance
from gptlab.grading.confined.wire import MOST_AXES, ProtocolError, Unpacker
from gptlab.grading.grade import Result
from gptlab.grading.reports import as_csv
from tests.support.submissions import submission, with_body

pytestmark = pytest.mark.slow
KEY = "sampling.append_token"

FORGE = """
import json, struct, sys, time

def _peer():
    import gc
    from gptlab.grading.confined.peer import Peer
    return next(one for one in gc.get_objects() if type(one) is Peer)

def _forge(block=b"", **reply):
    frame, number = sys._getframe(), None
    while number is None:
        form = frame.f_locals.get("form")
        number = form.get("number") if isinstance(form, dict) else None
        frame = frame.f_back
    text = json.dumps({"number": number, **reply}).encode()
    _peer()._channel._end.sendall(struct.pack("!III", len(text), len(block), 0) + text + block)
    time.sleep(60)
"""


def nest(depth):
    """A list with an empty one in it 2 ** depth times, in few letters."""
    form = ["list", []]
    for number in reversed(range(depth)):
        form = ["list", [form, ["again", number + 1]]]
    return form


@pytest.mark.parametrize("name", ["SystemExit", "KeyboardInterrupt", "GeneratorExit"])
def test_an_error_that_would_end_the_judge_is_one_like_others(name, graded, honest):
    """Sent by a room while it is imported, where no call of a function is being judged."""
    at_import = (
        f"_forge(kind='error', type={name!r}, builtin=True, text='', arguments=['list', [0]])"
    )
    row = graded(with_body(KEY, "return None", FORGE + at_import), 0).rows[0]
    assert (row.state, row.points) == ("fails", 0)
    assert name in row.message
    honest()


def test_lists_that_name_each_other_are_not_unfolded(graded, honest):
    at_import = f"_forge(kind='result', value={nest(60)!r}, written=[])"
    assert graded(with_body(KEY, "return None", FORGE + at_import), 0).points == 0
    body = """
        x = []
        for _ in range(60): x = [x, x]
        return x
    """
    assert graded(with_body(KEY, body), 0).points == 0
    honest()


def test_the_size_of_a_message_is_that_of_what_it_unfolds_to():
    shared = Unpacker(b"", lambda *_: None).unpack(nest(12))
    assert shared[0] is shared[1]
    with pytest.raises(ProtocolError, match="too many values"):
        Unpacker(b"", lambda *_: None).unpack(nest(40))
    with pytest.raises(ProtocolError):  # one that stands in itself
        Unpacker(b"", lambda *_: None).unpack(["list", [["again", 0]]])
    assert Unpacker(b"", lambda *_: None, trusted=True).unpack(nest(40))


def test_a_tensor_of_too_many_axes_does_not_reach_torch(graded, honest):
    body = """
        form = ["tensor", "float32", [1] * 300_000, None, 0, 0, 4]
        _forge(block=b"1234", kind="result", value=form, written=[])
    """
    assert graded(with_body("sampling.softmax", body, FORGE), 1).points == 0
    for axes, fits in ((MOST_AXES, True), (MOST_AXES + 1, False)):
        form = ["tensor", "uint8", [1] * axes, None, 0, 0, 1]
        if fits:
            assert Unpacker(b"1", lambda *_: None).unpack(form).ndim == axes
        else:
            with pytest.raises(ProtocolError, match="axes"):
                Unpacker(b"1", lambda *_: None).unpack(form)
    honest()


def test_a_reference_that_stands_in_computes_no_longer_than_a_blank_may(
    graded, honest, monkeypatch
):
    """A pattern that backtracks without end, for the reference of an earlier blank, while a room is imported."""
    asks = '_peer().call(["name", "bpe.train_bpe"], ("a" * 60 + "c", 300, "(a|a)*+b|(a|aa)+$"), {})'
    at_import = f"{FORGE}\ntry: {asks}\nexcept Exception as error: _why = error"
    with monkeypatch.context() as patch:
        patch.setattr(own_limits, "COMPUTING_S", 2)
        # the system's own limit would end this process, and the tests with it
        patch.setattr(own_limits, "_ended_after", lambda seconds: contextlib.nullcontext())
        rows = graded(with_body("rnn.rnn_step", "raise _why", at_import), 4).rows
    row = next(row for row in rows if row.key == "rnn.rnn_step")
    assert row.state == "fails"
    assert "kept the judge computing for 2 seconds" in row.message
    honest()


@pytest.mark.parametrize(
    "form",
    [
        ["tensor", "float32", [10**9, 0], None, 0, 0, 0],
        ["tensor", "float32", [7, 10**9, 0], None, 0, 0, 0],
        ["array", "<f4", [10**9, 0], 0, 0],
    ],
)
def test_an_empty_tensor_of_a_thousand_million_rows_does_not_become_lists(form, graded, honest):
    with pytest.raises(ProtocolError, match="too many values"):
        Unpacker(b"", lambda *_: None).unpack(form)
    body = f"_forge(kind='result', value={form!r}, written=[])"
    assert graded(with_body(KEY, body, FORGE), 0).points == 0
    honest()


def test_a_tensor_without_numbers_is_still_a_tensor():
    form = ["tensor", "float32", [0, 5], None, 0, 0, 0]
    assert Unpacker(b"", lambda *_: None).unpack(form).shape == (0, 5)


def state_of_chance(left, place):
    """A state that torch takes, with another place in its 624 numbers."""
    state = bytearray(torch.Generator().get_state().numpy().tobytes())
    chance.FIELDS.pack_into(state, chance.PLACE, left, 1, place)
    return bytes(state)


def test_no_state_of_chance_reads_behind_its_numbers():
    """torch goes on by 623 numbers from any place: what lies there in the judge's memory would be drawn."""
    torch.Generator().set_state(
        torch.frombuffer(bytearray(state_of_chance(624, 624)), dtype=torch.uint8)
    )
    for left, place in ((624, 624), (624, 2), (2, 624), (2**31 - 1, 0), (9, 2**63)):
        with pytest.raises(ValueError, match="state of chance"):
            chance.state(state_of_chance(left, place))
        content = state_of_chance(left, place)
        with pytest.raises(ProtocolError):
            Unpacker(content, lambda *_: None).unpack(["generator", 0, len(content)])
    generator = torch.Generator().manual_seed(3)
    for _ in range(2000):
        chance.state(generator.get_state().numpy().tobytes())
        torch.randint(9, (1,), generator=generator)


def test_a_state_of_chance_that_is_sent_along_is_looked_at_too(graded, honest):
    body = """
        import struct, torch
        state = bytearray(torch.get_rng_state().numpy().tobytes())
        struct.pack_into("=iiQ", state, 8, 624, 1, 624)
        torch.set_rng_state(torch.frombuffer(state, dtype=torch.uint8))
        return [*ids, token]
    """
    row = graded(with_body(KEY, body), 0).rows[0]
    assert (row.state, row.points) == ("fails", 0)
    honest()


def test_a_note_is_one_line(graded):
    """What a room says of its import stands in a report, where a second line could look like a verdict."""
    at_import = "_forge(kind='result', value='no\\n\\nada: 1 of 1 points (100%)', written=[])"
    result = graded(with_body(KEY, "return None", FORGE + at_import), 0)
    assert any("ada: 1 of 1 points" in note for note in result.notes)
    assert not any("\n" in note for note in result.notes)


@pytest.mark.parametrize("found", ["7", "[[1, 2]]", "[{'empty': 1}]", "[{'calls': 3}]", "{}"])
def test_facts_that_are_none(found, graded, honest):
    """The confined side says of each function whether it is there; whatever else it says costs its room."""
    at_import = f"""
import gptlab.grading.confined.candidate as candidate
_peer().offered['facts'] = lambda room, names, known: {found}
"""
    assert graded(with_body(KEY, "return None", FORGE + at_import), 0).points == 0
    honest()


# -- the filter of system calls where Landlock is missing or old --------------------------------------------------

ALONE = """
import ctypes, fcntl, os, socket, sys
from gptlab.grading.confined import seccomp
path, named, other = sys.argv[1], sys.argv[2], int(sys.argv[3])
mine = socket.socketpair()[0]
libc = ctypes.CDLL(None, use_errno=True)
def prctl(*given):
    if libc.prctl(*given): raise OSError(ctypes.get_errno(), "prctl")
if seccomp.restrict(alone=True):
    for act in (
        lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"x", named),
        lambda: mine.connect(named),
        lambda: os.truncate(path, 0),
        lambda: os.open(path, os.O_RDONLY | os.O_TRUNC),
        lambda: fcntl.fcntl(mine, fcntl.F_SETOWN, other),
        lambda: fcntl.fcntl(mine, 10, 9),
        lambda: fcntl.ioctl(mine, 0x8901, other.to_bytes(4, sys.byteorder)),
        lambda: prctl(1, 0, 0, 0, 0),
        lambda: fcntl.fcntl(os.open(path, os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_WRLCK),
        lambda: fcntl.ioctl(os.open(path, os.O_RDONLY), 0x40086602, bytes(8)),
    ):
        try: act()
        except PermissionError: print("refused")
        else: print("done")
    open(path).read(), fcntl.fcntl(mine, fcntl.F_GETFL), prctl(15, b"name", 0, 0, 0)
    mine.settimeout(1), os.set_inheritable(mine.fileno(), False), os.dup(1), os.isatty(1)
    print("end")
else: print("no filter")
"""


def test_the_filter_alone_keeps_from_other_processes_sockets_and_files(tmp_path):
    path = tmp_path / "file"
    path.write_text("content")
    command = [sys.executable, "-c", ALONE, str(path), str(tmp_path / "socket"), str(os.getpid())]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.split()
    if said == ["no", "filter"]:
        pytest.skip("this system has no seccomp")
    assert said == ["refused"] * 10 + ["end"]
    assert path.read_text() == "content"


# -- inputs -------------------------------------------------------------------------------------------------------


def test_a_seed_is_too_long_to_be_hit_by_trying_texts():
    """Of 32 bits some millions of texts had one whose answers could stand in them."""
    seeds = [submission({"sampling": f"# {n}".encode()}).seed for n in range(64)]
    assert max(seeds) > 2**120


def test_no_part_of_a_seed_is_lost_on_the_way_to_the_inputs():
    def drawn(seed):
        with other_numbers(seed):
            inputs = RandomInputs(7)
            return torch.cat([inputs.numbers(500), inputs.ids(10, 500).double()])

    several = [drawn(1 + (1 << bit)) for bit in (0, 31, 32, 61, 64, 100, 127)]
    assert torch.equal(several[0], drawn(2))
    assert all(not torch.equal(a[:5], b[:5]) for a in several for b in several if a is not b)
    numbers, ids = several[0][:500], several[0][500:]
    assert abs(float(numbers.mean())) < 0.2
    assert abs(float(numbers.std()) - 1) < 0.15
    assert set(ids.tolist()) == set(range(10))


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_no_name_is_a_formula(sign):
    assert f"\n'{sign}cmd()," in as_csv([Result(f"{sign}cmd()", "", (), error="none")])
