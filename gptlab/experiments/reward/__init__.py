"""What lesson 12 trains and measures: simulated labelers, reward models on few and many comparisons, calibration."""
