"""What a learner's code does to the command that judges it: its blank fails, and the others are still judged."""

import json
import os
import subprocess
import sys

import pytest

from gptlab.cli import main
from tests.cli.test_lessons import gptlab, write
from tests.support.lesson_tree import empty_copy

RIGHT = "    return ids + [token]"
ENDS = {
    "exit status 0": "    raise SystemExit(0)",
    "the whole process": "    import os\n    os._exit(0)",
}


@pytest.fixture
def tree(tmp_path):
    return empty_copy(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("how", ENDS)
def test_a_body_that_ends_the_program_fails_and_the_rest_is_judged(tree, how):
    write(tree, "sampling", "append_token", ENDS[how])
    write(tree, "bpe", "merge_pair", "    return ids")
    write(tree, "bpe", "pair_counts", "    return Counter(zip(ids, ids[1:]))")
    done = gptlab(tree, "check")
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "✗ sampling.append_token" and "it ended the" in done.stdout
    assert "✗ bpe.merge_pair" in lines and "✓ bpe.pair_counts passes its check" in lines
    report = json.loads(gptlab(tree, "progress", "--json").stdout)
    assert report["lessons"][0]["states"] == {"sampling.append_token": "fails"}


@pytest.mark.slow
def test_what_judged_code_prints_does_not_stand_in_the_json(tree):
    body = "    import os\n    print('hello')\n    os.write(1, b'there')\n"
    write(tree, "sampling", "append_token", body + RIGHT)
    with (tree / "gptlab" / "sampling.py").open("a", encoding="utf-8") as file:
        file.write("\nprint('imported')\n")
    done = gptlab(tree, "check", "0", "--json")
    assert json.loads(done.stdout)["passes"] == 1
    assert "hello" in done.stderr and "there" in done.stderr and "imported" in done.stderr
    done = gptlab(tree, "doctor", "--json")
    assert json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named"),
        ("raise SystemExit(0)", "it ends the program"),
    ],
)
def test_a_room_that_cannot_be_executed_is_named_with_its_line(tree, line, words):
    write(tree, "sampling", "append_token", RIGHT)
    path = tree / "gptlab" / "sampling.py"
    text = path.read_text(encoding="utf-8").replace("import torch\n", f"{line}\nimport torch\n", 1)
    path.write_text(text, encoding="utf-8")
    number = text.splitlines().index(line) + 1
    for words_of_command in (["check"], ["check", "0"], ["doctor"]):
        done = gptlab(tree, *words_of_command)
        shown = " ".join(done.stdout.split())
        assert done.returncode == 1, done.stderr
        assert f"gptlab/sampling.py:{number} cannot be imported: {words}" in shown, shown


def test_a_command_that_a_learners_code_ends_has_failed(monkeypatch, capsys):
    def ends(options):
        sys.exit(0)

    monkeypatch.setattr(main.lessons, "lessons", ends)
    assert main.main(["lessons"]) == 1
    assert capsys.readouterr().err == "gptlab: the program was ended (SystemExit)\n"


@pytest.mark.slow
def test_a_body_that_runs_in_c_for_ever_is_ended_from_outside(tree):
    write(tree, "sampling", "append_token", "    return sum(range(10**15))")
    write(tree, "bpe", "merge_pair", "    return ids")
    code = (
        "from gptlab.course import judged_apart as j; j.LIMIT_S = 8\n"
        "from gptlab.cli.main import main; import sys; sys.exit(main(['check']))"
    )
    clean = {k: v for k, v in os.environ.items() if k not in ("GPTLAB_BORROW", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree, capture_output=True, encoding="utf-8", env=clean
    )
    assert done.returncode == 1 and "no end within 8 seconds" in done.stdout, done.stderr
    assert "✗ bpe.merge_pair" in done.stdout.splitlines()
