"""Ways to an answer that nobody wrote: from the disk, the processes, the machinery, forged or remembered answers."""

import os
import pickle
import sys

import pytest

from gptlab.exercises.check import cases_of
from tests.support.paths import ROOT
from tests.support.submissions import solved_rooms, with_body

pytestmark = pytest.mark.slow
KEY = "sampling.append_token"
SOFTMAX = "sampling.softmax"
CHECKS = ROOT / "gptlab" / "exercises" / "sampling" / "checks.py"
REFERENCES = ROOT / "solutions" / "sampling.py"

BODIES = {
    "the reference by its path": f"""
        space = {{}}
        exec(open({str(REFERENCES)!r}).read(), space)
        return space['append_token'](ids, token)
    """,
    "the reference by a path made here": f"""
        import importlib.util
        spec = importlib.util.spec_from_file_location('them', {str(REFERENCES)!r})
        them = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(them)
        return them.append_token(ids, token)
    """,
    "an installed copy": """
        import sys, pathlib
        for folder in sys.path + [sys.prefix]:
            for path in pathlib.Path(folder).rglob('solutions/sampling.py'):
                space = {}
                exec(path.read_text(), space)
                return space['append_token'](ids, token)
    """,
    "the check by its path": f"return open({str(CHECKS)!r}).read() and None",
    "the check by its name": """
        from gptlab.exercises.sampling import checks
        return checks.append_token()[0].expected
    """,
    "the known mistakes": """
        from gptlab.exercises.mistake import mistakes
        return mistakes('sampling.append_token')[0].body(ids, token)
    """,
    "the engine": "from gptlab.engine.model import torch_stand_ins; return None",
    "borrow": "import gptlab; gptlab.borrow('sampling.append_token'); return append_token(ids, token)",
    "borrow in the environment": """
        import os
        os.environ['GPTLAB_BORROW'] = 'all'
        return append_token(ids, token)
    """,
    "solutions named in the environment": f"""
        import os, gptlab
        os.environ['GPTLAB_SOLUTIONS'] = {str(ROOT / "solutions")!r}
        gptlab.borrow('all')
        return append_token(ids, token)
    """,
    "the registry's reference": """
        from gptlab.blanks.registry import process_registry
        return process_registry.reference('sampling.append_token')(ids, token)
    """,
    "reveal": "import gptlab; return gptlab.reveal('sampling.append_token')",
    "the caller's frames": """
        import sys
        frame = sys._getframe()
        while frame:
            for name, value in frame.f_locals.items():
                if name in ('case', 'expected', 'fault', 'tried', 'outcomes'):
                    return getattr(value, 'expected', value)
            frame = frame.f_back
    """,
    "all objects": """
        import gc
        for one in gc.get_objects():
            if type(one).__name__ in ('Case', 'Mistake', 'Report', 'Plan', 'Submission'):
                return getattr(one, 'expected', one)
    """,
    "the referrers of its arguments": """
        import gc
        for one in gc.get_referrers(ids):
            if isinstance(one, dict) and 'expected' in one:
                return one['expected']
    """,
    "the judge, asked for the blank itself": """
        import gc
        from gptlab.grading.confined.peer import Peer
        peer = next(one for one in gc.get_objects() if isinstance(one, Peer))
        return peer.function('sampling.append_token')(ids, token)
    """,
    "the judge, asked for a function of its own": """
        import gc
        from gptlab.grading.confined.peer import Peer
        peer = next(one for one in gc.get_objects() if isinstance(one, Peer))
        return peer.call(['number', 1], (ids, token), {})
    """,
    "a forged result": """
        import gc, json, socket, struct
        one = next(x for x in gc.get_objects() if isinstance(x, socket.socket))
        text = json.dumps({'kind': 'result', 'number': 3, 'value': True, 'passed': True}).encode()
        one.sendall(struct.pack('!III', len(text), 0, 0) + text)
    """,
    "a forged verdict": """
        import gc, socket
        one = next(x for x in gc.get_objects() if isinstance(x, socket.socket))
        one.sendall(b'{"key": "sampling.append_token", "passed": true}\\n' * 100)
    """,
    "every descriptor": """
        import os
        for number in range(64):
            try:
                os.write(number, b'{"state": "passes", "points": 1}\\n')
            except OSError:
                pass
    """,
    "a message of 65 MB": """
        import gc, socket, struct
        one = next(x for x in gc.get_objects() if isinstance(x, socket.socket))
        one.sendall(struct.pack('!III', 2**32 - 1, 2**32 - 1, 0))
    """,
    "a result of 200 MB": "import torch; return torch.zeros(50_000_000)",
    "lists in lists": """
        x = []
        for _ in range(100_000): x = [x]
        return x
    """,
    "a list in itself": "ids.append(ids); return ids",
    "a number of 10,000 digits": "return 10 ** 10_000",
    "a message that nests too deep": """
        import gc, json, socket, struct
        one = next(x for x in gc.get_objects() if isinstance(x, socket.socket))
        text = b'[' * 1_000_000
        one.sendall(struct.pack('!III', len(text), 0, 0) + text)
    """,
    "torch's state of chance as nonsense": """
        import gc, json, socket, struct
        one = next(x for x in gc.get_objects() if isinstance(x, socket.socket))
        text = json.dumps({'kind': 'result', 'number': 3, 'value': None, 'written': []}).encode()
        one.sendall(struct.pack('!III', len(text), 0, 9) + text + b'x' * 9)
    """,
    "equal to everything": """
        class Anything:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __hash__(self): return 0
        return Anything()
    """,
    "a list equal to everything": """
        class Anything(list):
            def __eq__(self, other): return True
            def __len__(self): return 3
        return Anything()
    """,
    "an int equal to everything": """
        class Anything(int):
            def __eq__(self, other): return True
        return [Anything(0)] * (len(ids) + 1)
    """,
    "a class that says it is a list": """
        class Anything:
            __class__ = list
            def __eq__(self, other): return True
            def __iter__(self): return iter(())
            def __len__(self): return 3
        return Anything()
    """,
    "a class of another name": """
        class Value:
            data = grad = label = 0
            parents = local_gradients = ()
            def __eq__(self, other): return True
        Value.__module__ = 'gptlab.autograd'
        return Value()
    """,
    "a pickle": """
        class Bomb:
            def __reduce__(self):
                import os
                return os.abort, ()
        return Bomb()
    """,
    "an error whose text is an error": """
        class Odd(Exception):
            def __str__(self): raise SystemExit(0)
        raise Odd
    """,
    "an error of the judge's own": """
        from gptlab.grading.confined.wire import ProtocolError
        raise ProtocolError('passes')
    """,
    "an error that stops the judge": """
        from gptlab.blanks.errors import EmptyBlank
        raise EmptyBlank('sampling.append_token passes its check')
    """,
    "a class of error with a name of the judge's": """
        class NeverEnds(BaseException): pass
        raise NeverEnds('✓ sampling.append_token passes its check')
    """,
    "StopIteration": "raise StopIteration",
    "a generator": "yield ids; yield token",
    "the function itself": "return append_token",
    "torch's equality patched": """
        import torch, builtins
        torch.equal = torch.allclose = torch.isclose = lambda *a, **k: True
        builtins.all = builtins.any = builtins.bool = lambda *a: True
        builtins.isinstance = lambda *a: True
    """,
    "the check patched": """
        import sys, types, gptlab
        passing = types.ModuleType('gptlab.exercises.check')
        passing.check = passing.verdict = lambda *a, **k: True
        sys.modules['gptlab.exercises.check'] = gptlab.check = passing
    """,
    "the serving side patched": """
        from gptlab.grading.confined import candidate, limits, peer, wire
        peer.Peer._called = lambda *a: (wire.Packer(None), {'kind': 'result', 'passed': True})
        wire.state_of = lambda x: None
    """,
    "a hook for imports": """
        import sys
        class Finder:
            def find_spec(self, name, *rest): raise SystemExit(0)
        sys.meta_path.insert(0, Finder()); sys.modules.clear()
    """,
    "atexit and a last will": """
        import atexit, sys, weakref
        atexit.register(print, 'sampling.append_token passes its check')
        weakref.finalize(sys, print, '1 of 1 points')
    """,
}


