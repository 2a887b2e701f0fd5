"""Columns equal single evaluation to the milligram, overflow and division by zero included."""

import time
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.engine.formulas import START, days, methodologies, stored

from tanpuhui.engine.columns import compile_columns
from tanpuhui.engine.documents import from_document
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.evaluation import evaluate, quantify
from tanpuhui.engine.methodologies import Methodology
from tanpuhui.engine.numbers import INT64_MAX

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def one_by_one(methodology: Methodology, rows: list[dict[str, int]], day: date) -> list[int | str]:
    """Per row the milligrams, or the error's code."""
    found: list[int | str] = []
    for row in rows:
        values = {
            name: declared.restored(row[name])
            for name, declared in methodology.inputs.items()
            if row[name] != declared.absent_stored
        }
        try:
            found.append(evaluate(methodology, values, day).reduction_mg)
            assert quantify(methodology, values, day) == found[-1]
        except EngineError as error:
            found.append(error.code)
    return found


def columns_of(methodology: Methodology, rows: list[dict[str, int]]) -> dict[str, Any]:
    return {
        name: np.array([row[name] for row in rows], dtype=np.int64) for name in methodology.inputs
    }


def compare(methodology: Methodology, rows: list[dict[str, int]], day: date) -> bool:
    """Assert equality row by row; whether the plan ran on int64."""
    plan = compile_columns(methodology, day)
    expected = one_by_one(methodology, rows, day)
    good = [row for row, answer in zip(rows, expected, strict=True) if isinstance(answer, int)]
    sums = [answer for answer in expected if isinstance(answer, int)]
    assert plan.run(columns_of(methodology, good), rows=len(good)).tolist() == sums
    assert all(plan.low <= answer <= plan.high for answer in sums)
    if len(good) < len(rows):
        with pytest.raises(EngineError) as caught:
            plan.run(columns_of(methodology, rows))
        assert expected[caught.value.rows[0]] == caught.value.code
    return plan.exact64


