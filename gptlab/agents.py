"""Lesson 16: agents. A model that calls tools, looks things up, and remembers.

A transcript is plain text in the format of ReAct (Yao et al. 2023, section 2), one line for each of:

    Question: What is 12 + 7?              the user
    Thought: I should calculate this.      the model
    Action: calculate[12 + 7]              the model
    Observation: 19                        the program, with what the tool returned
    Answer: 19.                            the model
"""

import torch
from torch import Tensor

from gptlab.blanks import blank

QUESTION, THOUGHT, ACTION = "Question:", "Thought:", "Action:"
OBSERVATION, ANSWER = "Observation:", "Answer:"
OPERATORS = "+-*−×"  # − and × are other signs for - and *


@blank(lesson=16, minutes=10, difficulty=2)
def calculate(expression):
    """Work out a sum of whole numbers with +, − and ×, and nothing else.

        × before + and −; equal ones from left to right

    What a model wrote is data. It is read and never run: whatever is not a whole number or one of OPERATORS is
    refused. Spaces around numbers and operators do not matter, and a number may have one minus sign before it.
    A power, a division, a name, a comma, a point or an empty text is refused. (The check does not ask about
    brackets.)

    expression  str, such as "12 + 3 × 4"
    ->          str, the result in digits, with a - before it where it is negative

    Raises ValueError, with one line that says what was refused.

    Example: calculate("12 + 3 × 4") → "24"
    """
    raise NotImplementedError


@blank(lesson=16, minutes=8, difficulty=2)
def parse_action(text):
    """Read which tool a model wants to use, and with what input.

        Action: tool[input]                                     Yao et al. 2023, section 2

    The first line that begins with "Action:" counts, and only that one. The input goes from the first "[" of
    that line to its last "]", so it may hold brackets of its own; it may be empty. What follows the last "]"
    is ignored. Spaces around the tool's name and around the input are stripped. Nothing is run here.

    text  str of any number of lines
    ->    (tool, input), two str; None where no line begins with "Action:", or where the first one has no name
          before its brackets, or no brackets

    Example: parse_action("Thought: a sum.\\nAction: calculate[12 + 7]") → ("calculate", "12 + 7")
    """
    raise NotImplementedError


def observe(action, tools):
    """Run the tool that a model asked for, and say on one line what came back.

    Whatever goes wrong in a tool becomes words. Line breaks in what it returned become spaces, so that no tool
    can write a line of the transcript that looks like the model's.

    action  (tool, input) as `parse_action` gives it, or None
    tools   dict from a tool's name to a function str -> str
    ->      str, one line

    Raises NotImplementedError where a tool needs a blank that is still empty: that is for the learner to read,
    and not for the model.
    """
    if action is None:
        return "no action of the form tool[input] was found"
    tool, given = action
    if tool not in tools:
        return f"there is no tool {tool}"
    try:
        return " ".join(str(tools[tool](given)).split())
    except NotImplementedError:  # EmptyBlank is one
        raise
    except Exception as error:
        return " ".join(f"{tool} failed: {error}".split())


@blank(lesson=16, minutes=20, difficulty=4)
def react_loop(model, question, tools, max_steps):
    """Let a model and its tools write one transcript in turn, until the model answers.

        transcript = "Question: …", then per turn what the model wrote and "Observation: …"; at last its "Answer: …"

    The model writes at most max_steps times, each time after the transcript as it then is. A turn of the model
    ends with its first line that begins with Action: or Answer: . What it wrote up to there stays as it is,
    spaces and all; the rest is cut off. `observe` runs the tool and returns the text of the Observation: line;
    given the None of `parse_action`, it says that there was no action, and the model may try again. Every line
    of the transcript ends in one "\\n", whoever wrote it: where there is one, none is added. An action that was
    there before, the same tool with the same input, is not run again: its line stays, no observation follows,
    and the loop ends. It also ends after the last turn, whose action is still run. In both cases there is no
    answer. (The check asks about no empty lines, no spaces before a label, no model that writes nothing.)

    model      function str -> str, what it writes after the transcript
    question   str
    tools      dict from a tool's name to a function str -> str
    max_steps  int, how often the model may write
    ->         str, the answer without "Answer:" and the spaces around it, or None
    ->         str, the transcript

    Example: the transcript with a model that asks calculate[12 + 7] and then answers
        "Question: What is 12 + 7?\\nAction: calculate[12 + 7]\\nObservation: 19\\nAnswer: 19.\\n"
    """
    raise NotImplementedError


@blank(lesson=16, minutes=10, difficulty=3)
def transcript_tokens(transcript, encode):
    """Turn a transcript into token ids, and mark the tokens that a model should learn to write.

        ids = encode(line 1) + encode(line 2) + …          each line with the "\\n" that ends it

    The mask is True on the tokens that the model itself has to write when it runs in `react_loop`, and False on
    those that others write.

    transcript  str, lines as `react_loop` writes them; each ends in "\\n"
    encode      function str -> list of ids
    ->          (T) int, ids, a plain list
    ->          (T) bool, mask, a plain list, True = learn this token
    """
    raise NotImplementedError


