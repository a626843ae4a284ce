"""A widget: the reader's own question and reply, token by token, before and after tuning."""

from collections.abc import Mapping

import ipywidgets as w

from gptlab.engine.assistant import Assistant
from gptlab.experiments.instruct.token_costs import pieces, rendered, token_costs
from gptlab.view.instruct.chat_tokens import chat_picture
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.world.questions import running_example

LONGEST = 120  # characters of a text
QUESTION, REPLY = running_example("en"), "Good question! Yushan."


def own_picture(models: Mapping[str, Assistant], question: str, reply: str) -> Picture:
    """What each token of a reply costs each model, −ln p, and which tokens are learnt from."""
    chat = [
        {"role": "user", "content": question[:LONGEST]},
        {"role": "assistant", "content": reply[:LONGEST]},
    ]
    first = next(iter(models.values()))
    ids, mask = rendered(first, chat)
    ids, mask = ids[: first.context], mask[: first.context]
    costs = {
        name: [cost if mark else None for cost, mark in zip(token_costs(model, ids), mask)]
        for name, model in models.items()
    }
    return chat_picture(pieces(first, ids), mask, "What this reply costs, token by token", costs)


def token_lab(
    models: Mapping[str, Assistant], question: str = QUESTION, reply: str = REPLY
) -> None:
    """Display two text fields, and the chat that they make as tokens with their costs."""
    wide = w.Layout(width="100%", max_width="520px")
    asked, replied = (
        w.Text(text, description=name, continuous_update=False, layout=wide)
        for name, text in (("asked", question), ("replied", reply))
    )
    image = w.HTML()

    def draw(_: object = None) -> None:
        picture = own_picture(models, asked.value, replied.value)
        image.value = str(picture.image)

    for field in (asked, replied):
        field.observe(draw, "value")
    draw()
    show(*own_picture(models, question, reply), w.VBox([asked, replied, image]))
