"""What `gptlab bench` measures: each part that users wait for, beside the peer that they would pick instead."""
