"""The kinds of small changes: each takes one node of a syntax tree and offers others for its place."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FLIPS = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OTHER_WAY = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
TURNED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)  # a op b is not b op a
TWINS = dict(
    pair
    for a, b in (
        ("min", "max"),
        ("amin", "amax"),
        ("argmin", "argmax"),
        ("minimum", "maximum"),
        ("sum", "mean"),
        ("any", "all"),
        ("sin", "cos"),
        ("exp", "log"),
        ("zeros", "ones"),
        ("zeros_like", "ones_like"),
        ("tril", "triu"),
        ("startswith", "endswith"),
        ("softmax", "log_softmax"),
        ("cumsum", "cumprod"),
        ("heappush", "heappop"),
        ("append", "extend"),
        ("std", "var"),
        ("log1p", "expm1"),
        ("sigmoid", "logsigmoid"),
    )
    for pair in ((a, b), (b, a))
)
Nodes = ast.AST | list[ast.stmt]


@dataclass(frozen=True)
class Change:
    """What stands in a node's place, and which kind of change that is."""

    operator: str
    node: Nodes


_expression: list[tuple[str, type, Callable]] = []
_statement: list[tuple[str, type, Callable]] = []


def _kind(operator: str, node_type: type | tuple, of: list = _expression) -> Callable:
    """Decorate a generator of replacements for one type of node."""

    def register(offers: Callable) -> Callable:
        of.append((operator, node_type, offers))
        return offers

    return register


def expression_changes(node: ast.AST, modules: set[str]) -> Iterator[Change]:
    """All changes of one expression; `modules` are names that stand for modules."""
    for operator, node_type, offers in _expression:
        if isinstance(node, node_type):
            found = offers(node, modules) if operator == "call taken away" else offers(node)
            yield from (Change(operator, new) for new in found)


def statement_changes(node: ast.stmt) -> Iterator[Change]:
    """All changes of one statement."""
    for operator, node_type, offers in _statement:
        if isinstance(node, node_type):
            yield from (Change(operator, new) for new in offers(node))


def _with(node: ast.AST, **fields) -> ast.AST:
    """The same node with other fields."""
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


def _number(node: ast.expr) -> int | float | None:
    """The value of a literal number, a sign included."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _number(node.operand)
        return None if value is None else -value
    is_one = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return node.value if is_one else None


def _literal(value: float) -> ast.expr:
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if value < 0 else ast.Constant(value)


def _moved(node: ast.expr, op: ast.operator) -> ast.expr:
    return ast.BinOp(node, op, ast.Constant(1))


def _neighbours_swapped(items: list) -> Iterator[list]:
    for i in range(len(items) - 1):
        if not any(isinstance(item, ast.Starred) for item in items[i : i + 2]):
            yield [*items[:i], items[i + 1], items[i], *items[i + 2 :]]


# ---- expressions


@_kind("comparison", ast.Compare)
def _(node):
    for i, op in enumerate(node.ops):
        for other in FLIPS[type(op)]:
            yield _with(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]])


@_kind("arithmetic", ast.BinOp)
def _(node):
    if type(node.op) in OTHER_WAY:
        yield _with(node, op=OTHER_WAY[type(node.op)]())
    if isinstance(node.op, TURNED):
        yield _with(node, left=node.right, right=node.left)
    yield node.left
    yield node.right


@_kind("sign or not", ast.UnaryOp)
def _(node):
    yield node.operand


@_kind("number", (ast.Constant, ast.UnaryOp))
def _(node):
    value = _number(node)
    if type(value) is int:
        yield from (_literal(value + 1), _literal(value - 1))
    elif type(value) is float:
        yield from (_literal(value + 1.0), _literal(value / 2 if value else -1.0))


@_kind("constant", ast.Constant)
def _(node):
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, str) and node.value:
        yield ast.Constant("")


@_kind("and, or", ast.BoolOp)
def _(node):
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for i in range(len(node.values)):
        rest = [*node.values[:i], *node.values[i + 1 :]]
        yield _with(node, values=rest) if len(rest) > 1 else rest[0]


@_kind("one branch", ast.IfExp)
def _(node):
    yield from (node.body, node.orelse)


@_kind("argument", ast.Call)
def _(node):
    for i in range(len(node.keywords)):
        yield _with(node, keywords=[*node.keywords[:i], *node.keywords[i + 1 :]])
    for args in _neighbours_swapped(node.args):
        yield _with(node, args=args)
    if len(node.args) > 1 or (node.args and node.keywords):
        yield _with(node, args=node.args[:-1])


@_kind("call taken away", ast.Call)
def _(node, modules):
    function = node.func
    method = isinstance(function, ast.Attribute) and not (
        isinstance(function.value, ast.Name) and function.value.id in modules
    )
    if method:
        yield function.value
    elif node.args and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]


@_kind("another function", ast.Call)
def _(node):
    function, field = node.func, "attr" if isinstance(node.func, ast.Attribute) else "id"
    twin = TWINS.get(getattr(function, field, ""))
    if twin:
        yield _with(node, func=_with(function, **{field: twin}))


@_kind("slice", ast.Slice)
def _(node):
    for field in ("lower", "upper"):
        bound = getattr(node, field)
        if bound is not None:
            yield _with(node, **{field: None})
            if _number(bound) is None:
                yield from (
                    _with(node, **{field: _moved(bound, op)}) for op in (ast.Add(), ast.Sub())
                )
    if node.step is not None:
        yield _with(node, step=None)


@_kind("index taken away", ast.Subscript)
def _(node):
    if isinstance(node.ctx, ast.Load):
        yield node.value


@_kind("order", (ast.Tuple, ast.List))
def _(node):
    yield from (_with(node, elts=elts) for elts in _neighbours_swapped(node.elts))


@_kind("element left out", ast.List)
def _(node):
    for i in range(len(node.elts)):
        yield _with(node, elts=[*node.elts[:i], *node.elts[i + 1 :]])


@_kind("condition left out", ast.comprehension)
def _(node):
    for i in range(len(node.ifs)):
        yield _with(node, ifs=[*node.ifs[:i], *node.ifs[i + 1 :]])


# ---- statements


@_kind(
    "statement left out",
    (
        ast.Assign,
        ast.AugAssign,
        ast.AnnAssign,
        ast.Expr,
        ast.If,
        ast.For,
        ast.While,
        ast.Return,
        ast.Break,
        ast.Continue,
    ),
    _statement,
)
def _(node):
    yield ast.Pass()


@_kind("condition", (ast.If, ast.While), _statement)
def _(node):
    yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.If):
        yield _with(node, test=ast.Constant(True))
        if node.orelse:
            yield node.orelse


@_kind("arithmetic", ast.AugAssign, _statement)
def _(node):
    if type(node.op) in OTHER_WAY:
        yield _with(node, op=OTHER_WAY[type(node.op)]())
    yield ast.Assign([node.target], node.value, lineno=node.lineno)


@_kind("loop", (ast.Break, ast.Continue), _statement)
def _(node):
    yield ast.Continue() if isinstance(node, ast.Break) else ast.Break()


@_kind("with left out", ast.With, _statement)
def _(node):
    yield node.body
