"""The models as shells of weights that call the learner's functions, their tokenizer, generation and checkpoints."""
