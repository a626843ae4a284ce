"""Training: pretraining, SFT, reward model and PPO, with the optimizers and progress bars that they share."""