@given(st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
def test_equal_on_random_methodologies(data: st.DataObject) -> None:
    methodology = data.draw(methodologies())
    shape = st.fixed_dictionaries({name: stored(one) for name, one in methodology.inputs.items()})
    rows = data.draw(st.lists(shape, min_size=1, max_size=6))
    event(f"int64: {compare(methodology, rows, data.draw(days()))}")


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
def test_equal_where_int64_overflows(data: st.DataObject) -> None:
    methodology = data.draw(methodologies(reach=10**15))
    shape = st.fixed_dictionaries({name: stored(one) for name, one in methodology.inputs.items()})
    rows = data.draw(st.lists(shape, min_size=1, max_size=6))
    event(f"int64: {compare(methodology, rows, data.draw(days()))}")


def methodology_of(
    formula: str, *, places: int = 3, maximum: int = 80, rounding: str = "down"
) -> Methodology:
    """distance [km], duration [s, may be 0], factor 60.5 g/km, speed limit 10 m/s."""
    number = {"unit": "km", "places": places, "min": 0, "max": maximum}
    return from_document(
        {
            "id": "T-1",
            "version": 1,
            "title": "t",
            "status": "draft",
            "level": "本市",
            "effective": {"from": START},
            "source": "x",
            "scenario": "a/b",
            "boundary": "b",
            "inputs": {
                "distance": number,
                "duration": {"unit": "s", "places": 0, "min": -5, "max": 1000, "absent": 0},
            },
            "parameters": {
                "factor": {
                    "label": "f",
                    "unit": "gCO2e/km",
                    "values": {START: {"value": "60.5", "source": "x"}},
                },
                "fast": {
                    "label": "v",
                    "unit": "m/s",
                    "values": {START: {"value": 10, "source": "x"}},
                },
            },
            "steps": [{"name": "reduction", "unit": "gCO2e", "formula": formula}],
            "result": {"name": "reduction", "unit": "gCO2e", "round": rounding, "places": 3},
        }
    )


def test_typical_formula_is_one_integer_product() -> None:
    plan = compile_columns(methodology_of("distance * factor"), START)
    assert plan.exact64
    assert (plan.low, plan.high) == (0, 4_840_000)
    assert plan.run({"distance": np.array([0, 1, 2, 80_000])}).tolist() == [0, 60, 121, 4_840_000]


def test_overflow_falls_back_to_exact_integers() -> None:
    methodology = methodology_of("distance * factor / 1000000000", places=9, maximum=9_000_000_000)
    plan = compile_columns(methodology, START)
    assert not plan.exact64
    top = 9_000_000_000 * 10**9
    assert plan.run({"distance": np.array([top, 1])}).tolist() == [544_500, 0]


def test_a_result_beyond_int64_is_refused_with_its_rows() -> None:
    methodology = methodology_of("distance * factor * 1000000", maximum=10**13)
    plan = compile_columns(methodology, START)
    assert plan.high > INT64_MAX
    with pytest.raises(EngineError) as caught:
        plan.run({"distance": np.array([1, 10**16, 2, 10**16])})
    assert (caught.value.code, caught.value.rows) == ("result_too_large", (1, 3))


def test_division_by_zero_names_rows_and_only_where_the_branch_is_taken() -> None:
    plain = compile_columns(
        methodology_of("distance / (duration * fast) * distance * factor"), START
    )
    columns = {"distance": np.array([1000, 1000, 1000]), "duration": np.array([100, 0, 0])}
    with pytest.raises(EngineError) as caught:
        plain.run(columns)
    assert (caught.value.code, caught.value.rows) == ("division_by_zero", (1, 2))
    guarded = "if(duration > 0 and distance / duration < fast, distance * factor, 0)"
    assert compile_columns(methodology_of(guarded), START).run(columns).tolist() == [0, 0, 0]
    columns["duration"] = np.array([101, 0, 100])
    assert compile_columns(methodology_of(guarded), START).run(columns).tolist() == [60_500, 0, 0]


def test_negative_divisors_keep_floor_semantics() -> None:
    methodology = methodology_of(
        "if(duration != 0, distance / (duration * fast) * distance * factor, 0)"
    )
    rows = [{"distance": 1, "duration": d} for d in (-5, -3, 7, 0)]
    assert compare(methodology, rows, START)


@pytest.mark.parametrize("rounding", ["down", "half_up"])
def test_rounding_of_negative_halves(rounding: str) -> None:
    methodology = methodology_of("0 - distance * factor", rounding=rounding)
    plan = compile_columns(methodology, START)
    assert plan.run({"distance": np.array([1])}).tolist() == [-61 if rounding == "down" else -60]
    assert evaluate(methodology, {"distance": Fraction(1, 1000)}, START).reduction_mg == (
        -61 if rounding == "down" else -60
    )


def test_rows_out_of_bounds_are_named() -> None:
    plan = compile_columns(methodology_of("distance * factor"), START)
    with pytest.raises(EngineError) as caught:
        plan.run({"distance": np.array([0, 80_001, 5])})
    assert (caught.value.code, caught.value.rows) == ("input_out_of_bounds", (1,))


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({}, "input_missing"),
        ({"distance": np.array([1.5])}, "column_malformed"),
        ({"distance": np.array([[1]])}, "column_malformed"),
        ({"distance": np.array([1]), "duration": np.array([1, 2])}, "column_malformed"),
    ],
)
def test_malformed_columns(columns: Any, code: str) -> None:
    with pytest.raises(EngineError) as caught:
        compile_columns(methodology_of("distance * factor"), START).run(columns)
    assert caught.value.code == code


def test_plan_knows_its_days() -> None:
    plan = compile_columns(methodology_of("distance * factor"), date(2025, 5, 5))
    assert (plan.start, plan.end) == (START, None)
    with pytest.raises(EngineError, match="not_effective"):
        compile_columns(methodology_of("distance * factor"), date(2023, 1, 1))


def test_empty_columns_and_many_blocks() -> None:
    plan = compile_columns(methodology_of("max(distance * factor - 0, 0)"), START)
    assert plan.run({"distance": np.array([], dtype=np.int64)}).tolist() == []
    distance = np.arange(200_000) % 80_001
    assert (plan.run({"distance": distance}) == distance * 605 // 10).all()


def test_a_million_rows_in_well_under_a_fifth_of_a_second() -> None:
    plan = compile_columns(methodology_of("if(distance > 0, max(distance * factor, 0), 0)"), START)
    distance = np.random.default_rng(1).integers(0, 80_001, 1_000_000)
    started = time.perf_counter()
    plan.run({"distance": distance})
    assert time.perf_counter() - started < 0.2
