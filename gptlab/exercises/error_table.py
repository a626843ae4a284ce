"""The errors of Python and torch that beginners meet, each with what it means in plain words."""

_SIZES = "the sizes of a matrix product do not meet"
_LINE_UP = "the sizes of two tensors do not line up"

ERRORS: tuple[tuple[type[BaseException], str, str, str], ...] = (
    (
        SystemExit,
        "",
        "the function ends the program",
        "sys.exit, exit and quit stop everything; a function gives back its result by return.",
    ),
    (
        RuntimeError,
        "shapes cannot be multiplied|first two dimensions of batch2|inconsistent tensor size"
        "|size mismatch, got input|arguments to matmul need",
        _SIZES,
        "In a @ b the last axis of a must be as long as the last but one of b: are the two swapped?",
    ),
    (
        RuntimeError,
        "size of tensor a .* must match",
        _LINE_UP,
        "*, + and / go number by number, and line axes up from the last one. "
        "A product of matrices is @; keepdim=True keeps the axis of a sum.",
    ),
    (
        RuntimeError,
        "expanded size of the tensor|shape mismatch: value tensor",
        "what is written into a tensor does not have the shape of its place",
        "Compare the .shape of both.",
    ),
    (
        IndexError,
        "shape of the mask",
        "a mask in [ ] with other axes than the tensor",
        "x[mask] wants the same shape for both; torch.where(mask, x, other) stretches the mask.",
    ),
    (
        ValueError,
        "only one element tensors can be converted",
        "a tensor of many numbers where one number is wanted",
        "math.exp, math.sqrt, float and torch.tensor([…]) want single numbers: "
        "torch.exp, torch.sqrt and the like take all at once, torch.stack joins tensors.",
    ),
    (
        RuntimeError,
        "Boolean value of Tensor",
        "a whole tensor is asked for one yes or no",
        "if, and, or, not, max(…) do so. Number by number it is torch.where, &, |, ~; "
        "whether there is a tensor at all, `is None`.",
    ),
    (
        (IndexError, RuntimeError),
        "index -100 is out of bounds",
        "-100 is taken for an id",
        "It marks places that do not count: leave them out before you look anything up.",
    ),
    (
        (IndexError, RuntimeError),
        "index .*out of (range|bounds)|index out of range",
        "a place behind the end",
        "Of n places the first is 0 and the last n − 1: does t + 1, or an id, go beyond?",
    ),
    (
        IndexError,
        "Dimension out of range",
        "an axis that is not there",
        "Axes count from 0, and from the end: -1 is the last, whatever the number of axes.",
    ),
    (
        (TypeError, AttributeError),
        "NoneType",
        "None where a value is wanted",
        "append, sort, reverse and a function without `return` give None; so may an argument be None.",
    ),
    (
        (TypeError, AttributeError),
        "builtin_function_or_method|'(function|method)' object|and '(function|method)'",
        "a function is used like its result",
        "Are its brackets () missing, as in x.sum for x.sum()?",
    ),
    (
        (TypeError, AttributeError),
        "torch.return_types",
        "the pair of values and places is used like a tensor",
        "max, min, sort and topk along an axis give both: take .values, or amax and amin.",
    ),
    (
        RuntimeError,
        "self.dtype to be equal to src.dtype|to have the same dtype|expected scalar type"
        "|source and destination dtypes match",
        "two kinds of numbers at once, such as float32 and float64",
        "A new tensor needs the kind of the old one: x.new_zeros(…), torch.zeros_like(x), "
        "dtype=x.dtype; whole numbers become others by .to(x.dtype).",
    ),
    (
        RuntimeError,
        "can't be cast to the desired output type|not implemented for 'Long'|could not infer output dtype",
        "whole numbers where fractions are wanted",
        "Turn them into floats first, as in x.float() or x.double().",
    ),
    (
        TypeError,
        "must be (Tensor|tuple of Tensors), not|expected Tensor as element"
        "|'Tensor' and '(list|tuple)'|'(list|tuple)' and 'Tensor'",
        "a list or a number where a tensor is wanted",
        "torch.tensor makes one of numbers, torch.stack one of a list of tensors.",
    ),
    (
        AttributeError,
        "'(list|tuple)' object has no attribute '(shape|size|dim|sum|mean|exp|dtype|reshape|tolist)'",
        "a list is used like a tensor",
        "torch.tensor makes a tensor of numbers, torch.stack one of a list of tensors.",
    ),
    (
        AttributeError,
        "'(float|int|bool)' object has no attribute",
        "a plain number is used like something else",
        "What does it belong to: did you take the number out too early, or is it one by default?",
    ),
    (
        RuntimeError,
        "must have same number of dimensions|Index tensor must have the same number",
        "two tensors with different numbers of axes",
        "Here both must have as many: x[:, None] or x[..., None] adds one of length 1.",
    ),
    (
        RuntimeError,
        "Sizes of tensors must match except|stack expects each tensor to be equal size",
        "tensors that do not fit together",
        "torch.cat joins along dim, so all other axes must agree; torch.stack wants equal shapes.",
    ),
    (
        RuntimeError,
        "view size is not compatible",
        "view on numbers that are not in order in memory",
        "After a transpose use reshape, which copies where it has to.",
    ),
    (
        RuntimeError,
        "is invalid for input of size",
        "a reshape to another number of numbers",
        "The product of the sizes must stay the same; one of them may be -1.",
    ),
    (
        RuntimeError,
        "call numpy\\(\\) on Tensor that requires grad",
        "numpy in the middle of torch",
        "Stay with torch's functions: what leaves torch can't be trained.",
    ),
    (
        RuntimeError,
        "in-place operation|inplace operation",
        "a tensor is written into that the training still needs",
        "Make a new one, as in x = x + 1, instead of x += 1 or x[i] = ….",
    ),
    (
        NameError,
        "is not defined",
        "a name that this file does not know",
        "Is it misspelt, or is its import missing at the top of the file?",
    ),
    (
        RecursionError,
        "",
        "the function calls itself without end",
        "Is a torch function of the same name meant, or is the last step missing?",
    ),
    (
        ValueError,
        "arg is an empty sequence|iterable argument is empty",
        "the largest or smallest of nothing",
        "What if there is nothing left to choose from?",
    ),
)
