"""Hints for gptlab/scaling.py."""

HINTS = {
    "zero_memory_bytes": (
        "Take 100 parameters and 4 devices, and write down three numbers for each stage: what one device keeps of the "
        "optimizer's state, of the gradients and of the parameters.",
        "Each of the three parts is divided by n_devices from a certain stage on: which part goes first, which last?",
        "The optimizer's 12 bytes are divided when stage ≥ 1, the gradients' 2 when stage ≥ 2, the parameters' 2 when "
        "stage ≥ 3. Add the three up, times n_params.",
    ),
    "transformer_parameters": (
        "Draw one block and write the shape beside each array in it: two norms, w_qkv, w_out, w_in, w_out, and the "
        "biases. Do it for C = 2, where a block holds 74 numbers.",
        "The four matrices have 3·C², C², 4·C² and 4·C² numbers; their biases are 3C, C, 4C and C long.",
        "Four lines: norm = 2·C, attention, feed_forward, block = 2·norm + attention + feed_forward. Then (V + T)·C "
        "once, the block n_layers times, and one more norm.",
    ),
    "training_flops": (
        "Take x with one row and w with four numbers: how many multiplications, how many additions? Then the backward "
        "pass: which two gradients does w's product have?",
        "One product forward and two backward, each with a multiplication and an addition for every weight and token.",
        "Three products of two operations each make one factor; multiply it by n_params and by n_tokens.",
    ),
    "fit_power_law": (
        "Which numbers lie on a straight line? Plot log(y − floor) against log x for the paper example.",
        "Least squares: slope = Σ (u − ū)(v − v̄) / Σ (u − ū)², with u = log x and v = log(y − floor). The line goes "
        "through (ū, v̄).",
        "torch.as_tensor(x, dtype=torch.float64) takes lists and tensors. The height at u = 0 is v̄ − slope·ū, "
        "which is log c; α is the slope with the other sign. Return two floats.",
    ),
    "compute_optimal": (
        "First get rid of D: the budget says what N·D is (training_flops(1, 1) operations each). Call it K: D = K/N.",
        "Now the loss depends on N alone: a·N^(−alpha) + b·(N/K)^beta. Its derivative is 0 at the lowest point.",
        "Multiplied by N the condition is a·alpha/N^alpha = b·beta·(N/K)^beta. Collect the powers of N on one side, "
        "take the (alpha + beta)-th root, and D = K/N.",
    ),
    "previous_token_score": (
        "In the map of a head that always looks at the token before, where are the large numbers?",
        "They lie one place below the main diagonal: torch.diagonal(…, offset=…, dim1=-2, dim2=-1).",
        "Take the diagonal with offset −1 of the last two axes, T − 1 numbers a head, and their mean.",
    ),
    "induction_score": (
        "Write A B C A B C on paper and mark, in each row of the map, the places that should count.",
        "ids[:, None] == ids compares every position with every other; .tril(-1) keeps the earlier ones. "
        "The places that count lie one column further to the right.",
        "Of a (T, T) table of places [t, s + 1], multiply it onto the attention and add up; divide by the "
        "number of rows whose token has an earlier occurrence, and by 1 where there are none.",
    ),
    "in_context_bigram": (
        "At each position, look back: where was this token before, and what came next there?",
        "One position at a time: your table of pairs grows by one pair a step. Add the pair that ends at "
        "ids[t] before you look up the row of ids[t].",
        "Keep (V, V) counts. For each t: from t = 1 on, count the pair (ids[t−1], ids[t]); then take row "
        "ids[t], divided by its sum, or 1/V everywhere where that sum is 0. Stack the rows.",
    ),
    "smear_keys": (
        "Which keys have one before them, and what happens to the first?",
        "k[:, :, 1:] are the keys from the second on, k[:, :, :-1] those before them. alpha needs two more "
        "axes to meet H, T and D.",
        "Mix the two with the shares sigmoid(alpha) and 1 − sigmoid(alpha), and put the first key, "
        "unchanged, in front with torch.cat along axis 2.",
    ),
    "model_flops_utilization": (
        "First the operations of one token. The weights: training_flops(n_params, 1). What is left is attention.",
        "One query, C numbers over all heads, meets T keys: C·T multiplications and as many additions. The values ask "
        "for as many again. This happens in each layer.",
        "The two products of a layer cost as much as a matrix of 2·C·T weights would: give that to training_flops and "
        "take it n_layers times. Sum, times tokens_per_second, over peak_flops.",
    ),
    "training_cost": (
        "How many operations are there to do, and how many do all devices together do in one second?",
        "Seconds are operations over operations a second; an hour has 3,600 of them. The bill is for device-hours.",
        "hours = training_flops(…) / (n_devices · utilization · peak_flops) / 3600. What does one device cost for so "
        "long, and how many are there?",
    ),
    "bits_per_byte": (
        "Two tokens with 2.0794 nats each: how many nats in all, how many bits is that, and over how many bytes?",
        "The mean times n_tokens is the surprise of the whole text. ln 2 is math.log(2).",
        "len(text) counts characters; len(text.encode()) counts bytes. nats · tokens / ln 2 / bytes.",
    ),
    "effective_tokens": (
        "100 tokens, 400 read: the text was read four times. How often was it repeated?",
        "R = tokens_read / unique_tokens − 1. What would the formula say for 60 read of 1000, and what should it say?",
        "If tokens_read is at most unique_tokens, return it. Else U + U · 15.39 · (1 − math.exp(−R / 15.39)).",
    ),
    "plan_run": (
        "Fill in a table on paper, a row for each pair: N, tokens read, what they are worth, loss.",
        "One loop over `speeds`. Two numbers of tokens occur in it: one goes into the law, the other is returned.",
        "In the loop: D = speed · seconds, worth = effective_tokens(unique_tokens, D), loss = a/N**alpha + "
        "b/worth**beta. Keep (loss, N, D) in a list; min() of the list compares the losses first.",
    ),
}
