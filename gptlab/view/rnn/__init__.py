"""Pictures and widgets on recurrent networks: unrolled, their gates, their memory, their gradients through time."""
