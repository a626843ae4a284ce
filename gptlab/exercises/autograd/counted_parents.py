"""Parents of a Value that count how often somebody looks at them, so that a walk along every path is noticed."""

MANY = 10_000  # looks at parents


class TooLong(Exception):
    """So many looks at parents that every path must be walked."""


class CountedParents(tuple):
    """A tuple that counts the looks at all of its kind.

    Raises TooLong at more than MANY.
    """

    looks = 0

    def _look(self) -> None:
        CountedParents.looks += 1
        if CountedParents.looks > MANY:
            raise TooLong

    def __iter__(self):
        self._look()
        return super().__iter__()

    def __getitem__(self, place):
        self._look()
        return super().__getitem__(place)
