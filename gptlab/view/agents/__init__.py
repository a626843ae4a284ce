"""Pictures and widgets of agents: the loop, retrieval, memory."""
