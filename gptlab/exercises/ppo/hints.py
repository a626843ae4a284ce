"""Hints for gptlab/ppo.py."""

HINTS = {
    "policy_gradient_loss": (
        "The gradient of a mean is the mean of the gradients. Of which mean is A · ∇ log π the gradient, if A is a "
        "plain number?",
        "An optimizer goes downhill, and J is to go uphill: what does that do to the sign?",
        "Choose the kept ones with [mask], in both tables; multiply them, take the mean, turn the sign.",
    ),
    "token_log_probs": (
        "T tokens have T − 1 predictions. Which logits say something about which token?",
        "log_softmax of logits[:, :-1] over the last axis; the targets are ids[:, 1:].",
        "gather along the last axis wants an index with as many axes: add one to the targets, "
        "and squeeze it away again.",
    ),
    "kl_estimates": (
        "Compute k1 first: the others are functions of it.",
        "The ratio π_ref / π is e^(−k1).",
        "k2 is half of k1 squared; k3 is e^(−k1), less 1, plus k1 (torch.expm1 is more exact for small k1).",
    ),
    "token_rewards": (
        "Two parts: a charge at every kept token, and a payment at one place in each row.",
        "last_token_index(mask) gives that place; comparing it with torch.arange(R) makes a table (B, R).",
        "torch.where(mask, −beta · (logprobs − ref_logprobs), 0) plus torch.where(is_last, "
        "score with a second axis, 0).",
    ),
    "gae": (
        "Walk backwards, and carry two things along: the next kept token's value, and its advantage.",
        "At each column: δ = r + γ·next value − V, then δ + γ·λ·next advantage. Both begin at 0.",
        "Use torch.where(keep, new, old) to update what is carried: a dropped token changes "
        "nothing. Stack the columns in order; returns are advantages + values where kept, 0 "
        "elsewhere.",
    ),
    "whiten": (
        "Mean and variance come of the kept numbers only.",
        "x[mask] is a list of them. The variance is the mean of the squared differences (divided by n).",
        "(x − mean) / root of (variance + 1e-8), plus the mean if it is to stay; torch.where(mask, …, 0) at the end.",
    ),
    "policy_loss": (
        "Form the ratio, then two gains: one with the ratio, one with the clipped ratio. Which of the two counts?",
        "ratio = exp(logprobs − old_logprobs); clamp(1 − clip, 1 + clip).",
        "Choose the kept ones with [mask] first. Then minus the mean of torch.minimum(ratio · Â, clipped · Â).",
    ),
    "value_loss": (
        "Two squared errors: of the new value, and of the new value kept near the old one. Which of the two counts?",
        "old + (new − old).clamp(−clip, clip) is the value kept near the old one.",
        "Choose the kept ones with [mask] first. Then half of the mean of torch.maximum of the two squares.",
    ),
    "adaptive_beta": (
        "How far off is the KL, as a share of the target?",
        "The error is kl / target − 1, kept between −0.2 and 0.2 with min and max.",
        "beta times (1 plus the error times n_steps / horizon).",
    ),
}
