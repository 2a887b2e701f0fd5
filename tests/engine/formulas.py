"""Random well-typed methodologies and admissible acts, for holding the two evaluations together."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tanpuhui.engine.dated import Dated, Period, Sourced
from tanpuhui.engine.methodologies import Input, Methodology, Parameter, Result, Step, Table
from tanpuhui.engine.units import Unit, parse_unit

START = date(2024, 1, 1)
CHANGE = date(2024, 7, 1)
PLAIN, LENGTH, MASS, RATE = "1", "length", "co2e", "rate"
UNITS = {
    PLAIN: ("1", "%"),
    LENGTH: ("m", "km"),
    MASS: ("mgCO2e", "gCO2e", "kgCO2e", "tCO2e"),
    RATE: ("gCO2e/km", "kgCO2e/km", "mgCO2e/m"),
}
PRODUCTS = {
    PLAIN: (PLAIN, PLAIN),
    LENGTH: (PLAIN, LENGTH),
    MASS: (RATE, LENGTH),
    RATE: (PLAIN, RATE),
}
QUOTIENTS = {
    PLAIN: (LENGTH, LENGTH),
    LENGTH: (MASS, RATE),
    MASS: (MASS, PLAIN),
    RATE: (MASS, LENGTH),
}
CHOICES = ("small", "medium", "large")

decimals = st.builds(
    lambda n, p: Fraction(n, 10**p), st.integers(-(10**6), 10**6), st.integers(0, 6)
)


def unit_of(kind: str) -> st.SearchStrategy[Unit]:
    return st.sampled_from(UNITS[kind]).map(parse_unit)


@st.composite
def inputs(draw: st.DrawFn, name: str, kind: str, reach: int) -> Input:
    places = draw(st.integers(0, 4))
    low, high = sorted(draw(st.lists(st.integers(-reach, reach), min_size=2, max_size=2)))
    absent = draw(st.none() | st.integers(-reach, reach))
    return Input(
        name=name,
        label=name,
        unit=draw(unit_of(kind)),
        places=places,
        minimum=Fraction(low, 10**places),
        maximum=Fraction(high, 10**places),
        absent=None if absent is None else Fraction(absent, 10**places),
    )


def dated(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Dated[Any]]:
    """One value, or two with a change on CHANGE."""

    def build(first: Any, second: Any) -> Dated[Any]:
        entries = [(START, Sourced(first, ("test",)))]
        return Dated(
            (*entries, (CHANGE, Sourced(second, ("test",))))
            if second is not None
            else tuple(entries)
        )

    return st.builds(build, values, st.none() | values)


@st.composite
def parameters(draw: st.DrawFn, name: str, kind: str) -> Parameter:
    return Parameter(name, name, draw(unit_of(kind)), draw(dated(decimals)))


@st.composite
def tables(draw: st.DrawFn, name: str, kind: str) -> Table:
    rows = st.fixed_dictionaries(dict.fromkeys(CHOICES, decimals))
    return Table(name, name, "size", draw(unit_of(kind)), draw(dated(rows)))


class FormulaWriter:
    """Writes formulas of a wanted kind from the names at hand."""

    def __init__(self, draw: st.DrawFn, names: dict[str, list[str]], division: bool) -> None:
        self.draw = draw
        self.names = names
        self.division = division

    def number(self, kind: str, depth: int) -> str:
        ways = ["name"]
        if depth > 0:
            ways += ["sum", "product", "extreme", "clamp", "if", "minus"]
            ways += ["quotient"] * (2 if self.division else 0)
        if kind == PLAIN:
            ways += ["literal"]
        return getattr(self, f"_{self.draw(st.sampled_from(ways))}")(kind, depth - 1)

    def _name(self, kind: str, _: int) -> str:
        return self.draw(st.sampled_from([*self.names[kind] * 3, "0"]))

    def _literal(self, _kind: str, _: int) -> str:
        return self.draw(st.sampled_from(["0", "1", "2", "0.5", "3.1416", "100", "7", "0.0001"]))

    def _sum(self, kind: str, depth: int) -> str:
        sign = self.draw(st.sampled_from("+-"))
        return f"({self.number(kind, depth)} {sign} {self.number(kind, depth)})"

    def _product(self, kind: str, depth: int) -> str:
        left, right = PRODUCTS[kind]
        return f"{self.atom(left, depth)} * {self.atom(right, depth)}"

    def _quotient(self, kind: str, depth: int) -> str:
        above, below = QUOTIENTS[kind]
        divisor = self.atom(below, depth)
        if divisor == "0":
            divisor = self.names[below][0]
        return f"({self.atom(above, depth)} / {divisor})"

    def _extreme(self, kind: str, depth: int) -> str:
        word = self.draw(st.sampled_from(["min", "max"]))
        count = self.draw(st.integers(2, 3))
        return f"{word}({', '.join(self.number(kind, depth) for _ in range(count))})"

    def _clamp(self, kind: str, depth: int) -> str:
        return f"clamp({', '.join(self.number(kind, depth) for _ in range(3))})"

    def _minus(self, kind: str, depth: int) -> str:
        return f"(-{self.atom(kind, depth)})"

    def _if(self, kind: str, depth: int) -> str:
        return f"if({self.truth(depth)}, {self.number(kind, depth)}, {self.number(kind, depth)})"

    def atom(self, kind: str, depth: int) -> str:
        return f"({self.number(kind, depth)})"

    def truth(self, depth: int) -> str:
        way = self.draw(
            st.sampled_from(
                ["compare", "compare", "and", "or", "not"] if depth > 0 else ["compare"]
            )
        )
        if way == "compare":
            kind = self.draw(st.sampled_from(list(self.names)))
            sign = self.draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
            return f"({self.number(kind, depth - 1)} {sign} {self.number(kind, depth - 1)})"
        if way == "not":
            return f"(not {self.truth(depth - 1)})"
        return f"({self.truth(depth - 1)} {way} {self.truth(depth - 1)})"


@st.composite
def methodologies(draw: st.DrawFn, reach: int = 10**6, depth: int = 3) -> Methodology:
    """A sound methodology whose result may be anything, negative and huge included."""
    declared = {
        name: draw(inputs(name, kind, reach))
        for name, kind in (("n1", PLAIN), ("d1", LENGTH), ("d2", LENGTH), ("m1", MASS))
    }
    absent = draw(st.none() | st.sampled_from(CHOICES))
    declared["size"] = Input("size", "size", choices=CHOICES, absent=absent)
    figures = {
        name: draw(parameters(name, kind))
        for name, kind in (("p1", PLAIN), ("r1", RATE), ("k1", MASS))
    }
    lookups = {name: draw(tables(name, kind)) for name, kind in (("t1", RATE), ("t2", LENGTH))}
    names = {
        PLAIN: ["n1", "p1"],
        LENGTH: ["d1", "d2", "lookup(t2, size)"],
        MASS: ["m1", "k1"],
        RATE: ["r1", "lookup(t1, size)"],
    }
    writer = FormulaWriter(draw, names, division=draw(st.booleans()))
    steps = []
    for index in range(draw(st.integers(0, 2))):
        kind = draw(st.sampled_from(list(names)))
        steps.append(
            Step.of(f"s{index}", f"s{index}", draw(unit_of(kind)), writer.number(kind, depth - 1))
        )
        names[kind].append(f"s{index}")
    steps.append(Step.of("reduction", "reduction", parse_unit("gCO2e"), writer.number(MASS, depth)))
    return Methodology(
        id="TEST-1",
        version=1,
        title="test",
        status="draft",
        level="本市",
        effective=Period(START),
        source=("test",),
        scenario="travel/test",
        boundary="test",
        provisional=False,
        reason="",
        inputs=declared,
        parameters=figures,
        tables=lookups,
        steps=tuple(steps),
        result=Result(
            "reduction",
            parse_unit("gCO2e"),
            draw(st.sampled_from(["down", "half_up"])),
            draw(st.integers(0, 3)),
        ),
    )


def stored(declared: Input) -> st.SearchStrategy[int]:
    """Admissible integers of an input, ends and absent value favoured."""
    ends = [declared.low, declared.high]
    if declared.low <= 0 <= declared.high:
        ends.append(0)
    if declared.absent is not None:
        ends.append(declared.absent_stored or 0)
    return st.sampled_from(ends) | st.integers(declared.low, declared.high)


def days() -> st.SearchStrategy[date]:
    return st.sampled_from([START, CHANGE - timedelta(days=1), CHANGE, date(2025, 1, 1)])
