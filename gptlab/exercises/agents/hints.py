"""Hints for gptlab/agents.py; those of memory are in `hints_memory.py`."""

from gptlab.exercises.agents import hints_memory

HINTS = {
    "calculate": (
        "First decide what is allowed, then calculate. A text of numbers and signs can be described exactly.",
        "re.fullmatch tests a whole text against a pattern: a number, then any times a sign and a number. "
        "What does not match is refused.",
        "Keep a list of terms. A + or − starts a new term, with its sign; a × changes the last term. "
        "The result is the sum of the terms, as str.",
    ),
    "parse_action": (
        'Go through text.split("\\n") and stop at the first line that begins with "Action:".',
        'str.partition("[") cuts at the first bracket, str.rpartition("]") at the last one.',
        "Of that first line: name = what stands before the bracket, stripped. Where the name is empty or a "
        "bracket is missing, the result is None, whatever other lines say.",
    ),
    "react_loop": (
        "Play it on paper first: who writes which line? Only the cut, the tool and the end are yours.",
        "Take the lines of what the model wrote one by one, and stop after the first that begins with ACTION or "
        "ANSWER. Add those lines to the transcript, each with its line break.",
        "If the last of them is an answer, you are done. Else action = parse_action(...); if it was seen before, "
        "leave the loop; remember it, and add the line with observe(action, tools).",
    ),
    "transcript_tokens": (
        "Who writes each line: the user, the model, or the program? The model is asked to write its own lines only.",
        "Encode line by line, with the line break. The first word of a line tells who wrote it.",
        "str.splitlines(keepends=True) gives the lines; a line that starts with QUESTION or OBSERVATION is not "
        "learnt, all others are. The mask has one entry a token.",
    ),
    "overlapping_chunks": (
        "How far does the start move from one chunk to the next?",
        "When has a chunk no new token any more? When all of it was in the chunk before.",
        "range(0, len(ids) − overlap, size − overlap) gives the starts, except that a short document still has one "
        "chunk.",
    ),
    "cosine_similarity": (
        "It is a dot product in which length does not count.",
        "keys @ query gives all N dot products at once; Tensor.norm(dim=1) the N lengths.",
        "Divide the products by both lengths, and put 0 where one of the lengths is 0: torch.where, or a smallest "
        "divisor.",
    ),
    "best_matches": (
        "Two steps: put the places in order, then leave out what is too low.",
        "torch.argsort(..., descending=True, stable=True) gives places, and keeps the order of equal ones.",
        "Of the ordered places, keep those whose similarity is at least the threshold, and the first k of them.",
    ),
    **hints_memory.HINTS,
}
