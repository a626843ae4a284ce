"""Wrong bodies of `calculate` in gptlab/agents.py."""

import ast
import operator
import re

from gptlab.exercises.mistake import another_way, mistake

KEY = "agents.calculate"
SUM = re.compile(r"\s*-?\d+\s*([+*-]\s*-?\d+\s*)*")


def _calculate(name, hint):
    return mistake(KEY, name, hint)


def _plain(expression):
    return expression.replace("×", "*").replace("−", "-")


def _terms(text, precedence=True, signs=True):
    """The sum of a text that was tested, with × before + and −, or without."""
    terms = []
    for sign, number in re.findall(r"(^|[+*-])\s*(-?\d+)", text):
        value = int(number)
        if sign == "*" and terms:
            terms = [*terms[:-1], terms[-1] * value] if precedence else [sum(terms) * value]
        else:
            terms.append(-value if sign == "-" and signs else value)
    return sum(terms)


def _refuse(expression):
    raise ValueError(f"not a sum of whole numbers: {expression!r}")


def _tested(result=_terms, plain=_plain, pattern=SUM, refuse=_refuse, form=str):
    def body(expression):
        text = plain(expression)
        if not pattern.fullmatch(text):
            return refuse(expression)
        return form(result(text))

    return body


@_calculate(
    "the text is run",
    "eval runs any Python that a model, or a page it has read, may write: read the text, do not run it.",
)
def _(expression):
    return str(eval(_plain(expression)))


@another_way(KEY, "the text is run")
def _(expression):
    try:
        return str(eval(_plain(expression)))
    except Exception as error:
        raise ValueError("cannot be calculated") from error


@another_way(KEY, "the text is run")
def _(expression):
    try:
        return str(eval(_plain(expression), {"__builtins__": {}}))
    except Exception as error:
        raise ValueError("cannot be calculated") from error


_calculate(
    "spaces taken out first", "12 7 is no number: take a space away and the two become one, 127."
)(lambda expression: _tested()(expression.replace(" ", "")))
another_way(KEY, "spaces taken out first")(
    lambda expression: _tested()("".join(expression.split()))
)
_calculate("× without precedence", "12 + 3 × 4 is 24: the product comes first.")(
    _tested(lambda text: _terms(text, precedence=False))
)
_calculate("a minus taken for a plus", "A term after − is subtracted.")(
    _tested(lambda text: _terms(text, signs=False))
)
_calculate(
    "× and − not known", "OPERATORS has two more signs: × is * and − is -; a model writes both."
)(_tested(plain=lambda text: text))
_calculate("a number, not a text", "A tool gives text back: str.")(
    _tested(form=lambda value: value)
)
_calculate("a decimal point in the result", "Whole numbers stay whole: int, not float.")(
    _tested(form=lambda value: str(float(value)))
)
_calculate(
    "negative numbers refused",
    "A number may have one minus sign before it, as in -5 + 3 or 4 × -2.",
)(_tested(pattern=re.compile(r"\s*\d+\s*([+*-]\s*\d+\s*)*")))
_calculate("spaces needed", "Spaces do not matter: 3-7 is a sum too.")(
    _tested(pattern=re.compile(r"\s*-?\d+\s*(\s[+*-]\s+-?\d+\s*)*"))
)
_calculate("one sign only", "There may be more than two numbers.")(
    _tested(pattern=re.compile(r"\s*-?\d+\s*([+*-]\s*-?\d+\s*)?"))
)
_calculate(
    "words instead of an error", "What is refused raises ValueError: the loop makes words of that."
)(_tested(refuse=lambda expression: f"cannot calculate {expression}"))
_calculate("nothing instead of an error", "What is refused raises ValueError.")(
    _tested(refuse=lambda expression: None)
)
_calculate(
    "only the beginning is tested",
    "re.match is content with a beginning: the whole text has to fit.",
)(
    lambda expression: (
        str(_terms(_plain(expression))) if SUM.match(_plain(expression)) else _refuse(expression)
    )
)
_calculate(
    "only the characters are tested",
    "Allowed characters do not make an allowed text: 2 ** 9 and 3 + consist of them as well.",
)(
    lambda expression: (
        str(_terms(_plain(expression)))
        if re.fullmatch(r"[\d+* -]+", _plain(expression))
        else _refuse(expression)
    )
)