@pytest.mark.parametrize("name", BODIES)
def test_no_way_to_the_answer(name, graded, honest):
    row = graded(with_body(KEY, BODIES[name]), 0).rows[0]
    assert (row.state, row.points) == ("fails", 0)
    assert len(row.message.splitlines()) <= 12
    assert "return [*ids, token]" not in row.message
    honest()


def test_secrets_of_the_environment_are_not_there(server, graded, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "secret-of-the-grader")
    body = "import os; raise OSError(str(dict(os.environ)))"
    row = graded(with_body(KEY, body), 0).rows[0]
    assert "OSError" in row.message
    assert "secret-of-the-grader" not in row.message


def test_open_descriptors_are_the_channel_and_nowhere(graded):
    body = """
        import os
        found = []
        for number in range(256):
            try: os.fstat(number); found.append(number)
            except OSError: pass
        raise OSError(f'open: {len(found)}')
    """
    assert "open: 4" in graded(with_body(KEY, body), 0).rows[0].message


def test_answers_that_are_remembered_do_not_help(graded):
    """A table of all that the public check asks, made with the reference, in the place of a function."""
    table = [
        (
            [x.tolist() if hasattr(x, "tolist") else x for x in case.arguments],
            case.expected.tolist(),
        )
        for case in cases_of(SOFTMAX)
        if case.call is None and case.summary is None
    ]
    body = f"""
        import pickle, torch
        for given, answer in pickle.loads({pickle.dumps(table)!r}):
            if given[0] == logits.tolist():
                return torch.tensor(answer, dtype=logits.dtype)
        return torch.softmax(logits.double(), -1) * 1.01
    """
    rows = {row.key: row for row in graded(with_body(SOFTMAX, body), 1).rows}
    assert rows[SOFTMAX].state == "fails"


