"""A whole run: its folder, its stages from tokenizer to PPO-ptx, and its measurements."""
