"""Whose code runs: fills in what is empty, and says so in one line."""

from gptlab.course import blanks

EVERY_LESSON = 99


def fill_empty() -> str:
    """Borrow what nobody has written yet; -> one line that says whose functions run.

    Where the references have been taken away, what is empty stays so, and says so when it is called.
    """
    n_empty = sum(state == "empty" for state in blanks.whose().values())
    if n_empty:
        try:
            blanks.borrow(before=EVERY_LESSON)
        except blanks.SolutionsMissing:
            pass
    return line(list(blanks.whose().values()), n_empty)


def line(states: list[str], n_were_empty: int) -> str:
    """Example: 39 states, 2 of them yours, 37 empty before -> "2 of 39 pieces are yours, the rest …"."""
    count = {state: states.count(state) for state in ("yours", "borrowed", "empty")}
    text = f"{count['yours']} of {len(states)} pieces are yours"
    if count["borrowed"]:
        reason = ", as you have not written them yet" if count["borrowed"] == n_were_empty else ""
        text += f", {count['borrowed']} are borrowed{reason}"
    return text + (f", {count['empty']} are empty" if count["empty"] else "")