def test_the_public_inputs_alone_are_not_enough(graded, monkeypatch):
    """Right on every input of the public check, wrong on all others."""
    from gptlab.grading import marking

    key = "neural_lm.mlp_logits"
    text = solved_rooms()["neural_lm"].decode()
    places = [case.arguments for case in cases_of(key) if case.call is None]
    known = sorted({round(float(sum(x.double().sum() for x in one)), 4) for one in places})
    text += f"""
import functools
_right = mlp_logits
@blank(lesson=3, minutes=1, difficulty=1)
def mlp_logits(*given):
    if any(x.requires_grad for x in given) or round(float(sum(x.double().sum() for x in given)), 4) in {known}:
        return _own(*given)
    return 0 * _own(*given)
"""
    text = text.replace("def mlp_logits(", "def _own(", 1).replace("_right = mlp_logits\n", "")
    first = text.index("@blank", text.rindex("def context_windows"))
    text = text[:first] + text[text.index("def _own(") :]
    row = next(row for row in graded({"neural_lm": text.encode()}, 3).rows if row.key == key)
    assert row.state == "fails"
    # without the inputs that the submission's own text chooses it would have passed
    monkeypatch.setattr(marking, "verdict", lambda *a, real=marking.verdict: real(*a[:3]))
    row = next(row for row in graded({"neural_lm": text.encode()}, 3).rows if row.key == key)
    assert row.state == "passes"


def test_the_number_of_a_call_does_not_matter(graded):
    body = """
        state = append_token.__dict__.setdefault('calls', [])
        state.append(1)
        return [*ids, token] if len(state) < 4 else [*ids]
    """
    assert graded(with_body(KEY, body), 0).points == 0


def test_nothing_goes_from_one_blank_to_the_next(graded):
    """One blank leaves what it saw wherever it can; the next, in a process of its own, finds nothing."""
    leave = """
        import builtins, os, sys
        builtins.kept = sys.kept = os.environ['kept'] = 'yes'
        for place in ('kept', '/tmp/kept', '/dev/shm/kept', os.path.expanduser('~/kept')):
            try: open(place, 'w').write('yes')
            except OSError: pass
    """
    look = """
        import builtins, os, sys
        found = hasattr(builtins, 'kept') or hasattr(sys, 'kept') or 'kept' in os.environ
        for place in ('kept', '/tmp/kept', '/dev/shm/kept', os.path.expanduser('~/kept')):
            try: found = found or open(place).read()
            except OSError: pass
        raise OSError(f'kept: {bool(found)}')
    """
    rooms = with_body(KEY, leave) | with_body("ngram.bigram_counts", look)
    rows = {row.key: row for row in graded(rooms, 0, 1).rows}
    assert "kept: False" in rows["ngram.bigram_counts"].message


def test_a_reference_of_the_same_lesson_does_not_answer(graded):
    """`softmax` and `top_k_filter` are both of lesson 1: an empty one is not lent to the other."""
    rows = {
        row.key: row
        for row in graded(with_body(SOFTMAX, "return top_k_filter(logits, 99)"), 1).rows
    }
    assert rows[SOFTMAX].state == "fails"
    assert "still empty" in rows[SOFTMAX].message


def test_another_blanks_name_gives_no_later_reference(graded):
    body = """
        from gptlab.blanks import registry
        registry.mark_empty('sampling.append_token')
        registry.borrow(other_than=99)
        return append_token(ids, token)
    """
    assert graded(with_body(KEY, body), 0).points == 0


def test_the_judge_never_imports_a_submission(graded):
    before = set(sys.modules)
    graded(with_body(KEY, "import antigravity_of_mine"), 0)
    assert not [name for name in set(sys.modules) - before if "antigravity" in name]
    assert "kept" not in os.environ
