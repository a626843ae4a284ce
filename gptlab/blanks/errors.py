"""The exceptions that a learner meets, `EmptyBlank` among them: one line each, in a notebook too."""


def shortened(text: object, most: int = 60) -> str:
    """What was given, for a message: its beginning and … where it is long."""
    words = str(text)
    return words if len(words) <= most else f"{words[: most - 1]}…"


class CourseError(Exception):
    """An error whose message is all that a learner needs to see."""

    def _render_traceback_(self) -> list[str]:
        """Give IPython one line to print instead of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class EmptyBlank(CourseError, NotImplementedError):
    """A blank was called that nobody has written or borrowed yet; the message begins with its key."""

    @property
    def key(self) -> str:
        """The blank's key."""
        return str(self).partition(" ")[0]


class SolutionsMissing(CourseError):
    """A reference body was asked for that is not in this checkout."""


class UnknownBlank(CourseError, ValueError):
    """A key, lesson or setting that names no blank."""


class CannotEdit(CourseError):
    """A learner's file could not be changed safely, so it was left as it was."""


class ChoicesDamaged(CourseError):
    """The file that remembers what was borrowed cannot be understood."""
