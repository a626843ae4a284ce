"""Pictures and widgets on tasks asked as text: how a continuation is scored, cue words, options, beginnings."""
