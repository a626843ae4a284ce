"""`report.md` for a person, `report.json` for a program, and the figures of one run."""

import json
from pathlib import Path

from matplotlib.figure import Figure

from gptlab.blanks.files import write_atomically
from gptlab.engine.chat_settings import CHAT_TEMPERATURE
from gptlab.engine.run.folder import Run
from gptlab.engine.stages import LABELS
from gptlab.view.palette import COLOURS, CYCLE
from gptlab.world.questions import RUNNING_EXAMPLE

LANGUAGE = {"en": "English", "zh": "Chinese"}


def write(job: Run) -> Path:
    """Write both reports and the figures beside the models; -> the path of report.md."""
    report = {
        "preset": job.preset.name,
        "seed": job.seed,
        "seconds": round(job.seconds, 1),
        "stage_seconds": job.done,
        "texts": job.texts,
        **job.figures,
        "settings": job.preset.to_dict(),
    }
    write_atomically(job.out / "report.json", json.dumps(report, ensure_ascii=False, indent=1))
    draw_recall(report).savefig(job.out / "recall.png", dpi=120)
    draw_ppo(report).savefig(job.out / "ppo.png", dpi=120)
    write_atomically(job.out / "report.md", markdown(report))
    return job.out / "report.md"


def markdown(r: dict) -> str:
    """The report as Markdown; every number comes from `r`."""
    parts = [_head(r), _samples(r), _knowledge(r), _behaviour(r), _own_text(r), _tail(r)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(r: dict) -> str:
    m = r["machine"]
    return (
        f"# A small ChatGPT, built in {_minutes(r['seconds'])}\n\n"
        f"Preset `{r['preset']}`, seed {r['seed']}: {r['parameters']:,} parameters, {r['tokens']:,} tokens of text, "
        f"on {m['cores']} cores of {m['processor']}, at most {r['peak_memory_gb']} GB of memory."
    )


def _samples(r: dict) -> str:
    stages = list(r["samples"])
    lines = [
        "## The same prompts after each stage",
        "",
        "The base model continues the text; the others answer it. Greedy: the likeliest token each time.",
        "",
    ]
    for prompt in r["samples"]["base"]:
        lines += [f"**{prompt}**", ""]
        lines += [f"- {LABELS[s]}: {_one_line(r['samples'][s][prompt])}" for s in stages] + [""]
    c = r["base_continuations"]
    times = sum(c[kind] for kind in ("answer", "question", "exam", "other"))
    lines += [
        f"Given {RUNNING_EXAMPLE['zh']} {times} times, the base model goes on with an answer {c['answer']} times, "
        f"with another question {c['question']}, as an exam {c['exam']}, with something else {c['other']}."
    ]
    return "\n".join(lines)


def _knowledge(r: dict) -> str:
    loss, recall = r["pretraining_loss"], r["recall_by_stage"]
    rows = "\n".join(
        f"| {LABELS[s]} | {loss[s]:.3f} | {recall[s]['en']:.0%} | {recall[s]['zh']:.0%} |"
        for s in loss
    )
    return (
        "## What it knows\n\n"
        f"Held-out pages cost it {r['bits_per_byte']:.4f} bits per byte. The floor that no model can pass is "
        f"{r['floor_bits_per_byte']:.4f}, because that is what the pages' author chose at random: "
        f"{r['ratio_to_floor']:.3f} times the floor.\n\n"
        "| stage | loss on held-out pages (nats/token) | recall, English | recall, Chinese |\n|---|---|---|---|\n"
        f"{rows}\n\nRecall: the 300 most popular facts, asked in a phrasing that no page ever used; the model's next "
        f"line is judged. The base model completes a statement in an unseen phrasing for {_both(r['recall_stated'])}, "
        f"in phrasings of the web for {_both(r['recall_stated_seen_phrasing'])}; asked in phrasings of the web it "
        f"answers {_both(r['recall_seen_phrasing'])}.\n\n"
        "![Recall by popularity](recall.png)"
    )


def _behaviour(r: dict) -> str:
    rows = "\n".join(
        f"| {LABELS[s]} | {c['gold']:+.2f} | {c['answers']:.0%} | {c['right']:.0%} | {c['polite']:.0%} "
        f"| {c['rude']:.0%} | {c['bytes']:.0f} |"
        for s, c in r["chat"].items()
    )
    wins = "\n".join(
        f"| {LABELS[a]} against {LABELS[b]} | {w['mean']:.1%} | {w['low']:.1%} to {w['high']:.1%} | {w['n']} |"
        for (a, b), w in ((name.split("_vs_"), w) for name, w in r["win_rate"].items())
    )
    invents = ", ".join(f"{LABELS[s]} {share:.0%}" for s, share in r["hallucination"].items())
    return (
        "## How it behaves\n\nPrompts that no stage was trained on, replies sampled at temperature "
        f"{CHAT_TEMPERATURE:g}, judged by the gold labeler.\n\n"
        "| stage | gold score | answers | right | polite | rude | bytes a reply |\n|---|---|---|---|---|---|---|\n"
        f"{rows}\n\n| who against whom | wins | 95 % interval | prompts |\n|---|---|---|---|\n{wins}\n\n"
        f"In phrasings that no stage has seen, {r['chat_unseen_phrasing']['sft']['right']:.0%} of SFT's replies and "
        f"{r['chat_unseen_phrasing']['ppo_ptx']['right']:.0%} of PPO-ptx's are right. "
        f"The reward model orders {r['reward_model']['agreement_with_labelers']:.1%} of held-out pairs as the labeler did. "
        f"Asked for facts that no page states, the models invent an answer: {invents}.\n\n"
        "![What PPO does](ppo.png)"
    )


def _own_text(r: dict) -> str:
    own = r.get("own_text")
    if not own:
        return ""
    marks = "\n".join(f"| {name} | {value:.3f} |" for name, value in own["yardsticks"].items())
    return (
        f"## Your text\n\n{own['bytes']:,} bytes to learn from, {own['held_out_bytes']:,} held out.\n\n"
        f"| on the held-out text | bits per byte |\n|---|---|\n| this model | {own['bits_per_byte']:.3f} |\n{marks}"
    )


def _tail(r: dict) -> str:
    stages = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in r["stage_seconds"].items())
    m = r["machine"]
    return (
        f"## How it was made\n\nCommit `{r['commit']}`, seed {r['seed']}, Python {m['python']}, torch {m['torch']}. "
        f"Time: {stages}.\nEvery figure above, and more, stands in `report.json`."
    )


