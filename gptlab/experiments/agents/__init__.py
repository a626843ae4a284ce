"""What lesson 16 trains and measures: tools, retrieval, memory."""
