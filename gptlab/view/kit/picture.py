"""`Picture`: an image and its description in words, as every function that draws a whole picture returns it."""

from typing import NamedTuple

from matplotlib.figure import Figure


class Picture(NamedTuple):
    """A picture with its description, in the order in which `show` takes them: `show(*picture)`."""

    image: str | Figure  # an SVG document, or a figure
    alt: str  # for those who cannot see it
