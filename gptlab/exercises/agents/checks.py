"""The checks of gptlab/agents.py."""

from gptlab.exercises.agents.checks_memory import (
    recency_decay,
    reflection_points,
    retrieval_score,
    retrieve,
)

__all__ = ["recency_decay", "reflection_points", "retrieval_score", "retrieve"]
