"""The switchboard of heads: click one off, and see what the model says next and how its surprise changes."""

from collections.abc import Callable, Iterable, Sequence

import ipywidgets as w
import torch

from gptlab.engine.assistant import Assistant, TooLong
from gptlab.interpret.attention_maps import logits_without, loss_without
from gptlab.sampling import softmax
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, FAINT

WIDTH, MARGIN, ROW, NAMES, SHOWN = 480, 16, 40, 130, 5


def switched_picture(
    assistant: Assistant, text: str, off: Iterable[tuple[int, int]] = ()
) -> tuple[str, str]:
    """The next token's chances with all heads and without some, as (SVG, description)."""
    ids, off = assistant.begin(text), sorted(off)
    whole, rest = (
        softmax(logits_without(assistant.model, torch.tensor([ids]), heads)[0, -1])
        for heads in ((), off)
    )
    most = max(float(whole.max()), float(rest.max()))
    best = (whole + rest).topk(SHOWN).indices.tolist()
    named = ", ".join(f"L{layer} head {head}" for layer, head in off) or "none"
    parts = [
        svg.text(MARGIN, 30, svg.shorten_left(f"{text}▁", WIDTH - 2 * MARGIN), 15, weight=600),
        svg.text(
            MARGIN,
            52,
            svg.shorten(f"off: {named}", WIDTH - 2 * MARGIN, 13),
            13,
            fill=COLOURS["you"],
        ),
    ]
    said, left, room = [], MARGIN + NAMES, (WIDTH - 2 * MARGIN - NAMES - 60) / most
    for n, i in enumerate(best):
        y, label = 62 + n * ROW, visible(assistant.tokenizer.decode_bytes([i]))
        parts.append(svg.text(left - 10, y + 24, svg.shorten(label, NAMES - 10), 15, "end"))
        for row, (p, colour) in enumerate(
            ((float(whole[i]), COLOURS["base"]), (float(rest[i]), COLOURS["you"]))
        ):
            parts += [
                svg.rect(left, y + 4 + row * 16, max(1.5, room * p), 13, colour, 2),
                svg.text(left + room * p + 7, y + 15 + row * 16, percent(p), 12.5),
            ]
        said.append(f"{label} {percent(float(whole[i]))} → {percent(float(rest[i]))}")
    losses = [loss_without(assistant.model, [ids], heads) for heads in ((), off)]
    foot = f"surprise at this text's own tokens: {losses[0]:.2f} → {losses[1]:.2f} nats each"
    y = 62 + SHOWN * ROW + 16
    legend = "grey: all heads on · purple: as switched"
    parts += [svg.text(MARGIN, y, foot, 13), svg.text(MARGIN, y + 20, legend, 12.5, fill=FAINT)]
    alt = f"After “{text}”, heads off: {named}. {'; '.join(said)}; {foot}."
    return svg.document(WIDTH, y + 20 + MARGIN, parts, alt), alt


class Switchboard:
    """A text, a button for each part that can be silenced, and a picture of what is left; `box` is the widget.

    picture  (assistant, text, parts that are off) -> (SVG, description)
    others   parts of each layer besides its heads, by name
    """

    def __init__(
        self,
        assistant: Assistant,
        texts: Sequence[str],
        off: Iterable[tuple] = (),
        picture: Callable = switched_picture,
        others: Sequence[str] = (),
    ):
        self.assistant, self.picture, off, config = (
            assistant,
            picture,
            set(off),
            assistant.model.config,
        )
        self.text = w.Combobox(
            value=texts[0],
            options=list(texts),
            description="text",
            ensure_option=False,
            continuous_update=False,
            layout=w.Layout(width="100%", max_width="480px"),
        )
        names = {part: f"h{part}" for part in range(config.n_heads)} | {
            part: part for part in others
        }
        self.switches = {
            (layer, part): w.ToggleButton(
                (layer, part) not in off,
                description=f"L{layer} {name}",
                tooltip=f"layer {layer}, {name.replace('h', 'head ', 1)}",
                layout=w.Layout(width="auto", min_width="0"),
            )
            for layer in range(config.n_layers)
            for part, name in names.items()
        }
        self.all_on = w.Button(
            description="all on", layout=w.Layout(width="auto", align_self="flex-start")
        )
        self.out = w.HTML()
        columns = f"repeat({len(names)}, minmax(0, 90px))"
        grid = w.GridBox(
            list(self.switches.values()),
            layout=w.Layout(grid_template_columns=columns, grid_gap="4px"),
        )
        for control in (self.text, *self.switches.values()):
            control.observe(self.refresh, "value")
        self.all_on.on_click(self.switch_all_on)
        self.box = w.VBox(
            [self.text, grid, self.all_on, self.out], layout=w.Layout(overflow="hidden")
        )
        self.refresh()

    @property
    def off(self) -> list[tuple]:
        """The parts that say nothing now."""
        return [place for place, switch in self.switches.items() if not switch.value]

    def switch_all_on(self, _=None) -> None:
        """Every part speaks again."""
        for switch in self.switches.values():  # quietly: one new picture, not one for each
            switch.unobserve(self.refresh, "value")
            switch.value = True
            switch.observe(self.refresh, "value")
        self.refresh()

    def refresh(self, _=None) -> None:
        """Draw anew."""
        for switch in self.switches.values():
            switch.button_style = "" if switch.value else "warning"
        try:
            if not self.text.value:
                raise TooLong("there is no text: write one")
            self.out.value = self.picture(self.assistant, self.text.value, self.off)[0]
        except TooLong as error:
            self.out.value = f'<div role="alert">{error}</div>'


def switchboard(
    assistant: Assistant, texts: Sequence[str], off: Iterable[tuple[int, int]] = ()
) -> None:
    """Show the switchboard; where nothing is live, the first text with these heads off."""
    off = list(off)
    show(*switched_picture(assistant, texts[0], off), Switchboard(assistant, texts, off).box)
