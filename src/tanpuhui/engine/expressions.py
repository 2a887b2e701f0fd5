"""The closed formula language: text to a frozen tree, and the names a tree uses.

Grammar, weakest binding first::

    or · and · not · < <= > >= == != (not chained) · + - · * / · unary - · literals, names, calls,
    ( )

Functions: ``min`` and ``max`` (two or more arguments), ``clamp(x, low, high)`` = max(low, min(x,
high)), ``if(condition, a, b)``, ``lookup(table, input)``. Numbers are plain decimals without unit.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from tanpuhui.engine.errors import EngineError

LENGTH_MAX = 2000
DEPTH_MAX = 60


@dataclass(frozen=True)
class Number:
    """A literal; ``at`` is the offset in the formula text, as in every node."""

    value: Fraction
    text: str
    at: int


@dataclass(frozen=True)
class Name:
    """An input, parameter, limit or earlier step."""

    name: str
    at: int


@dataclass(frozen=True)
class Unary:
    """``-`` or ``not``."""

    operator: str
    operand: "Expression"
    at: int


@dataclass(frozen=True)
class Binary:
    """Arithmetic, comparison, ``and`` or ``or``."""

    operator: str
    left: "Expression"
    right: "Expression"
    at: int


@dataclass(frozen=True)
class Call:
    """``min``, ``max``, ``clamp``, ``if`` or ``lookup``."""

    function: str
    arguments: tuple["Expression", ...]
    at: int


Expression: TypeAlias = Number | Name | Unary | Binary | Call

_LEXEME = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)(?![0-9A-Za-z_.])|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/<>(),]))"
)
_STRENGTH = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "/": 6}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_STRENGTH |= dict.fromkeys(COMPARISONS, 4)
_NOT_STRENGTH, _MINUS_STRENGTH = 3, 7
FUNCTIONS = {"min": (2, 99), "max": (2, 99), "clamp": (3, 3), "if": (3, 3), "lookup": (2, 2)}
RESERVED = frozenset(FUNCTIONS) | {"and", "or", "not", "true", "false"}


@dataclass(frozen=True)
class _Lexeme:
    kind: str
    text: str
    at: int


def parse(text: str) -> Expression:
    """Read a formula.

    Raises:
        EngineError: ``formula_syntax`` with the place and an excerpt.
    """
    if len(text) > LENGTH_MAX:
        raise EngineError("formula_syntax", f"公式超过 {LENGTH_MAX} 个字符；请拆成几个步骤。")
    parser = _Parser(text, tuple(_lexemes(text)))
    tree = parser.expression(0, 0)
    if parser.lexeme.kind != "end":
        raise fault(text, parser.lexeme.at, "这里多出内容，缺少运算符，或比较不能连写")
    return tree


def fault(text: str, at: int, reason: str, code: str = "formula_syntax") -> EngineError:
    """An error that shows where in the formula it lies."""
    excerpt = f"{text[max(0, at - 20) : at]}⟦{text[at : at + 20]}⟧"
    return EngineError(code, f"公式第 {at + 1} 个字符处：{reason}。位置：{excerpt}")


def _lexemes(text: str) -> Iterator[_Lexeme]:
    place = 0
    end = len(text.rstrip())
    while place < end:
        match = _LEXEME.match(text, place)
        if match is None:
            at = place + len(text[place:]) - len(text[place:].lstrip())
            raise fault(
                text,
                at,
                f"不认识“{text[at]}”；公式只用数字、名字、+ - * /、比较、and or not 和函数",
            )
        kind = str(match.lastgroup)
        yield _Lexeme(kind, match[kind], match.start(kind))
        place = match.end()
    yield _Lexeme("end", "", end)


class _Parser:
    """A Pratt parser: each operator binds with the strength in the table."""

    def __init__(self, text: str, lexemes: tuple[_Lexeme, ...]) -> None:
        self.text = text
        self.lexemes = lexemes
        self.place = 0

    @property
    def lexeme(self) -> _Lexeme:
        return self.lexemes[self.place]

    def advance(self) -> _Lexeme:
        lexeme = self.lexeme
        self.place += 1
        return lexeme

    def expect(self, sign: str) -> None:
        if self.lexeme.text != sign:
            raise fault(self.text, self.lexeme.at, f"这里应当是“{sign}”")
        self.advance()

    def expression(self, strength: int, depth: int) -> Expression:
        if depth > DEPTH_MAX:
            raise fault(self.text, self.lexeme.at, f"嵌套超过 {DEPTH_MAX} 层，请拆成几个步骤")
        left = self.operand(depth)
        while (own := _STRENGTH.get(self.lexeme.text, 0)) > strength:
            operator = self.advance()
            right = self.expression(own, depth + 1)
            left = Binary(operator.text, left, right, operator.at)
            if operator.text in COMPARISONS and self.lexeme.text in COMPARISONS:
                raise fault(self.text, self.lexeme.at, "比较不能连写，请用 and 连接")
        return left

    def operand(self, depth: int) -> Expression:
        lexeme = self.advance()
        if lexeme.kind == "number":
            return Number(Fraction(lexeme.text), lexeme.text, lexeme.at)
        if lexeme.text == "(":
            inner = self.expression(0, depth + 1)
            self.expect(")")
            return inner
        if lexeme.text == "-":
            return Unary("-", self.expression(_MINUS_STRENGTH, depth + 1), lexeme.at)
        if lexeme.text == "not":
            return Unary("not", self.expression(_NOT_STRENGTH, depth + 1), lexeme.at)
        if lexeme.text in FUNCTIONS:
            return self.call(lexeme, depth)
        if lexeme.kind == "name" and lexeme.text not in RESERVED:
            return Name(lexeme.text, lexeme.at)
        where = len(self.text) if lexeme.kind == "end" else lexeme.at
        if lexeme.kind == "end":
            self.place -= 1
        raise fault(self.text, where, "这里缺少一个数、名字或括号")

    def call(self, function: _Lexeme, depth: int) -> Expression:
        self.expect("(")
        arguments = [self.expression(0, depth + 1)]
        while self.lexeme.text == ",":
            self.advance()
            arguments.append(self.expression(0, depth + 1))
        self.expect(")")
        least, most = FUNCTIONS[function.text]
        if not least <= len(arguments) <= most:
            wanted = str(least) if least == most else f"至少 {least}"
            raise fault(
                self.text,
                function.at,
                f"{function.text} 要 {wanted} 个参数，这里有 {len(arguments)} 个",
            )
        if function.text == "lookup" and not all(isinstance(part, Name) for part in arguments):
            raise fault(self.text, function.at, "lookup 的两个参数要写成 lookup(表名, 输入名)")
        return Call(function.text, tuple(arguments), function.at)


def walk(tree: Expression) -> Iterator[Expression]:
    """The node and all nodes below it."""
    yield tree
    children: tuple[Expression, ...] = ()
    if isinstance(tree, Unary):
        children = (tree.operand,)
    elif isinstance(tree, Binary):
        children = (tree.left, tree.right)
    elif isinstance(tree, Call):
        children = tree.arguments
    for child in children:
        yield from walk(child)


def names_used(tree: Expression) -> frozenset[str]:
    """All names of the formula, tables included."""
    return frozenset(node.name for node in walk(tree) if isinstance(node, Name))


def lookup_names(call: Call) -> tuple[str, str]:
    """The table and the input that a ``lookup`` names."""
    table, key = call.arguments
    assert isinstance(table, Name)
    assert isinstance(key, Name)
    return table.name, key.name
