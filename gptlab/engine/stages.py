"""The stages of training: their names in files, their order, and their names for people."""

LABELS = {  # in the order in which a run trains them
    "base": "base",
    "sft": "SFT",
    "reward": "reward model",
    "ppo": "PPO",
    "ppo_ptx": "PPO-ptx",
}
STAGES = tuple(LABELS)
REWARD = "reward"
FINAL = STAGES[-1]
WRITING_STAGES = tuple(stage for stage in STAGES if stage != REWARD)  # a reward model gives scores
SHIPPED_STAGES = ("base", "sft", REWARD, FINAL)  # those that come with the course
SHIPPED_NAMES = {"base": "base model", "sft": "after SFT", FINAL: "chat model"}
