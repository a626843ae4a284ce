"""What the makers of long tables share, without a training."""

import pytest

from dev import finetuning_log, long_table, ppo_details, reward_log, sft_log


@pytest.mark.parametrize("command", [finetuning_log, ppo_details, reward_log, sft_log])
def test_every_command_says_how_it_is_called(command, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["--help"])
    name = command.__name__
    assert ended.value.code == 0 and f"usage: python -m {name} [" in capsys.readouterr().out
    assert f"python -m {name} [--seeds " in command.__doc__


def test_options_and_what_a_table_says_of_itself():
    chosen = long_table.options("a_log", "Make it.", "base", ["--seeds", "2"], seeds=5)
    assert (chosen.seeds, chosen.resume) == (2, False)
    assert long_table.options("a_log", "Make it.", "base", [], seeds=5).seeds == 5
    made = long_table.made_by("a_log", 2, extra=1)
    assert made["command"] == "python -m dev.a_log --seeds 2" and made["seeds"] == [0, 1]
    assert made["extra"] == 1 and "commit" in made
    assert len(long_table.weights_sha256("sft")) == 64


def test_the_clock_counts_what_kept_rows_took(capsys):
    clock = long_table.Clock(5000)
    made = {"seeds": [0]}
    assert clock.on(made)["cpu_seconds"] in (5000, 5001) and made == {"seeds": [0]}
    clock.say("a row")
    assert capsys.readouterr().out.endswith(" s  a row\n")
