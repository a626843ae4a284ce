"""Inside a model: attention maps, ablation, and what each layer would say."""
