"""Hints for gptlab/neural_lm.py."""

HINTS = {
    "context_windows": (
        "Write all windows of 3 out of 5, 6, 7, 8, 9 by hand, each with its target. How many are there?",
        "Window i is ids[i] … ids[i + n − 1]. The targets are the text without its first n tokens.",
        "torch.stack of the slices ids[i:i + n], for i in range of len(ids) less n; or "
        "unfold(0, n, 1) on all but the last token. First refuse an n that leaves nothing to "
        "predict.",
    ),
    "mlp_logits": (
        "Four steps: look up, lay side by side, hidden layer, output layer. Write the shape behind each.",
        "embedding[context_ids] is (B, T, C): the look-up is plain indexing. Its last two axes become one.",
        "flatten(1) or reshape(B, T·C) makes x. A layer is x @ w + b; torch.tanh goes around the first one only.",
    ),
    "sgd_step": (
        "For one parameter it is one line, straight from the equation.",
        "Go through params and grads in pairs, with zip, and make a list of the results.",
        "Subtract lr times the gradient; do not use -= or a method that ends in an underscore, "
        "which would change the tensors you were given.",
    ),
}
