"""gptlab: build every stage of ChatGPT yourself, on one small computer."""

from gptlab.blanks.registry import borrow, give_back, whose
from gptlab.course.lesson import start
from gptlab.course.progress import progress
from gptlab.course.reset import reset, reveal
from gptlab.exercises.check import check
from gptlab.exercises.hint import hint

__version__ = "0.1.0"
__all__ = ["borrow", "check", "give_back", "hint", "progress", "reset", "reveal", "start", "whose"]
