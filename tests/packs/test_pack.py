"""What a loaded pack answers: which method on which day, what is sent, in which order."""

import pickle
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tanpuhui.engine.columns import compile_columns
from tanpuhui.engine.evaluation import evaluate
from tanpuhui.packs import Pack, check_pack, load_pack
from tanpuhui.packs.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
PACKS = sorted(path.parent for path in (ROOT / "packs").glob("*/pack.yaml"))


@pytest.fixture(scope="module")
def example() -> Pack:
    return load_pack(ROOT / "packs/example")


@pytest.mark.parametrize("root", PACKS, ids=lambda path: path.name)
def test_packs_are_sound(root: Path) -> None:
    assert [str(problem) for problem in check_pack(root).problems] == []


def key_on(pack: Pack, scenario: str, day: date) -> str | None:
    methodology = pack.methodology_for(scenario, day)
    return methodology.key if methodology else None


def test_version_of_the_day(example: Pack) -> None:
    assert key_on(example, "travel/metro", date(2009, 12, 31)) is None
    assert key_on(example, "travel/metro", date(2017, 12, 31)) == "QC-TR-101/v1"
    assert key_on(example, "travel/metro", date(2018, 1, 1)) == "QC-TR-101/v2"
    assert key_on(example, "travel/walking", date(2018, 1, 1)) is None


def test_group_standard_goes_before_city_method(example: Pack) -> None:
    assert key_on(example, "travel/shared_bike", date(2018, 12, 31)) == "QC-TR-104/v1"
    assert key_on(example, "travel/shared_bike", date(2019, 1, 1)) == "QC-TR-114/v1"


def test_inputs_stand_in_the_order_of_storage(example: Pack) -> None:
    day = date(2019, 1, 1)
    assert list(example.inputs_for("travel/ride_hailing", day)) == [
        "distance",
        "electric",
        "duration",
    ]
    assert list(example.inputs_for("travel/walking", day)) == ["steps"]
    electric = example.inputs_for("travel/ride_hailing", day)["electric"]
    assert (electric.choices, electric.absent, electric.absent_stored) == (("no", "yes"), "no", 0)
    assert not electric.required
    distance = example.inputs_for("travel/metro", day)["distance"]
    assert (distance.low, distance.high, distance.places, str(distance.unit)) == (
        1,
        200_000,
        3,
        "km",
    )
    assert distance.stored(Fraction(3, 2)) == 1500
    assert distance.restored(1500) == Fraction(3, 2)


def test_conditions_of_the_day(example: Pack) -> None:
    (rule,) = example.conditions_for("travel/metro", date(2019, 1, 1))
    assert rule.code == "speed_too_high"
    assert rule.holds({"distance": 10, "duration": 200})
    assert rule.run({"distance": np.array([10_000, 10_000])}).tolist() == [False, False]
    assert example.conditions_for("travel/metro", date(2019, 2, 2))[0] is rule


def test_numbers_sources_and_points(example: Pack) -> None:
    assert [scenario.no for scenario in example.scenarios.values()] == list(range(1, 12))
    assert example.scenario_by_no(4).id == "travel/shared_bike"
    with pytest.raises(KeyError):
        example.scenario_by_no(99)
    assert example.source("example-notice#出行").tier == "本市"
    assert example.points_per_kg.values.on(date(2020, 1, 1))[1].value == 20
    walking = example.scenarios["travel/walking"]
    assert walking.points is not None
    assert walking.points.values.on(date(2020, 1, 1))[1].value == 5
    assert (walking.is_quantified, walking.group) == (False, "travel")
    assert example.factors["factors/electricity#grid"].label.startswith("云汀市")
    assert [rule.match for rule in example.overlaps] == ["time", "key"]
    assert example.regions["regions"][0]["code"] == "000101"
    assert example.manifest.accept["future_minutes"] == 10


def test_columns_and_single_acts_agree_on_every_version(example: Pack) -> None:
    random = np.random.default_rng(7)
    for methodology in example.methodologies.values():
        for day in (methodology.effective.start, *methodology.changes()):
            columns = {
                name: random.integers(one.low, one.high, 40, endpoint=True)
                for name, one in methodology.inputs.items()
            }
            plan = compile_columns(methodology, day)
            assert plan.exact64
            found = plan.run(columns).tolist()
            for row, reduction_mg in enumerate(found):
                values = {
                    n: one.restored(int(columns[n][row])) for n, one in methodology.inputs.items()
                }
                assert evaluate(methodology, values, day).reduction_mg == reduction_mg


def test_digest_follows_content(example: Pack) -> None:
    assert example.digest == load_pack(ROOT / "packs/example").digest
    assert len(example.digest) == 64


def test_methodologies_travel_between_processes(example: Pack) -> None:
    copied = pickle.loads(pickle.dumps(example))
    methodology = copied.methodology_for("travel/shared_bike", date(2012, 1, 1))
    assert (
        evaluate(methodology, {"distance": Decimal("2.5")}, date(2012, 1, 1)).reduction_mg
        == 125_000
    )


def test_check_prints_a_table_and_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(ROOT / "packs/example")]) == 0
    assert "没有问题" in capsys.readouterr().out
    assert main(["check", str(ROOT / "packs/none")]) == 1
    assert "pack_missing" in capsys.readouterr().out
    assert main(["file", str(ROOT / "packs/example"), "QC-TR-102/v1"]) == 1
    assert main(["file", str(ROOT / "packs/example"), "QC-TR-999/v1"]) == 1
