"""`report.md` for a person, `report.json` for a program, and the figures of one run."""

from pathlib import Path

from matplotlib.figure import Figure

from gptlab.blanks.files import write_atomically
from gptlab.engine.chat_settings import CHAT_TEMPERATURE
from gptlab.engine.evaluate.fact_recall import N_FACTS
from gptlab.engine.run.figures import PAIRS, Figures, Measurements, OwnText
from gptlab.engine.run.folder import RunFolder, as_json
from gptlab.engine.stages import LABELS, STAGES
from gptlab.view.palette import COLOURS, CYCLE
from gptlab.world.questions import RUNNING_EXAMPLE

LANGUAGES = {"en": "English", "zh": "Chinese"}


def write(run: RunFolder) -> Path:
    """Write both reports and the figures beside the models; returns the path of report.md."""
    report = {
        "preset": run.preset.name,
        "seed": run.seed,
        "seconds": round(run.seconds, 1),
        "stage_seconds": run.done,
        "texts": run.texts,
        **run.figures.to_dict(),
        "settings": run.preset.to_dict(),
    }
    write_atomically(run.out / "report.json", as_json(report))
    draw_recall(run.figures.measured).savefig(run.out / "recall.png", dpi=120)
    draw_ppo(run.figures).savefig(run.out / "ppo.png", dpi=120)
    write_atomically(run.out / "report.md", markdown(run))
    return run.out / "report.md"


