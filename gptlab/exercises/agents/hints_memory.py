"""Hints for the functions of memory in gptlab/agents.py."""

HINTS: dict[str, tuple[str, str, str]] = {
    "recency_decay": (
        "What is left after two hours, if a half is left after one?",
        "A number may be raised to the power of a whole tensor.",
        "The rate is the base, the hours are the exponent.",
    ),
    "retrieval_score": (
        "Do one of the three on paper: which candidate gets 0, which gets 1?",
        "Take the smallest away, divide by the distance from the smallest to the largest, weigh, add.",
        "Begin with zeros; for each of the three, add only where max() is larger than min().",
    ),
    "retrieve": (
        "You have written all parts: a decay, a similarity, a score. Which arguments does each need?",
        "The order of scores comes from argsort; see its arguments descending and stable.",
        "Decay of the hours, similarity of query and keys, one score from three; the first k places as a list.",
    ),
    "reflection_points": (
        "Keep a running sum. What becomes of it after a reflection?",
        "enumerate gives the place and the importance; the sum has to be more than the threshold.",
        "Add, compare with >, note the place, and begin again at nothing.",
    ),
}
