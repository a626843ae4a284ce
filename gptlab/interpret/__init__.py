"""Inside a model: a trace of one run, attention maps, ablation, the logit lens, gates."""
