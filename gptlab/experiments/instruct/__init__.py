"""What lesson 11 trains and measures: instruction tuning of the shipped base model."""
