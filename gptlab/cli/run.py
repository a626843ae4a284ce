"""`gptlab run`: trains a tokenizer and every stage from pretraining to PPO-ptx, and reports on them."""

import argparse
import functools
import shlex
from pathlib import Path

from gptlab.blanks import source_scan
from gptlab.blanks.errors import CourseError
from gptlab.blanks.solutions import solutions_folder
from gptlab.cli.common import option_types, streams
from gptlab.engine.hardware import DEVICES
from gptlab.engine.run.presets import PRESETS, duration
from gptlab.engine.stages import FINAL
from gptlab.world.questions import running_example

EXAMPLES = f"""\
examples:
  gptlab run                                the small one, {duration("small")} on 2 cores
  gptlab run --preset tiny                  {duration("tiny")}, to see the stages; it learns little
  gptlab run --minutes 20                   as good a model as 20 minutes give on this machine
  gptlab run --text my_diary.txt notes/     pretrain on your own text (`gptlab plan` says what it would come to)
  gptlab run --seed 1 --out runs/another
  gptlab run --resume                       go on with a run that was stopped

It writes report.md, report.json, figures and one folder for each stage's model. Stop it with Ctrl-C when you
like: --resume goes on.
"""
SAMPLES = (running_example("zh"), running_example("en"))


def register(commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "run",
        help="build a small ChatGPT, end to end",
        epilog=EXAMPLES,
        description="Tokenizer, pretraining, instruction tuning, reward model, PPO, PPO-ptx, and a report on all.",
    )
    times = ", ".join(f"{name} {duration(name)}" for name in PRESETS)
    command.add_argument(
        "--preset",
        choices=PRESETS,
        default="small",
        help=f"how much of everything (default: small); {times}, on 2 cores",
    )
    command.add_argument(
        "--minutes",
        type=option_types.minutes,
        metavar="N",
        help="choose size and text for so long on this machine, in place of a preset",
    )
    command.add_argument(
        "--text",
        nargs="+",
        type=option_types.path_name,
        default=[],
        metavar="PATH",
        help="files or folders to pretrain on instead of the little web",
    )
    command.add_argument(
        "--out",
        type=option_types.path,
        metavar="DIR",
        help="folder to write (default: runs/PRESET-SEED)",
    )
    command.add_argument(
        "--seed",
        type=option_types.seed,
        default=0,
        metavar="N",
        help="of pages, weights and order (default: 0)",
    )
    command.add_argument(
        "--device",
        choices=DEVICES,
        default="cpu",
        help="where pretraining runs (default: cpu); cuda and mps have not been measured by the authors",
    )
    command.add_argument("--resume", action="store_true", help="go on with the run in that folder")
    command.add_argument("--quiet", action="store_true", help="print nothing but the result")
    command.set_defaults(command=build)


def build(options: argparse.Namespace) -> int:
    """Run all stages and write the report."""
    name = f"minutes-{options.minutes:g}" if options.minutes else options.preset
    out = options.out or Path("runs") / f"{name}-{options.seed}"
    log = _silent if options.quiet else _flushed
    try:
        _run(options, out, log)
    except KeyboardInterrupt:
        streams.complain(f"\ngptlab: stopped; what is done is kept: {resume_line(options)} goes on")
        return 130
    except OSError as error:
        reason = error.strerror or " ".join(str(error).split())
        streams.complain(f"gptlab: {error.filename or out}: {reason}; {how_to_go_on(options)}")
        return 1
    return 0


def _run(options: argparse.Namespace, out: Path, log) -> None:
    from gptlab.cli.common import borrowing
    from gptlab.engine.run import presets

    if not (source_scan.is_checkout() or solutions_folder().is_dir()):
        raise CourseError(source_scan.WITHOUT_COURSE)
    megabytes = presets.preset(options.preset).corpus_mb
    web = "the little web" if options.minutes else f"{megabytes:g} MB of the little web"
    source = ", ".join(options.text) or web
    stages = "Tokenizer, pretraining, SFT, reward model, PPO and PPO-ptx"
    length = (
        f"{options.minutes:g} minutes"
        if options.minutes
        else f"{duration(options.preset)} on 2 cores"
    )
    log(f"{stages} on {source}: {length}, into {out}")
    log(borrowing.fill_empty())
    _check_device(options.device)
    read = _reader(options)
    preset = _preset(options, out, log, read)
    from gptlab.engine.model.checkpoint import NotSaved
    from gptlab.engine.run import pipeline
    from gptlab.view import run_report

    settings = (preset, options.seed, options.text, options.resume, options.quiet)
    try:
        run = pipeline.run(out, *settings, log, options.device, read)
    except NotSaved as error:
        raise NotSaved(f"{error}; {how_to_go_on(options)}") from None
    page = run_report.write(run)
    lines = [
        "",
        *key_figures(run.figures),
        "",
        *sample_lines(run.figures),
        "",
        f"The report is {page}",
    ]
    lines.append(f"Talk to it: gptlab chat --model {shlex.quote(str(out))}")
    _flushed("\n".join(lines))


