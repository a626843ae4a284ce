"""Fills in the functions that are still empty, and says in one line whose code runs."""

from gptlab.blanks import registry

EVERY_LESSON = 99


def fill_empty(stand_ins: bool = False) -> str:
    """Borrow what nobody has written yet; returns one line that says whose functions run.

    Where the references have been taken away, what is empty stays so, and says so when it is called; with
    `stand_ins`, torch's own functions run in its place, as far as a trained model needs them.
    """
    n_empty = sum(state == "empty" for state in registry.whose().values())
    n_stand_ins = 0
    if n_empty:
        try:
            registry.borrow(before=EVERY_LESSON)
        except registry.SolutionsMissing:
            if stand_ins:
                import gptlab.engine.model.torch_stand_ins  # which names what stands in

                n_stand_ins = len(registry.use_stand_ins())
    return line(list(registry.whose().values()), n_empty, n_stand_ins)


def line(states: list[str], n_were_empty: int, n_stand_ins: int = 0) -> str:
    """Example: 39 states, 2 of them yours, 37 empty before -> "2 of 39 functions are yours, the rest …"."""
    count = {state: states.count(state) for state in ("yours", "borrowed", "empty")}
    text = f"{count['yours']} of {len(states)} functions are yours"
    if count["borrowed"]:
        reason = ", as you have not written them yet" if count["borrowed"] == n_were_empty else ""
        text += f", {count['borrowed']} are borrowed{reason}"
    torchs = f" (for {n_stand_ins} of them torch's own functions stand in)" if n_stand_ins else ""
    return text + (f", {count['empty']} are empty{torchs}" if count["empty"] else "")
