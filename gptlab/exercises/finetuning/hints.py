"""Hints for gptlab/finetuning.py."""

HINTS = {
    "classification_input": (
        "Count the result of the example: how many tokens more than the text has it, and where are they?",
        "Make a new list. `start` and `extract` are numbers, text_ids is a list: what turns one number into a list?",
        "Inside new square brackets: the start token, then all of the text's ids one by one (a star "
        "unpacks a list), then the extract token.",
    ),
    "entailment_input": (
        "Three special tokens: one in front, one between the two texts, one behind them.",
        "It is one list of numbers, with no list inside, and premise and hypothesis stay as they were.",
        "As in classification_input, with two lists to unpack and the delimiter between them.",
    ),
    "similarity_inputs": (
        "Each of the two inputs is arranged like an entailment. Which of the texts comes first?",
        "The texts trade places; the ids inside each text keep their order.",
        "Build one list with a before the delimiter and b after it, a second one with the two "
        "exchanged, and return both with a comma between them.",
    ),
    "multiple_choice_inputs": (
        "Write the inputs for two options on paper. What do they share, and from where on do they differ?",
        "Everything up to and including the delimiter is the same for all options; context and "
        "question have nothing between them.",
        "Make the shared beginning once. For each option, make a new list: the shared beginning, the "
        "option's ids, the extract token. Adding to the beginning itself would carry one option into the next.",
    ),
    "read_position": (
        "First ask of each token whether it is the extract token: a table of True and False. "
        "What is the place of the first True in a row?",
        "argmax gives the first of several equal maxima; it wants numbers, and one axis: which? "
        "And what does it say of a row that is all False?",
        "Compare, then .any along the time axis: a row without a True is a ValueError. "
        "Then turn the table into ints and take argmax along the time axis.",
    ),
    "finetuning_loss": (
        "Which of the two losses is the auxiliary one, there to help the other?",
        "With weight 0, only the labels count.",
        "The label's loss counts fully; the text's loss is scaled by the weight and added.",
    ),
}