def _check_device(name: str) -> None:
    """Refuse a device that is not there, before anything is made or measured."""
    from gptlab.engine import hardware

    hardware.device(name)
    if name == "mps":
        streams.complain(
            "gptlab: mps was never measured; compare the first losses with --device cpu"
        )


def _reader(options: argparse.Namespace):
    """What gives her texts, read at the first call and kept: a pipe can be read only once."""
    from gptlab.engine.data import corpus

    return functools.cache(lambda: corpus.read_texts(options.text))


def _unique_tokens(options: argparse.Namespace, read) -> float | None:
    """About how many tokens her text holds; None where it is the little web, which does not end."""
    if not options.text:
        return None
    from gptlab.engine.data import corpus
    from gptlab.engine.run import plan

    training, _ = corpus.split_text(read()[0])
    return len(training.encode()) / plan.BYTES_PER_TOKEN


def _preset(options: argparse.Namespace, out: Path, log, read):
    """What is to be done, after a look at how fast this machine is; a run that goes on keeps what it began with."""
    from gptlab.engine import hardware
    from gptlab.engine.run import folder, plan, presets

    begun = folder.saved_preset(out)
    hardware.prepare_torch()
    if options.minutes:
        if begun:
            return begun
        log("Measuring this machine, to choose what fits.")
        chosen = plan.plan_for(options.minutes, _unique_tokens(options, read))
        log(f"  {chosen.why}")
        log(f"  about {_spoken(chosen.seconds)}")
        return chosen.preset
    preset = presets.preset(options.preset)
    if not begun and not options.text and not options.quiet:
        log("Measuring this machine for a few seconds.")
        seconds = plan.predict(preset, plan.measure_costs(preset))
        log(
            f"  about {_spoken(seconds)} ({duration(options.preset)} on 2 idle cores of an AMD EPYC)"
        )
    return preset


def _spoken(seconds: dict[str, float]) -> str:
    """Example: "11 minutes with this machine as busy as it is now: pretraining 5:20, PPO 1:10 …"."""
    from gptlab.engine.stages import LABELS
    from gptlab.engine.train.progress_bar import clock_time

    total = sum(seconds.values()) / 60
    parts = ", ".join(f"{LABELS.get(name, name)} {clock_time(s)}" for name, s in seconds.items())
    return f"{total:.0f} minutes with this machine as busy as it is now ({parts})"


def _flushed(text: str) -> None:
    """Print at once; where that can no longer be done, as behind `head`, the run goes on without."""
    try:
        print(text, flush=True)
    except OSError as error:
        streams.discard_stdout()
        if not isinstance(error, BrokenPipeError):
            streams.complain(f"gptlab: standard output: {error.strerror}; the run goes on")


def _silent(text: str) -> None:
    pass


def how_to_go_on(options: argparse.Namespace) -> str:
    """What to do after something outside stopped the run."""
    return f"what is done is kept: mend that, then {resume_line(options)}"


def resume_line(options: argparse.Namespace) -> str:
    """The command that goes on with this run."""
    words = ["gptlab", "run"] + (["--preset", options.preset] if options.preset != "small" else [])
    words += ["--minutes", f"{options.minutes:g}"] if options.minutes else []
    words += ["--text", *options.text] if options.text else []
    words += ["--out", str(options.out)] if options.out else []
    words += ["--seed", str(options.seed)] if options.seed else []
    words += ["--device", options.device] if options.device != "cpu" else []
    return f"`{shlex.join([*words, '--resume'])}`"


def key_figures(figures) -> list[str]:
    """What a person wants to know first, a line each."""
    own = figures.own_text
    measured = figures.measured
    recall = measured.recall
    wins = measured.win_rate["ppo_ptx_vs_sft"]
    lines = [f"{figures.parameters:,} parameters, {figures.tokens:,} tokens of text"]
    if own:
        marks = ", ".join(f"{name} {value:.3f}" for name, value in own.yardsticks.items())
        foretold = f"; expected {own.expected['middle']:.3f}" if own.expected else ""
        lines.append(
            f"your held-out text: {own.bits_per_byte:.3f} bits per byte ({marks}){foretold}"
        )
    return [
        *lines,
        f"pages: {measured.bits_per_byte:.4f} bits per byte, {measured.ratio_to_floor:.3f} times the exact floor",
        f"recall of 300 facts, unseen phrasing: {recall['en']:.0%} in English, {recall['zh']:.0%} in Chinese",
        f"replies after SFT that answer: {measured.sft_answers:.0%}",
        f"PPO-ptx against SFT: wins {wins.mean:.1%} of {wins.n} ({wins.low:.1%} to {wins.high:.1%})",
    ]


def sample_lines(figures) -> list[str]:
    """Two questions and the finished model's answers."""
    answers = figures.measured.samples[FINAL]
    return [
        f"> {question}\n  {' / '.join(answers[question].split(chr(10)))}"
        for question in SAMPLES
        if question in answers
    ]
