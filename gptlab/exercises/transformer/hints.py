"""Hints for gptlab/transformer.py."""

HINTS = {
    "layer_norm": (
        "For each vector: take the mean away, divide by the spread. Then each channel's own scale and shift.",
        "mean(dim=-1, keepdim=True). The variance is the mean of the squared differences, without the C − 1.",
        "centred = x less the mean; divide by the root of (mean of centred² + eps); times weight; plus bias.",
    ),
    "gelu": (
        "The formula has three parts: ½·x, a 1 plus a tanh, and what stands inside the tanh.",
        "Inside: the root of 2/π, times (x + 0.044715 times the cube of x).",
        "torch.tanh for the tensor, math.sqrt and math.pi for the number. The root covers the whole 2/π.",
    ),
    "feed_forward": (
        "Two layers with an activation function in the middle.",
        "A layer is x @ w + b, since weights are (in, out).",
        "First layer, your gelu, second layer; nothing is added from x here.",
    ),
    "pre_ln_block": (
        "The stream x is only ever added to. What do the two parts read?",
        "Each part reads a normalised copy: f(norm(x)). The sum is taken with x itself.",
        "h is x plus the first part of norm1(x); the result is h plus the second part of norm2(h).",
    ),
    "post_ln_block": (
        "Here the parts read the stream as it is. Where does the norm go?",
        "Around the whole sum: norm(x + f(x)).",
        "h is norm1 of a sum with x, the result is norm2 of a sum with h.",
    ),
    "gpt_logits": (
        "Follow the picture down: two look-ups and a sum, the blocks one after the other, the norm, the head.",
        "A look-up is wte[ids]. Positions are 0, 1, … T − 1: the first T rows of wpe, the same for every text.",
        "x = block(x) in a loop; last_norm once, after it; then a product with wte, turned so that C meets C.",
    ),
    "mask_tokens": (
        "Draw twice for every token: is it selected, and if so, what happens to it?",
        "torch.rand(ids.shape, generator=…) < rate selects. A second draw from 0 to 1 decides: "
        "below 0.8, below 0.9, or above.",
        "inputs: masked_fill with mask_id where selected and fate < 0.8; torch.where with "
        "random ids (torch.randint) where selected and 0.8 ≤ fate < 0.9. labels: ids, with −100 "
        "where not selected.",
    ),
    "gpt2_init_std": (
        "Sort the names into three kinds: not drawn, residual projections, the rest. Which test comes first?",
        "Split the name at its dots: the last part and the one before it decide. Biases and norms go first.",
        "0 if the last part is a bias, or if one of the two last parts begins with norm or ln_; "
        "the smaller number for c_proj + weight and for attn or mlp + w_out; else 0.02.",
    ),
}
