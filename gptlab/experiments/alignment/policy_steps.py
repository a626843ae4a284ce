"""One optimizer step of a policy, as all the small trainers of this lesson take it."""

from torch import Tensor

from gptlab import training
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.optimizers import AdamW, split_parameters
from gptlab.engine.train.step import check_finite

WARMUP = 5  # steps
CLIP = 1.0


class PolicySteps:
    """Called with a loss, it takes one step of AdamW down its gradient: a short warm-up, then a constant rate."""

    def __init__(self, policy: GPT, lr: float) -> None:
        matrices, embeddings, vectors = split_parameters(policy)
        self.policy = policy
        self.lr = lr
        self.done = 0
        self.optimizer = AdamW(matrices, embeddings | vectors, weight_decay=0.0)

    def __call__(self, loss: Tensor) -> None:
        """Take the step; raises TrainingDiverged where the loss or the gradient is no number."""
        self.policy.zero_grad(set_to_none=True)
        loss.backward()
        grads = [p.grad for p in self.policy.parameters() if p.grad is not None]
        norm = float(training.clip_by_global_norm(grads, CLIP))
        check_finite(float(loss.detach()), norm, self.done, self.lr)
        self.done += 1
        self.optimizer.step(self.lr * min(1.0, self.done / WARMUP))
