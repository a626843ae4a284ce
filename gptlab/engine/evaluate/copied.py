"""How much of what a model writes it has by heart: the longest stretch that is in the training text, to the letter."""


def longest_copy(text: str, source: str) -> str:
    """The longest stretch of `text` that occurs in `source`; of several, the first; "" where they share no letter.

    From each beginning on, only stretches that would be longer than the longest so far are looked for.
    """
    begin = length = 0
    for start in range(len(text)):
        while start + length < len(text) and text[start : start + length + 1] in source:
            begin = start
            length += 1
    return text[begin : begin + length]
