"""What lesson 13 trains and measures: policy gradients on one token, and PPO with one detail switched off."""
