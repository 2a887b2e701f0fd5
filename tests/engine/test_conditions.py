"""Plausibility: one act and columns give equal answers, missing optional numbers count as 0."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanpuhui.engine.conditions import Condition, Limit
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.methodologies import Input
from tanpuhui.engine.units import parse_unit

DISTANCE = Input("distance", "里程", parse_unit("km"), 3, Fraction(0), Fraction(100))
DURATION = Input(
    "duration", "时长", parse_unit("s"), 0, Fraction(30), Fraction(20000), optional=True
)
KIND = Input("kind", "方式", choices=("a", "b"))
INPUTS = {"distance": DISTANCE, "duration": DURATION, "kind": KIND}
LIMITS = {"speed_max": Limit("speed_max", Fraction(120), parse_unit("km/h"), ("x",))}
FAST = "duration > 0 and distance / duration > speed_max"


def condition(formula: str = FAST) -> Condition:
    return Condition.of("too_fast", "太快。", formula, INPUTS, LIMITS)


def test_one_act() -> None:
    assert condition().holds({"distance": 10, "duration": 299})
    assert not condition().holds({"distance": 10, "duration": 300})
    assert not condition().holds({"distance": 10, "kind": "a"})
    with pytest.raises(EngineError, match="input_missing"):
        condition().holds({"duration": 60})
    with pytest.raises(EngineError, match="division_by_zero"):
        condition("distance / duration > speed_max").holds({"distance": 1})


@given(
    st.lists(st.tuples(st.integers(0, 100_000), st.just(0) | st.integers(30, 20_000)), max_size=20)
)
def test_columns_agree(rows: list[tuple[int, int]]) -> None:
    columns = {
        "distance": np.array([row[0] for row in rows], dtype=np.int64),
        "duration": np.array([row[1] for row in rows], dtype=np.int64),
    }
    expected = [
        condition().holds(
            {"distance": Fraction(distance, 1000), **({"duration": duration} if duration else {})}
        )
        for distance, duration in rows
    ]
    assert condition().run(columns).tolist() == expected


def test_whole_column_may_be_absent() -> None:
    assert condition().run({"distance": np.array([1, 2, 3])}).tolist() == [False] * 3


def test_columns_name_rows_divided_by_zero() -> None:
    columns = {"distance": np.array([1, 1]), "duration": np.array([60, 0])}
    with pytest.raises(EngineError) as caught:
        condition("distance / duration > speed_max").run(columns)
    assert (caught.value.code, caught.value.rows) == ("division_by_zero", (1,))


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("distance > duration", "formula_units"),
        ("distance * 2", "formula_type"),
        ("speed > 0", "formula_unknown_name"),
        ("kind == 1", "formula_type"),
        ("distance >", "formula_syntax"),
    ],
)
def test_refused(formula: str, code: str) -> None:
    with pytest.raises(EngineError) as caught:
        condition(formula)
    assert caught.value.code == code
