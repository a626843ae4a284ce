"""Pictures and widgets of a conversation."""
