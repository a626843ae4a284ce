"""A town of 25 residents who plan, meet, talk and remember: lesson 16c.

Rules decide where a resident goes and whom she meets; what she says is written by a small model that reads her
memories, and which memories it reads is chosen by the functions of `gptlab.agents`.
"""
