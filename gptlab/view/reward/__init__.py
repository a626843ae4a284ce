"""Pictures and widgets on the reward model: the labeler, pairs and rankings, noise, calibration."""
