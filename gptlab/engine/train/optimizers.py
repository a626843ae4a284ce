"""The optimizers of training: AdamW, Muon for the matrices inside the blocks, and both together for fine-tuning."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from gptlab import training
from gptlab.engine.model.protocol import Trainable

MUON_MOMENTUM = 0.95
MUON_STEPS = 5
PARTS = (
    4  # that the matrices of one shape go through the iteration in: so many workers can share them
)
# (a, b, c) of Jordan et al. 2024: steep at 0, so that small singular values grow fast
QUINTIC = (3.4445, -4.7750, 2.0315)


def newton_schulz(
    matrices: Tensor, n_steps: int = MUON_STEPS, product: torch.dtype | None = None
) -> Tensor:
    """Bring every singular value of each matrix near 1 and keep its singular vectors.

        G = U S Vᵀ  ->  about U Vᵀ
        X₀ = G / ‖G‖,   X ← a X + b (X Xᵀ) X + c (X Xᵀ)² X         Jordan et al. 2024

    The source: "Muon: an optimizer for hidden layers in neural networks", kellerjordan.github.io/posts/muon.
    With (a, b, c) = QUINTIC the singular values land between about 0.7 and 1.2, which is near enough.

    matrices  (N, rows, columns) float, N matrices of one shape
    product   the type that products are taken in; None = that of the matrices
    ->        (N, rows, columns) float
    """
    a, b, c = QUINTIC
    x = matrices / (torch.linalg.matrix_norm(matrices, keepdim=True) + 1e-7)
    x = x.to(product or x.dtype)
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x  # the product below is then the smaller of the two
    for _ in range(n_steps):
        gram = torch.bmm(x, x.mT)  # (N, rows, rows)
        polynomial = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)  # b G + c G²
        x = torch.baddbmm(x, polynomial, x, beta=a)
    return (x.mT if tall else x).to(matrices.dtype)


def orthogonalize_all(stacks: list[Tensor], product: torch.dtype | None) -> list[Tensor]:
    """What `newton_schulz` makes of each stack of matrices, one after the other."""
    return [newton_schulz(stack, product=product) for stack in stacks]


def muon_scale(n_in: int, n_out: int) -> float:
    """Give the factor that makes one Muon learning rate right for every shape.

    √max(1, n_out / n_in)                                   Jordan et al. 2024
    """
    return max(1.0, n_out / n_in) ** 0.5


def split_parameters(
    model: Trainable,
) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]:
    """Sort the parameters by what each needs: matrices of the blocks, embeddings, and vectors.

    Only the first are decayed, and only the first are Muon's. A tied weight appears once.
    """
    matrices, embeddings, vectors = {}, {}, {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if parameter.ndim < 2:
            vectors[name] = parameter
        elif "blocks." in name:
            matrices[name] = parameter
        else:
            embeddings[name] = parameter
    return matrices, embeddings, vectors


def learners_adamw_equals_torch(steps: int = 3) -> bool:
    """Say whether the learner's adamw_step and torch's AdamW give the same numbers.

    A function that is empty or fails is not the same: what is wrong with it shows when it is run.
    """
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(5, 3, generator=generator, dtype=torch.float64)
    theirs = nn.Parameter(start.clone())
    settings = {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-6, "weight_decay": 0.3}
    judge = torch.optim.AdamW([theirs], **settings)
    hers = start.clone()
    exp_avg = torch.zeros_like(start)
    exp_avg_sq = torch.zeros_like(start)
    for step in range(1, steps + 1):
        theirs.grad = torch.randn(5, 3, generator=generator, dtype=torch.float64)
        try:
            hers, exp_avg, exp_avg_sq = training.adamw_step(
                hers, theirs.grad.clone(), exp_avg, exp_avg_sq, step, **settings
            )
        except Exception:
            return False
        judge.step()
    expected = judge.state[theirs]
    pairs = (
        (hers, theirs.detach()),
        (exp_avg, expected["exp_avg"]),
        (exp_avg_sq, expected["exp_avg_sq"]),
    )
    return all(
        isinstance(a, Tensor) and a.shape == b.shape and torch.allclose(a, b, rtol=1e-9, atol=1e-12)
        for a, b in pairs
    )


class AdamW:
    """Adam with decoupled weight decay: the learner's adamw_step, or torch's fused one where both agree.

    θ ← θ − lr·λ·θ − lr·m̂ / (√v̂ + ε)                        Loshchilov & Hutter 2019, alg. 2
    """

    def __init__(
        self,
        decayed: dict[str, Tensor],
        plain: dict[str, Tensor],
        betas: tuple[float, float] = (0.9, 0.95),
        eps: float = 1e-8,
        weight_decay: float = 0.1,
        fused: bool | None = None,
    ) -> None:
        self.parameters = {**decayed, **plain}
        self.decay = {**dict.fromkeys(decayed, weight_decay), **dict.fromkeys(plain, 0.0)}
        self.betas = betas
        self.eps = eps
        self.n_steps = 0
        self.exp_avg = {name: torch.zeros_like(p) for name, p in self.parameters.items()}
        self.exp_avg_sq = {name: torch.zeros_like(p) for name, p in self.parameters.items()}
        fused = learners_adamw_equals_torch() if fused is None else fused
        groups = [
            {"params": list(decayed.values()), "weight_decay": weight_decay},
            {"params": list(plain.values()), "weight_decay": 0.0},
        ]
        groups = [group for group in groups if group["params"]]
        self.fused: torch.optim.AdamW | None = None
        if fused and groups:
            self.fused = torch.optim.AdamW(groups, betas=betas, eps=eps, fused=True)
        self._share_moments()

    def _share_moments(self) -> None:
        """Let the fused optimizer write into our moments, so that there is one copy of the state."""
        if self.fused is None:
            return
        for name, p in self.parameters.items():
            self.fused.state[p] = {
                "step": torch.tensor(float(self.n_steps), device=p.device),
                "exp_avg": self.exp_avg[name],
                "exp_avg_sq": self.exp_avg_sq[name],
            }

    @torch.no_grad()
    def step(self, lr: float) -> None:
        """Update every parameter from its gradient."""
        self.n_steps += 1
        if self.fused is not None:
            for group in self.fused.param_groups:
                group["lr"] = lr
            self.fused.step()
            return
        for name, p in self.parameters.items():
            if p.grad is None:
                continue
            exp_avg, exp_avg_sq = self.exp_avg[name], self.exp_avg_sq[name]
            settings = (self.n_steps, lr, self.betas, self.eps, self.decay[name])
            new = training.adamw_step(p, p.grad, exp_avg, exp_avg_sq, *settings)
            for old, updated in zip((p, exp_avg, exp_avg_sq), new, strict=True):
                old.copy_(updated)

    def state_dict(self) -> dict:
        """Give what a later run needs to go on, as plain tensors by parameter name."""
        return {
            "n_steps": self.n_steps,
            "exp_avg": dict(self.exp_avg),
            "exp_avg_sq": dict(self.exp_avg_sq),
        }

    def load_state_dict(self, state: dict) -> None:
        """Take over a saved state."""
        self.n_steps = int(state["n_steps"])
        _copy_by_name(self.exp_avg, state["exp_avg"])
        _copy_by_name(self.exp_avg_sq, state["exp_avg_sq"])
        self._share_moments()


class Muon:
    """Momentum whose update is orthogonalised, for the matrices inside the blocks.

        m ← μ m + (1 − μ) g,   u = μ m + (1 − μ) g               (Nesterov)
        W ← W − lr·λ·W − lr·√max(1, n_out/n_in)·NS₅(u)           Jordan et al. 2024

    The query, key and value thirds of w_qkv are three matrices of their own. Matrices of one shape go
    through the iteration in few stacks, a tall one as its transpose: few large products, not many small ones.
    """

    def __init__(
        self,
        matrices: dict[str, Tensor],
        weight_decay: float = 0.1,
        momentum: float = MUON_MOMENTUM,
    ) -> None:
        self.parameters = matrices
        self.weight_decay = weight_decay
        self.momentum = momentum
        self.product: torch.dtype | None = None  # of newton_schulz's products; None = the weights'
        self.orthogonalize: Callable[[list[Tensor], torch.dtype | None], list[Tensor]] = (
            orthogonalize_all  # or what shares the stacks out
        )
        self.exp_avg = {name: torch.zeros_like(p) for name, p in matrices.items()}

    @torch.no_grad()
    def step(self, lr: float) -> None:
        """Update every matrix from its gradient."""
        by_shape: dict[tuple, list[tuple[Tensor, Tensor]]] = {}
        for name, p in self.parameters.items():
            if p.grad is None:
                continue
            momentum = self.exp_avg[name].lerp_(p.grad, 1 - self.momentum)
            update = torch.lerp(p.grad, momentum, self.momentum)
            p.mul_(1 - lr * self.weight_decay)
            n_parts = 3 if name.endswith("w_qkv") else 1
            chunks = update.chunk(n_parts, dim=1)
            for part, chunk in zip(p.chunk(n_parts, dim=1), chunks, strict=True):
                scale = muon_scale(*chunk.shape)
                tall = chunk.shape[0] > chunk.shape[1]
                pair = (part.mT, chunk.mT) if tall else (part, chunk)
                by_shape.setdefault((*pair[1].shape, scale), []).append(pair)
        parts = [
            (pairs[i : i + size], scale)
            for (*_, scale), pairs in by_shape.items()
            for size in (-(-len(pairs) // PARTS),)
            for i in range(0, len(pairs), size)
        ]
        stacks = [torch.stack([update for _, update in pairs]) for pairs, _ in parts]
        for (pairs, scale), updates in zip(parts, self.orthogonalize(stacks, self.product)):
            for (part, _), update in zip(pairs, updates, strict=True):
                part.add_(update, alpha=-lr * scale)

    def state_dict(self) -> dict:
        """Give what a later run needs to go on, as plain tensors by parameter name."""
        return {"exp_avg": dict(self.exp_avg)}

    def load_state_dict(self, state: dict) -> None:
        """Take over a saved state."""
        _copy_by_name(self.exp_avg, state["exp_avg"])


class MuonAdamW:
    """The optimizer of SFT and the reward model: Muon for the blocks' matrices, AdamW for the rest.

    Weights that Muon trained are large, and AdamW's equal steps for every number bend them out of shape (book/log.md).
    `muon_ratio` is Muon's learning rate in units of AdamW's; 0 leaves everything to AdamW.
    """

    def __init__(self, model: Trainable, weight_decay: float, muon_ratio: float) -> None:
        matrices, embeddings, vectors = split_parameters(model)
        self.ratio = muon_ratio
        self.muon = Muon(matrices, 0.0) if muon_ratio else None
        self.adamw = AdamW(
            {} if muon_ratio else matrices, embeddings | vectors, weight_decay=weight_decay
        )

    def share_work(
        self, orthogonalize: Callable[[list[Tensor], torch.dtype | None], list[Tensor]]
    ) -> None:
        """Let Muon's iteration be done by what does it for several stacks at once."""
        if self.muon:
            self.muon.orthogonalize = orthogonalize

    def step(self, lr: float) -> None:
        """Update every parameter from its gradient; `lr` is AdamW's."""
        self.adamw.step(lr)
        if self.muon:
            self.muon.step(self.ratio * lr)


def _copy_by_name(target: dict[str, Tensor], source: dict[str, Tensor]) -> None:
    if target.keys() != source.keys():
        odd = sorted(target.keys() ^ source.keys())
        raise ValueError(
            f"the saved optimizer holds {len(source)} tensors, this model has {len(target)}: "
            f"{odd[0]} is on one side only; start without resume"
        )
    for name, tensor in target.items():
        if tensor.shape != source[name].shape:
            raise ValueError(
                f"the saved optimizer has {tuple(source[name].shape)} for {name}, this model "
                f"has {tuple(tensor.shape)}; start without resume"
            )
        tensor.copy_(source[name])
