"""Finds under-trained tokens by their embeddings: those close to the embedding of a byte that never occurs."""

import torch.nn.functional as F
from torch import Tensor

IMPOSSIBLE_BYTE = (
    0xFF  # no UTF-8 text holds it (RFC 3629, section 3): its token cannot have been trained
)


def cosine_to_token(vectors: Tensor, token: int = IMPOSSIBLE_BYTE) -> Tensor:
    """How nearly each token's vector points where that of `token` points: 1 is the same direction.

        cos(e_i, e_t) = e_i · e_t / (|e_i| |e_t|)        as in Land & Bartolo 2024

    vectors  (V, C) float
    ->       (V) float
    """
    vectors = vectors.float()
    return F.cosine_similarity(vectors, vectors[token][None], dim=1)