@another_way(KEY, "only the characters are tested")
def _(expression):
    text = _plain(expression)
    if not re.fullmatch(r"[\d+* -]+", text):
        return _refuse(expression)
    return str(eval(text))


@another_way(KEY, "only the characters are tested")
def _(expression):
    text = _plain(expression)
    if not text or not set(text) <= set("0123456789+-* "):
        return _refuse(expression)
    return str(eval(text))


def _tree(extra=(), numbers=lambda value: type(value) is int, right=False):
    """By the syntax tree, with more than is allowed."""
    signs = {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        **dict(extra),
    }

    def value(node):
        if isinstance(node, ast.Constant) and numbers(node.value):
            return node.value
        if isinstance(node, ast.BinOp) and type(node.op) in signs:
            return signs[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -value(node.operand)
        raise ValueError("not a sum")

    def body(expression):
        try:
            tree = ast.parse(_plain(expression).strip(), mode="eval")
        except SyntaxError as error:
            raise ValueError("not a sum") from error
        return str(value(tree.body))

    return body


_calculate(
    "powers let through", "A power of two small numbers can fill the memory: it is refused."
)(_tree({ast.Pow: operator.pow}))
_calculate("divisions let through", "Only +, − and × are allowed: a division is refused.")(
    _tree({ast.Div: operator.truediv})
)
another_way(KEY, "divisions let through")(_tree({ast.FloorDiv: operator.floordiv}))
_calculate("True taken for a number", "isinstance(True, int) is true in Python: look at type(…).")(
    _tree(numbers=lambda value: isinstance(value, int))
)
_calculate("any constant let through", "Only whole numbers: no 1.5 and no text.")(
    _tree(numbers=lambda value: not isinstance(value, bool))
)


@_calculate("− binds to the right", "10 − 3 − 2 is 5: equal signs are worked off from the left.")
def _(expression):
    text = _plain(expression)
    if not SUM.fullmatch(text):
        return _refuse(expression)

    def value(words):
        for sign in "+-*":
            if sign in words:
                place = words.index(sign)
                left, right = value(words[:place]), value(words[place + 1 :])
                return (
                    left + right if sign == "+" else left - right if sign == "-" else left * right
                )
        return int(words[0])

    return str(value(re.findall(r"(?<![\d\s])-\d+|(?<=[+*-] )-\d+|^\s*-\d+|\d+|[+*-]", text)))


@another_way("agents.calculate", "× without precedence")
def _(expression):
    tokens = re.findall(r"\d+|[+\-*−×]", expression)
    if not tokens or "".join(tokens) != expression.replace(" ", ""):
        raise ValueError("refused " + expression)
    total = int(tokens[0])
    for op, num in zip(tokens[1::2], tokens[2::2]):
        if op == "+":
            total += int(num)
        elif op in "-−":
            total -= int(num)
        else:
            total *= int(num)
    return str(total)


@another_way("agents.calculate", "negative numbers refused")
def _(expression):
    e = expression.replace("×", "*").replace("−", "-").replace(" ", "")
    if not re.fullmatch(r"\d+([-+*]\d+)*", e):
        raise ValueError("refused " + expression)
    return str(eval(e))


@another_way("agents.calculate", "− binds to the right")
def _(expression):
    e = expression.replace("×", "*").replace("−", "-").replace(" ", "")
    if not re.fullmatch(r"-?\d+([-+*]-?\d+)*", e):
        raise ValueError("refused " + expression)
    tokens = re.findall(r"(?<![\d])-?\d+|[-+*]", e)

    def go(ts):
        for i, t in enumerate(ts):
            if t in ("+", "-"):
                a, b = go(ts[:i]), go(ts[i + 1 :])
                return a + b if t == "+" else a - b
        out = 1
        for t in ts[::2]:
            out *= int(t)
        return out

    return str(go(tokens))