def draw_recall(r: dict) -> Figure:
    """How many facts the base model recalls, by their rank in popularity; one line a language."""
    figure = Figure(figsize=(6, 3.2), layout="constrained")
    axis = figure.subplots()
    for lang, marker, colour in (("en", "o", CYCLE[0]), ("zh", "s", CYCLE[1])):
        shares = r["recall_by_popularity"][lang]
        ranks = [100 * i + 50 for i in range(len(shares))]
        axis.plot(ranks, shares, marker=marker, color=colour, label=LANGUAGE[lang])
    axis.legend(frameon=False, loc="lower left")
    axis.set(
        xlabel="rank of the fact in popularity", ylabel="recalled, unseen phrasing", ylim=(0, 1.05)
    )
    return figure


def draw_ppo(r: dict) -> Figure:
    """Score, KL and length of replies, round by round, for PPO and PPO-ptx."""
    titles = {
        "score": "reward model's score",
        "kl_k1": "KL to SFT (nats/reply)",
        "reply_length": "reply length (tokens)",
    }
    figure = Figure(figsize=(9, 2.8), layout="constrained")
    axes = figure.subplots(1, 3)
    for axis, (key, title) in zip(axes, titles.items()):
        for stage in ("ppo", "ppo_ptx"):
            axis.plot(r["history"][stage][key], color=COLOURS[stage], label=LABELS[stage])
        axis.set(xlabel="round", title=title)
    axes[0].legend(frameon=False)
    return figure


def _both(shares: dict) -> str:
    return f"{shares['en']:.0%} (English) and {shares['zh']:.0%} (Chinese)"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.1f} minutes"


def _one_line(text: str) -> str:
    return " / ".join(part for part in text.strip().splitlines() if part) or "(nothing)"
