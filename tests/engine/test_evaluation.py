"""One act with its trace, refusals of inputs, documents and cases, on the fictional city's rules."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tanpuhui.engine.canonical import digest
from tanpuhui.engine.cases import Case, differences
from tanpuhui.engine.checking import problems
from tanpuhui.engine.documents import from_document, to_document
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.evaluation import evaluate
from tanpuhui.engine.methodologies import Methodology

DAY = date(2012, 3, 1)
HOME: dict[str, Any] = {
    "id": "T-LV-1",
    "version": 2,
    "title": "节电",
    "status": "draft",
    "level": "本市",
    "effective": {"from": "2010-01-01", "to": "2020-01-01"},
    "source": ["notice#1", "notice#2"],
    "scenario": "living/electricity",
    "boundary": "一户一月",
    "inputs": {
        "energy": {"unit": "kWh", "places": 1, "min": 0, "max": 3000, "label": "本月用电"},
        "history": {
            "unit": "kWh",
            "places": 1,
            "min": 0,
            "max": 3000,
            "absent": 0,
            "label": "上年同月",
        },
        "persons": {"choices": ["1", "2", "3"], "absent": "2", "label": "人口"},
    },
    "parameters": {
        "grid": {
            "label": "电力因子",
            "unit": "kgCO2e/kWh",
            "provisional": True,
            "reason": "未核",
            "use": "factors/electricity#grid",
            "values": {
                "2010-01-01": {"value": "0.8", "source": "factors#1"},
                "2015-01-01": {"value": "0.7", "source": ["factors#2", "factors#3"]},
                "2019-01-01": None,
            },
        }
    },
    "tables": {
        "mean": {
            "label": "同人口均值",
            "key": "persons",
            "unit": "kWh",
            "values": {
                "2010-01-01": {"rows": {"1": 90, "2": "140.5", "3": 180}, "source": "notice#3"}
            },
        }
    },
    "steps": [
        {
            "name": "base",
            "label": "基准",
            "unit": "kWh",
            "formula": "if(history > 0, min(history, lookup(mean, persons)), lookup(mean, persons))",
        },
        {
            "name": "reduction",
            "label": "减排量",
            "unit": "gCO2e",
            "formula": "max(base - energy, 0) / 3 * grid",
        },
    ],
    "result": {"name": "reduction", "unit": "gCO2e", "round": "down", "places": 3},
}


def home(**changes: Any) -> Methodology:
    return from_document({**HOME, **changes})


def test_trace_reads_like_a_calculation() -> None:
    outcome = evaluate(home(), {"energy": Decimal("100.5"), "persons": 3}, DAY)
    assert outcome.reduction_mg == 21_200_000
    base, reduction = outcome.steps
    assert base.substituted == "（若 0 kWh > 0 则 较小值（0 kWh，180 kWh），否则 180 kWh）"
    assert reduction.formula == "max(base - energy, 0) / 3 * grid"
    assert reduction.in_words == "较大值（基准 - 本月用电，0） ÷ 3 × 电力因子"
    assert reduction.substituted == "较大值（180 kWh - 100.5 kWh，0） ÷ 3 × 0.8 kgCO₂e/kWh"
    assert (reduction.value, reduction.unit, reduction.text) == (21_200, "gCO₂e", "21200")
    assert outcome.lines()[1].startswith("减排量 = ")
    grid, mean = outcome.parameters
    assert (grid.value, grid.source, grid.provisional) == (Fraction(4, 5), "factors#1", True)
    assert grid.valid_from == date(2010, 1, 1)
    assert (mean.label, mean.value, mean.source) == ("同人口均值", 180, "notice#3")


def test_trace_json_is_stable_and_exact() -> None:
    outcome = evaluate(home(), {"energy": 100}, DAY)
    data = json.loads(outcome.to_json())
    assert data["reduction_mg"] == 10_800_000
    assert data["inputs"] == {"energy": "100", "history": "0", "persons": "2"}
    assert data["steps"][1]["value"] == "10800"
    assert outcome.to_json() == evaluate(home(), {"energy": Decimal("100.0")}, DAY).to_json()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"energy": Decimal("-0.1")}, "input_below_minimum"),
        ({"energy": 3001}, "input_above_maximum"),
        ({"energy": Decimal("1.05")}, "input_too_many_places"),
        ({"energy": "100"}, "input_not_a_number"),
        ({"energy": 1.5}, "input_not_a_number"),
        ({"energy": True}, "input_not_a_number"),
        ({"energy": Decimal("NaN")}, "input_not_a_number"),
        ({"energy": Decimal("Infinity")}, "input_not_a_number"),
        ({"energy": 1, "persons": 4}, "input_not_a_choice"),
        ({}, "input_missing"),
        ({"energy": 1, "water": 2}, "input_unknown"),
    ],
)
def test_inputs_are_refused(values: Mapping[str, Any], code: str) -> None:
    with pytest.raises(EngineError) as caught:
        evaluate(home(), values, DAY)
    assert caught.value.code == code
    assert "；" in caught.value.message


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2009, 12, 31), "not_effective"),
        (date(2020, 1, 1), "not_effective"),
        (date(2019, 6, 1), "value_ended"),
    ],
)
def test_days_are_refused(day: date, code: str) -> None:
    with pytest.raises(EngineError) as caught:
        evaluate(home(), {"energy": 1}, day)
    assert caught.value.code == code


def test_the_day_of_the_act_decides() -> None:
    before = evaluate(home(), {"energy": 100}, date(2014, 12, 31))
    after = evaluate(home(), {"energy": 100}, date(2015, 1, 1))
    assert (before.reduction_mg, after.reduction_mg) == (10_800_000, 9_450_000)
    assert after.parameters[0].source == "factors#2；factors#3"
    assert home().segment(date(2014, 1, 1)) == (date(2010, 1, 1), date(2015, 1, 1))
    assert home().segment(date(2018, 1, 1)) == (date(2015, 1, 1), date(2019, 1, 1))
    assert home().changes() == (date(2015, 1, 1), date(2019, 1, 1))


def test_document_round_trip_keeps_everything() -> None:
    document = to_document(home())
    assert to_document(from_document(json.loads(json.dumps(document)))) == document
    assert digest(document) == digest(to_document(home()))
    assert document["parameters"]["grid"]["values"]["2019-01-01"] is None
    assert document["parameters"]["grid"]["use"] == "factors/electricity#grid"
    assert problems(from_document(document)) == ()
    assert home().has_provisional


def case(**changes: Any) -> Case:
    known: dict[str, Any] = {"name": "c", "day": DAY, "values": {"energy": 100}, "source": "手算"}
    return Case(**{**known, **changes})


def test_cases() -> None:
    good = case(output=Fraction(10_800), steps={"base": Fraction(281, 2)})
    assert differences(good, home()) == ()
    assert "应为 1" in differences(case(output=Fraction(1)), home())[0]
    assert (
        "步骤" in differences(case(output=Fraction(10_800), steps={"base": Fraction(1)}), home())[0]
    )
    assert (
        "没有名为"
        in differences(case(output=Fraction(10_800), steps={"x": Fraction(1)}), home())[0]
    )
    assert differences(case(values={}, error="input_missing"), home()) == ()
    assert "input_missing" in differences(case(values={}, output=Fraction(1)), home())[0]
    assert "实际算出" in differences(case(error="input_missing"), home())[0]
    thirds = home(
        steps=[
            {
                "name": "reduction",
                "unit": "gCO2e",
                "formula": "energy * grid / 7 + 0 * lookup(mean, persons) * grid + history * grid",
            }
        ]
    )
    rounded = case(
        output=Fraction(11_428_571, 1000), steps={"reduction": Fraction(11_428_571, 1000)}
    )
    assert differences(rounded, thirds) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (
            {"steps": [{"name": "reduction", "unit": "gCO2e", "formula": "energy + grid"}]},
            "formula_units",
        ),
        (
            {"steps": [{"name": "reduction", "unit": "kWh", "formula": "energy * grid"}]},
            "formula_units",
        ),
        (
            {"steps": [{"name": "reduction", "unit": "gCO2e", "formula": "energy > 0"}]},
            "formula_type",
        ),
        (
            {"steps": [{"name": "grid", "unit": "gCO2e", "formula": "energy * grid"}]},
            "name_repeated",
        ),
        ({"result": {"name": "x", "unit": "gCO2e", "round": "down", "places": 3}}, "result_name"),
        (
            {"result": {"name": "base", "unit": "gCO2e", "round": "down", "places": 3}},
            "result_unit",
        ),
        (
            {"result": {"name": "reduction", "unit": "g", "round": "down", "places": 3}},
            "result_unit",
        ),
        (
            {"result": {"name": "reduction", "unit": "gCO2e", "round": "down", "places": 4}},
            "result_places",
        ),
        ({"inputs": {**HOME["inputs"], "extra": HOME["inputs"]["energy"]}}, "name_unused"),
        ({"inputs": {**HOME["inputs"], "max": HOME["inputs"]["energy"]}}, "name_reserved"),
        (
            {"inputs": {**HOME["inputs"], "persons": {"choices": ["1", "2"], "label": "x"}}},
            "table_rows",
        ),
        ({"inputs": {**HOME["inputs"], "persons": HOME["inputs"]["energy"]}}, "table_key"),
        (
            {"inputs": {**HOME["inputs"], "persons": {"choices": ["1", "2", "3"], "absent": "9"}}},
            "input_absent",
        ),
        (
            {
                "inputs": {
                    **HOME["inputs"],
                    "energy": {"unit": "kWh", "places": 0, "min": 2, "max": 1},
                }
            },
            "input_bounds",
        ),
        (
            {
                "inputs": {
                    **HOME["inputs"],
                    "energy": {"unit": "kWh", "places": 0, "min": "0.5", "max": 1},
                }
            },
            "input_bounds",
        ),
        (
            {
                "inputs": {
                    **HOME["inputs"],
                    "energy": {"unit": "kWh", "places": 9, "min": 0, "max": 10**10},
                }
            },
            "input_bounds",
        ),
        (
            {
                "inputs": {
                    **HOME["inputs"],
                    "energy": {"unit": "kWh", "places": 10, "min": 0, "max": 1},
                }
            },
            "input_places",
        ),
        ({"effective": {"from": "2009-01-01"}}, "value_gap"),
    ],
)
def test_flaws_are_found(changes: dict[str, Any], code: str) -> None:
    found = problems(home(**changes))
    assert code in {problem.code for problem in found}
    assert all(problem.message.endswith(("。", "）", "⟧")) for problem in found)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"level": "省标"}, "word_unknown"),
        (
            {"steps": [{"name": "reduction", "unit": "gCO2e", "formula": "energy *"}]},
            "formula_syntax",
        ),
        ({"steps": [{"name": "reduction", "unit": "stone", "formula": "energy"}]}, "unit_unknown"),
        (
            {"inputs": {"energy": {"unit": "kWh", "places": 0, "min": 0.5, "max": 1}}},
            "number_malformed",
        ),
    ],
)
def test_documents_are_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(EngineError) as caught:
        home(**changes)
    assert caught.value.code == code
