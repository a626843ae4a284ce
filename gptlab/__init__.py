"""gptlab: build every stage of ChatGPT yourself, on one small computer."""

from gptlab.course.blanks import borrow, give_back, whose
from gptlab.course.checks import check
from gptlab.course.editing import reset, reveal
from gptlab.course.hints import hint
from gptlab.course.lesson import start
from gptlab.course.progress import progress

__version__ = "0.1.0"
__all__ = ["borrow", "check", "give_back", "hint", "progress", "reset", "reveal", "start", "whose"]
