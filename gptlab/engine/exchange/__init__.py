"""Models on their way out of the course and into it: folders that `transformers` reads and writes."""
