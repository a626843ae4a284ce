"""Pictures and widgets on counting and cross-entropy: Shannon's game, smoothing, the entropy of English."""
