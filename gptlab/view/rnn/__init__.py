"""Pictures and widgets on recurrent networks: the unrolled network, its gates, its memory, its gradients through time."""
