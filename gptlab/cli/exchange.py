"""`gptlab export` and `gptlab import`: a model as a folder that `transformers` reads, and back."""

import argparse
from pathlib import Path

from gptlab.cli.common import models, option_types
from gptlab.engine.stages import LABELS, STAGES

EXPORT_EXAMPLES = """\
examples:
  gptlab export                                  your newest model, into exported/
  gptlab export runs/small-0/sft --out my-gpt    any stage of any run

The folder holds config.json, model.safetensors, tokenizer.json and a model card. With transformers:
  AutoModelForCausalLM.from_pretrained("my-gpt"), AutoTokenizer.from_pretrained("my-gpt")
"""
IMPORT_EXAMPLES = """\
examples:
  gptlab import my-gpt              a folder of Hugging Face's GPT-2, into imported/my-gpt
  gptlab import gpt2                the same from huggingface.co: 0.5 GB, needs a network
  gptlab chat --model imported/gpt2

What is read is GPT-2 with a byte-level BPE tokenizer, in safetensors. Other architectures, quantised weights and
pickles are refused in one line.
"""


def register(commands) -> None:
    """Add both commands to the command line."""
    export = commands.add_parser(
        "export",
        help="write your model as a folder for transformers",
        epilog=EXPORT_EXAMPLES,
        description="Write a model in Hugging Face's format, as a GPT2LMHeadModel with its tokenizer.",
    )
    export.add_argument(
        "source",
        nargs="?",
        type=option_types.path,
        metavar="DIR",
        help="a run's folder, or one stage's model in it (default: the newest run, or the shipped model)",
    )
    export.add_argument("--to", choices=["hf"], default="hf", help="the format (default: hf)")
    _add_out(export, "exported/NAME")
    export.set_defaults(command=write_out)
    bring = commands.add_parser(
        "import",
        help="make a GPT-2 of Hugging Face a model of yours",
        epilog=IMPORT_EXAMPLES,
        description="Read a GPT-2 in Hugging Face's format, so that it runs on your functions.",
    )
    bring.add_argument(
        "source",
        type=option_types.path_name,
        metavar="SOURCE",
        help="a folder, or a name on huggingface.co",
    )
    _add_out(bring, "imported/NAME")
    bring.set_defaults(command=bring_in)


def _add_out(command: argparse.ArgumentParser, default: str) -> None:
    command.add_argument(
        "--out",
        type=option_types.path,
        metavar="DIR",
        help=f"folder to write, new or empty (default: {default})",
    )


def write_out(options: argparse.Namespace) -> int:
    """Export, and say how to load it."""
    source = models.find_model(options.source)
    out = options.out or Path("exported") / _short_name(source)
    from gptlab.engine.exchange import folders

    moved = folders.export(source, out)
    print(f"{out}: {LABELS[moved.stage]} model, {moved.parameters:,} parameters")
    print(f'load it: transformers.AutoModelForCausalLM.from_pretrained("{out}")')
    return 0


def bring_in(options: argparse.Namespace) -> int:
    """Import, and say how to talk to it."""
    out = options.out or Path("imported") / Path(options.source).absolute().name
    from gptlab.cli.common import borrowing
    from gptlab.engine.exchange import folders, hub

    borrowing.fill_empty()  # load_gpt2_state is the learner's
    moved = folders.bring_in(hub.find(options.source), out)
    kind = "a base model: it goes on with a text" if moved.stage == STAGES[0] else "a chat model"
    print(f"{out}: {moved.parameters:,} parameters, {kind}")
    print(f"talk to it: gptlab chat --model {out}")
    return 0


def _short_name(source: Path) -> str:
    """Example: runs/small-0/sft -> small-0-sft; the model that comes with gptlab -> shipped-ppo_ptx."""
    source = source.absolute()
    run = "shipped" if source == models.SHIPPED else source.parent.name
    return f"{run}-{source.name}" if source.name in STAGES else source.name
