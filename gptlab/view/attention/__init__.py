"""Pictures and widgets on attention: arcs, heads, positions, the scale of the softmax, what it costs."""
