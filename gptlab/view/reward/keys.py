"""Keys for a widget: what is pressed anywhere inside it presses one of its buttons, and JupyterLab does not hear it.

ipywidgets has no key events, so a style sheet of the widget brings a few lines of JavaScript that run once it is on
the page. They find the buttons by their classes; without them, the buttons still work by Tab and Enter.
"""

import json
from collections.abc import Mapping
from html import escape

import ipywidgets as w

from gptlab.view.palette import COLOURS

SCRIPT = """
const box = this.closest('.%(own)s'), keys = %(keys)s;
if (box && !box.dataset.keys) {
  box.dataset.keys = 'on';
  box.tabIndex = 0;
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', %(label)s);
  box.setAttribute('data-lm-suppress-shortcuts', 'true');
  for (const e of box.querySelectorAll('.gptlab-live .widget-html-content'))
    e.setAttribute('aria-live', 'polite');
  box.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const name = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    const button = name && box.querySelector('.' + name);
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) button.click();
  });
}
"""


def key_class(name: str) -> str:
    """The class of the button that a key presses."""
    return f"gptlab-key-{name}"


def listen(box: w.Box, own: str, label: str, keys: Mapping[str, str]) -> w.HTML:
    """The part that makes a box hear keys: put it among the box's children.

    own    a class that the box gets
    label  what a screen reader says of the box
    keys   which button each key presses: {"ArrowLeft": "1"} presses the one with key_class("1")
    """
    box.add_class(own)
    said = {key: key_class(name) for key, name in keys.items()}
    script = SCRIPT % {"own": own, "keys": json.dumps(said), "label": json.dumps(label)}
    ring = f"outline:3px solid {COLOURS['you']};outline-offset:2px"
    rules = (
        f".{own}{{border-radius:8px}}.{own}:focus,.{own} button:focus-visible{{{ring}}}"
        f".{own} button{{min-height:34px}}"
    )
    return w.HTML(
        f'<style onload="{escape(script)}">{rules}</style>', layout=w.Layout(height="0", margin="0")
    )
