"""Pictures and widgets on the Transformer: the residual stream, the logit lens, masks, where the norm stands."""
