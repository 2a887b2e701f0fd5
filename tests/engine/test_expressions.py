import pytest

from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.expressions import Binary, Call, Name, Number, Unary, names_used, parse
from tanpuhui.engine.traces import render


def shape(text: str) -> str:
    """The tree with every operation in brackets."""

    def show(tree: object) -> str:
        match tree:
            case Number():
                return tree.text
            case Name():
                return tree.name
            case Unary():
                return f"[{tree.operator} {show(tree.operand)}]"
            case Binary():
                return f"[{show(tree.left)} {tree.operator} {show(tree.right)}]"
            case Call():
                return f"{tree.function}[{' '.join(show(part) for part in tree.arguments)}]"
        raise AssertionError

    return show(parse(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * c", "[a + [b * c]]"),
        ("a - b - c", "[[a - b] - c]"),
        ("a / b / c", "[[a / b] / c]"),
        ("(a + b) * c", "[[a + b] * c]"),
        ("-a * b", "[[- a] * b]"),
        ("a * -b", "[a * [- b]]"),
        ("--a", "[- [- a]]"),
        ("a < b and c >= d or not e == f", "[[[a < b] and [c >= d]] or [not [e == f]]]"),
        ("not a < b and c < d", "[[not [a < b]] and [c < d]]"),
        ("if(a > 0, b, c)", "if[[a > 0] b c]"),
        ("clamp(a, 0, 1.50)", "clamp[a 0 1.50]"),
        ("max(a,b,c)", "max[a b c]"),
        ("lookup(t, k)", "lookup[t k]"),
    ],
)
def test_grammar(text: str, expected: str) -> None:
    assert shape(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "a +", "a b", "(a", "a)", "a ** b", "1e3", "1.", ".5", "01x", "a < b < c", "a == b != c",
        "max(a)", "if(a, b)", "clamp(a, b)", "lookup(t, 1)", "lookup(t)", "f(a)", "and", "a; b",
        "a.b", "'x'", "min", "true", "__import__('os')", "a if b else c", "（a）", "a % b",
    ],
)  # fmt: skip
def test_refused_with_place(text: str) -> None:
    with pytest.raises(EngineError) as caught:
        parse(text)
    assert caught.value.code == "formula_syntax"
    assert "第" in caught.value.message


def test_limits() -> None:
    with pytest.raises(EngineError, match="嵌套"):
        parse("(" * 100 + "a" + ")" * 100)
    with pytest.raises(EngineError, match="2000"):
        parse("a + " * 1000 + "a")


def test_names_used() -> None:
    assert names_used(parse("if(a > 0, lookup(t, k), b) * 2")) == {"a", "t", "k", "b"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a - (b - c)", "a - (b - c)"),
        ("(a - b) - c", "a - b - c"),
        ("a * (b + c) / (d * e)", "a × (b + c) ÷ (d × e)"),
        ("-(a + b)", "-(a + b)"),
        ("a >= b and not c != d", "a ≥ b 且 非 (c ≠ d)"),
        ("if(a > 0, b, 0)", "（若 a > 0 则 b，否则 0）"),
        ("max(a, min(b, c))", "较大值（a，较小值（b，c））"),
        ("clamp(a, 0, b)", "限于（a，不低于 0，不高于 b）"),
        ("lookup(t, k) * 2", "t【k】 × 2"),
    ],
)
def test_rendering(text: str, expected: str) -> None:
    assert (
        render(parse(text), lambda name: name, lambda table, key: f"{table}【{key}】") == expected
    )
