"""Pictures and widgets on drawing the next token: be the sampler, the microscope, the limit on new tokens."""