@blank(lesson=16, minutes=10, difficulty=2)
def overlapping_chunks(ids, size, overlap):
    """Cut a document into pieces that are short enough to be found and read, none of its tokens lost.

        chunk k = ids[k·(size − overlap) : k·(size − overlap) + size]

    Neighbours share `overlap` tokens, so that a sentence at a border is whole in one of them. The last chunk
    ends with the document, may be shorter, and always brings at least one new token. An empty document has no
    chunks.

    ids      (T) int, a plain list
    size     int, tokens in a chunk
    overlap  int, 0 ≤ overlap < size
    ->       list of lists of ids

    Raises ValueError where overlap is not in that range.

    Example: overlapping_chunks([1, 2, 3, 4, 5], 3, 1) → [[1, 2, 3], [3, 4, 5]]
    """
    raise NotImplementedError


@blank(lesson=16, minutes=5, difficulty=1)
def cosine_similarity(query: Tensor, keys: Tensor) -> Tensor:
    """Say how much each key points in the direction of the query, whatever their lengths.

        s_n = q · k_n / (‖q‖ ‖k_n‖)

    Between −1 and 1. A vector of length 0 has no direction: its similarity is 0.

    query  (C) float
    keys   (N, C) float
    ->     (N) float

    Example: query [3, 4] and keys [[6, 8], [−4, 3], [0, 1]] → [1, 0, 0.8]
    """
    raise NotImplementedError


@blank(lesson=16, minutes=10, difficulty=2)
def best_matches(similarities: Tensor, k, threshold):
    """Choose the passages that a model gets to read: at most k, the most similar first, none below a threshold.

        {n : s_n ≥ threshold}, the k largest s_n, in descending order

    Of equal ones, the earlier comes first. Where nothing reaches the threshold the list is empty, and the
    program can say that the documents do not hold the answer.

    similarities  (N) float
    k             int, the most that are chosen
    threshold     float
    ->            list of int, places in `similarities`

    Example: best_matches(torch.tensor([0.2, 0.9, 0.5]), k=2, threshold=0.4) → [1, 2]
    """
    raise NotImplementedError


@blank(lesson=16, minutes=5, difficulty=1)
def recency_decay(hours: Tensor, rate: float = 0.995) -> Tensor:
    """Let memories fade: in every hour that a memory is not used, it loses the same share of its recency.

        recency(0) = 1,   recency(h + 1) = rate · recency(h)       Park et al. 2023, section 4.1

    Between two whole hours it falls in the same way.

    hours  (N) float, hours since each memory was last used
    rate   float, what is left after one hour
    ->     (N) float

    Example: hours [0, 1, 3] and rate 0.5 → [1, 0.5, 0.125]
    """
    raise NotImplementedError


@blank(lesson=16, minutes=15, difficulty=2)
def retrieval_score(
    recency: Tensor, importance: Tensor, relevance: Tensor, weights=(1.0, 1.0, 1.0)
) -> Tensor:
    """Score memories by how recent, how important and how relevant they are.

        scale(x) = (x − min x) / (max x − min x)                Park et al. 2023, section 4.1
        score = w₁ scale(recency) + w₂ scale(importance) + w₃ scale(relevance)

    Each of the three goes from 0 to 1 over the candidates, so that none is louder than the others. One that is
    the same for all candidates says nothing: it is scaled to 0.

    recency     (N) float
    importance  (N) float
    relevance   (N) float
    weights     three float, w₁, w₂ and w₃
    ->          (N) float

    Example: recency [1, 0.5], importance [2, 8] and relevance [0.3, 0.3] → [1, 1]
    """
    raise NotImplementedError


@blank(lesson=16, minutes=15, difficulty=3)
def retrieve(hours: Tensor, importance: Tensor, query: Tensor, keys: Tensor, k, rate=0.995):
    """Choose the k memories that a resident thinks of, the one with the best score first.

    Recency comes from `hours`, relevance from the similarity of each key to the query, and all N memories are
    candidates. Of equal scores the earlier memory comes first. Where there are fewer than k, all are chosen.

    hours       (N) float, hours since each memory was last used
    importance  (N) float
    query       (C) float, vector of the situation
    keys        (N, C) float, vectors of the memories
    k           int
    rate        float, what is left of recency after one hour
    ->          list of int, places in `keys`
    """
    raise NotImplementedError


@blank(lesson=16, minutes=10, difficulty=2)
def reflection_points(importance, threshold=150):
    """Say after which memories a resident stops to reflect: when enough has happened since the last time.

        reflect after memory i  where  Σ importance since the last reflection > threshold
                                                                Park et al. 2023, section 4.2

    importance  list of numbers, one for each memory in the order in which they came
    threshold   number
    ->          list of int, places in `importance`

    Example: importance [60, 60, 60, 100] → [2]
    """
    raise NotImplementedError