def markdown(run: RunFolder) -> str:
    """The report as Markdown; every number comes from the run."""
    figures = run.figures
    measured = run.figures.measured
    parts = [
        _head(run, measured),
        _samples(measured),
        _knowledge(measured),
        _behaviour(figures, measured),
        _own_text(figures.own_text) if figures.own_text else "",
        _tail(run, measured),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(run: RunFolder, m: Measurements) -> str:
    figures = run.figures
    machine = m.machine
    return (
        f"# A small ChatGPT, built in {_minutes(run.seconds)}\n\n"
        f"Preset `{run.preset.name}`, seed {run.seed}: {figures.parameters:,} parameters, "
        f"{figures.tokens:,} tokens of text, on {machine['cores']} cores of {machine['processor']}, "
        f"at most {m.peak_memory_gb} GB of memory."
    )


def _samples(m: Measurements) -> str:
    lines = [
        "## The same prompts after each stage",
        "",
        "The base model continues the text; the others answer it. Greedy: the likeliest token each time.",
        "",
    ]
    for prompt in m.samples[STAGES[0]]:
        lines += [f"**{prompt}**", ""]
        lines += [f"- {LABELS[s]}: {_one_line(said[prompt])}" for s, said in m.samples.items()]
        lines += [""]
    found = m.base_continuations
    lines += [
        f"Given {RUNNING_EXAMPLE['zh']} {found.total} times, the base model goes on with an answer "
        f"{found.answer} times, with another question {found.question}, as an exam {found.exam}, "
        f"with something else {found.other}."
    ]
    return "\n".join(lines)


def _knowledge(m: Measurements) -> str:
    rows = "\n".join(
        f"| {LABELS[s]} | {m.pretraining_loss[s]:.3f} | {recall['en']:.0%} | {recall['zh']:.0%} |"
        for s, recall in m.recall_by_stage.items()
    )
    return (
        "## What it knows\n\n"
        f"Held-out pages cost it {m.bits_per_byte:.4f} bits per byte. The floor that no model can pass is "
        f"{m.floor_bits_per_byte:.4f}, because that is what the pages' author chose at random: "
        f"{m.ratio_to_floor:.3f} times the floor.\n\n"
        "| stage | loss on held-out pages (nats/token) | recall, English | recall, Chinese |\n|---|---|---|---|\n"
        f"{rows}\n\nRecall: the {N_FACTS} most popular facts, asked in a phrasing that no page ever used; "
        f"the model's next line is judged. The base model completes a statement in an unseen phrasing "
        f"for {_both(m.recall_stated)}, "
        f"in phrasings of the web for {_both(m.recall_stated_seen_phrasing)}; asked in phrasings of the web it "
        f"answers {_both(m.recall_seen_phrasing)}.\n\n"
        "![Recall by popularity](recall.png)"
    )


def _behaviour(figures: Figures, m: Measurements) -> str:
    rows = "\n".join(
        f"| {LABELS[s]} | {c.gold:+.2f} | {c.answers:.0%} | {c.right:.0%} | {c.polite:.0%} "
        f"| {c.rude:.0%} | {c.bytes:.0f} |"
        for s, c in m.chat.items()
    )
    wins = "\n".join(
        f"| {LABELS[ours]} against {LABELS[theirs]} | {w.mean:.1%} | {w.low:.1%} to {w.high:.1%} | {w.n} |"
        for (ours, theirs), w in zip(PAIRS.values(), map(m.win_rate.get, PAIRS))
    )
    invents = ", ".join(f"{LABELS[s]} {share:.0%}" for s, share in m.hallucination.items())
    unseen = m.chat_unseen_phrasing
    agreement = figures.reward_model.agreement_with_labelers
    return (
        "## How it behaves\n\nPrompts that no stage was trained on, replies sampled at temperature "
        f"{CHAT_TEMPERATURE:g}, judged by the gold labeler.\n\n"
        "| stage | gold score | answers | right | polite | rude | bytes a reply |\n|---|---|---|---|---|---|---|\n"
        f"{rows}\n\n| who against whom | wins | 95 % interval | prompts |\n|---|---|---|---|\n{wins}\n\n"
        f"In phrasings that no stage has seen, {unseen['sft'].right:.0%} of SFT's replies and "
        f"{unseen['ppo_ptx'].right:.0%} of PPO-ptx's are right. "
        f"The reward model orders {agreement:.1%} of held-out pairs as the labeler did. "
        f"Asked for facts that no page states, the models invent an answer: {invents}.\n\n"
        "![What PPO does](ppo.png)"
    )


def _own_text(own: OwnText) -> str:
    marks = "\n".join(f"| {name} | {value:.3f} |" for name, value in own.yardsticks.items())
    return (
        f"## Your text\n\n{own.bytes:,} bytes to learn from, {own.held_out_bytes:,} held out.\n\n"
        f"| on the held-out text | bits per byte |\n|---|---|\n| this model | {own.bits_per_byte:.3f} |\n{marks}"
        f"{_beside_expectation(own)}"
    )


def _beside_expectation(own: OwnText) -> str:
    """What was foretold before the training, and whether it came so."""
    if not own.expected:
        return ""
    low, middle, high = (own.expected[name] for name in ("low", "middle", "high"))
    inside = low <= own.bits_per_byte <= high
    return (
        f"\n\nBefore the training, two short pilots foretold {middle:.3f}, between {low:.3f} and {high:.3f}. "
        f"It reached {own.bits_per_byte:.3f}, {own.bits_per_byte - middle:+.3f} from the middle, "
        f"{'inside' if inside else 'outside'} that interval."
    )


def _tail(run: RunFolder, m: Measurements) -> str:
    stages = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in run.done.items())
    machine = m.machine
    return (
        f"## How it was made\n\nCommit `{m.commit}`, seed {run.seed}, Python {machine['python']}, "
        f"torch {machine['torch']}. Time: {stages}.\nEvery figure above, and more, stands in `report.json`."
    )


def draw_recall(m: Measurements) -> Figure:
    """How many facts the base model recalls, by their rank in popularity; one line a language."""
    figure = Figure(figsize=(6, 3.2), layout="constrained")
    axis = figure.subplots()
    for lang, marker, colour in (("en", "o", CYCLE[0]), ("zh", "s", CYCLE[1])):
        shares = m.recall_by_popularity[lang]
        ranks = [100 * i + 50 for i in range(len(shares))]
        axis.plot(ranks, shares, marker=marker, color=colour, label=LANGUAGES[lang])
    axis.legend(frameon=False, loc="lower left")
    axis.set(
        xlabel="rank of the fact in popularity", ylabel="recalled, unseen phrasing", ylim=(0, 1.05)
    )
    return figure


def draw_ppo(figures: Figures) -> Figure:
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
            axis.plot(figures.history[stage][key], color=COLOURS[stage], label=LABELS[stage])
        axis.set(xlabel="round", title=title)
    axes[0].legend(frameon=False)
    return figure


def _both(shares: dict) -> str:
    return f"{shares['en']:.0%} (English) and {shares['zh']:.0%} (Chinese)"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.1f} minutes"


def _one_line(text: str) -> str:
    return " / ".join(part for part in text.strip().splitlines() if part) or "(nothing)"
