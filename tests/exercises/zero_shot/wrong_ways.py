"""Wrong bodies of gptlab/zero_shot.py, right almost everywhere: its checks must reject each."""

from gptlab.blanks.registry import reference
from tests.exercises.zero_shot import few_shot_wrong_ways  # noqa: F401
from tests.support.wrong_ways import wrong

SEQUENCE = reference("zero_shot.sequence_log_probability")


@wrong("zero_shot.sequence_log_probability")
def stretch_from_first_to_last(logits, ids, mask):
    filled = (mask.int().cumsum(1) > 0) & (mask.flip(1).int().cumsum(1).flip(1) > 0)
    return SEQUENCE(logits, ids, filled)


@wrong("zero_shot.sequence_log_probability")
def logits_clamped(logits, ids, mask):
    return SEQUENCE(logits.clamp(-50, 50), ids, mask)


@wrong("zero_shot.sequence_log_probability")
def first_row_s_mask(logits, ids, mask):
    return SEQUENCE(logits, ids, mask[:1].expand_as(mask))


@wrong("zero_shot.sequence_log_probability")
def without_a_gradient(logits, ids, mask):
    return SEQUENCE(logits.detach(), ids, mask)


@wrong("zero_shot.score_options")
def first_option_s_length(model, prompt, options, neutral=None):
    length = len(options[0])
    cut = [option[:length] for option in options]
    return reference("zero_shot.score_options")(model, prompt, cut, neutral)


@wrong("zero_shot.score_options")
def sorted_options(model, prompt, options, neutral=None):
    return reference("zero_shot.score_options")(model, prompt, sorted(options, key=len), neutral)


@wrong("zero_shot.score_options")
def neutral_of_the_prompt_s_length(model, prompt, options, neutral=None):
    if neutral is not None:
        neutral = (neutral * len(prompt))[: len(prompt)]
    return reference("zero_shot.score_options")(model, prompt, options, neutral)


@wrong("zero_shot.choose_option")
def scores_below_zero_only(option_scores, option_lengths, normalize=True):
    scores = option_scores.clamp(max=0)
    return (scores / option_lengths if normalize else scores).argmax(-1)


@wrong("zero_shot.choose_option")
def one_row_s_lengths(option_scores, option_lengths, normalize=True):
    lengths = option_lengths.reshape(-1, option_lengths.shape[-1])[0]
    return (option_scores / lengths if normalize else option_scores).argmax(-1)


@wrong("zero_shot.load_gpt2_state")
def one_digit_layers(hf_state_dict):
    few = {n: x for n, x in hf_state_dict.items() if not n.split("h.")[-1][:2].isdigit()}
    return reference("zero_shot.load_gpt2_state")(few)


@wrong("zero_shot.load_gpt2_state")
def in_half_precision(hf_state_dict):
    half = {name: x.half() for name, x in hf_state_dict.items()}
    return reference("zero_shot.load_gpt2_state")(half)


@wrong("zero_shot.load_gpt2_state")
def the_head_by_its_shape(hf_state_dict):
    state = {name: x for name, x in hf_state_dict.items() if name != "lm_head.weight"}
    head = hf_state_dict.get("lm_head.weight")
    if head is not None and head.shape != state["transformer.wte.weight"].shape:
        raise ValueError("lm_head.weight")
    return reference("zero_shot.load_gpt2_state")(state)


@wrong("zero_shot.load_gpt2_state")
def the_head_as_the_embedding(hf_state_dict):
    state = dict(hf_state_dict)
    if "lm_head.weight" in state:
        state["transformer.wte.weight"] = state["lm_head.weight"]
    return reference("zero_shot.load_gpt2_state")(state)


@wrong("zero_shot.load_gpt2_state")
def every_mask_anywhere(hf_state_dict):
    few = {n: x for n, x in hf_state_dict.items() if "rotary" not in n}
    return reference("zero_shot.load_gpt2_state")(few)
