"""gptlab: build every stage of ChatGPT yourself, on one small computer."""

from gptlab.course.blanks import borrow, give_back, whose
from gptlab.course.editing import reset, reveal

__version__ = "0.1.0"
__all__ = ["borrow", "give_back", "reset", "reveal", "whose"]
