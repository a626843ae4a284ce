"""Pictures and widgets on fine-tuning: token strips, padding, learning curves, and what pretraining is worth."""
