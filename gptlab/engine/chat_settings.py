"""The temperature and the length of a reply, the same wherever a model is talked to or measured."""

CHAT_TEMPERATURE = 0.7  # of a conversation; replies are measured as people get them
GREEDY = 0.0  # the temperature that takes the likeliest token each time
MAX_REPLY_TOKENS = 48  # the longest reply of a conversation, and the longest that is measured
