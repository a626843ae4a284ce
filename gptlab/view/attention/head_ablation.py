"""A widget that ablates heads one by one: what the model says next without them, and its loss."""

from collections.abc import Callable, Iterable, Sequence

import ipywidgets as w
import torch

from gptlab.engine.assistant import Assistant, TooLong
from gptlab.interpret.ablation import ablated_logits, ablated_loss
from gptlab.sampling import softmax
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, FAINT

WIDTH, MARGIN, ROW, NAMES = 480, 16, 40, 130  # pixels
N_SHOWN = 5  # tokens


def ablation_picture(
    assistant: Assistant, text: str, ablated: Iterable[tuple[int, int]] = ()
) -> Picture:
    """The next token's probabilities with all heads and without some."""
    ablated = sorted(ablated)
    ids = assistant.begin(text)
    whole = softmax(ablated_logits(assistant.model, torch.tensor([ids]))[0, -1])
    rest = softmax(ablated_logits(assistant.model, torch.tensor([ids]), ablated)[0, -1])
    off = ", ".join(f"L{layer} head {head}" for layer, head in ablated) or "none"
    title = svg.shorten_left(f"{text}▁", WIDTH - 2 * MARGIN)
    below = svg.shorten(f"off: {off}", WIDTH - 2 * MARGIN, 13)
    parts = [
        svg.text(MARGIN, 30, title, 15, weight=600),
        svg.text(MARGIN, 52, below, 13, fill=COLOURS["you"]),
    ]
    left = MARGIN + NAMES
    scale = (WIDTH - 2 * MARGIN - NAMES - 60) / max(float(whole.max()), float(rest.max()))
    said = []
    for n, i in enumerate((whole + rest).topk(N_SHOWN).indices.tolist()):
        y = 62 + n * ROW
        label = visible(assistant.tokenizer.decode_bytes([i]))
        before, after = float(whole[i]), float(rest[i])
        parts.append(svg.text(left - 10, y + 24, svg.shorten(label, NAMES - 10), 15, "end"))
        for top, p, colour in ((y, before, COLOURS["neutral"]), (y + 16, after, COLOURS["you"])):
            parts += [
                svg.rect(left, top + 4, max(1.5, scale * p), 13, colour, 2),
                svg.text(left + scale * p + 7, top + 15, percent(p), 12.5),
            ]
        said.append(f"{label} {percent(before)} → {percent(after)}")
    losses = [ablated_loss(assistant.model, [ids], heads) for heads in ((), ablated)]
    foot = f"loss on this text's own tokens: {losses[0]:.2f} → {losses[1]:.2f} nats each"
    y = 62 + N_SHOWN * ROW + 16
    legend = "grey: all heads on · purple: as switched"
    parts += [svg.text(MARGIN, y, foot, 13), svg.text(MARGIN, y + 20, legend, 12.5, fill=FAINT)]
    alt = f"After “{text}”, heads off: {off}. {'; '.join(said)}; {foot}."
    return Picture(svg.document(WIDTH, y + 20 + MARGIN, parts, alt), alt)


class Switchboard:
    """A text, a button for each part that can be ablated, and a picture of what is left; `box` is the widget.

    picture  (assistant, text, parts that are off) -> Picture
    others   parts of each layer besides its heads, by name
    """

    def __init__(
        self,
        assistant: Assistant,
        texts: Sequence[str],
        ablated: Iterable[tuple] = (),
        picture: Callable = ablation_picture,
        others: Sequence[str] = (),
    ):
        self.assistant = assistant
        self.picture = picture
        config = assistant.model.config
        ablated = set(ablated)
        self.text = w.Combobox(
            value=texts[0],
            options=list(texts),
            description="text",
            ensure_option=False,
            continuous_update=False,
            layout=w.Layout(width="100%", max_width="480px"),
        )
        names = {head: f"h{head}" for head in range(config.n_heads)}
        names.update((part, part) for part in others)
        self.switches = {
            (layer, part): w.ToggleButton(
                (layer, part) not in ablated,
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
    def ablated(self) -> list[tuple]:
        """The parts that are off now."""
        return [place for place, switch in self.switches.items() if not switch.value]

    def switch_all_on(self, _=None) -> None:
        """Every part works again."""
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
            self.out.value = self.picture(self.assistant, self.text.value, self.ablated).image
        except TooLong as error:
            self.out.value = f'<div role="alert">{error}</div>'


def switchboard(
    assistant: Assistant, texts: Sequence[str], ablated: Iterable[tuple[int, int]] = ()
) -> None:
    """Show the switchboard; where nothing is live, the first text with these heads off."""
    ablated = list(ablated)
    widget = Switchboard(assistant, texts, ablated)
    show(*ablation_picture(assistant, texts[0], ablated), widget.box)
