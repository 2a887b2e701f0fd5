"""Filings: what was in force stays readable, word for word, whatever the pack says later."""

from pathlib import Path

import pytest
from tests.factories.cities import EXAMPLE, HEFEI, changed_pack, living_in
from tests.factories.database import rows, value
from tests.factories.town import SYSTEM, Town, record

from tanpuhui.domain.methodology import errors, selectors, services
from tanpuhui.engine.canonical import digest, plain
from tanpuhui.engine.documents import from_document, to_document
from tanpuhui.kernel.cityrules import pack

GRID = {"factors/electricity.yaml": {"2020-01-01: {value: 0.6,": "2020-01-01: {value: 0.9,"}}


@pytest.mark.parametrize("folder", [EXAMPLE, HEFEI])
def test_every_version_is_filed_once(db: None, example_city: object, folder: Path) -> None:
    with living_in(folder):
        expected = len(services.documents(pack()))
        assert services.pack_load(actor=SYSTEM, pack=pack()) == {"filed": expected, "known": 0}
        assert services.pack_load(actor=SYSTEM, pack=pack()) == {"filed": 0, "known": expected}
        assert value("select count(*) from methodology_filing") == expected
        in_force = services.filings_in_force(pack())
        assert len(set(in_force.values())) == expected
        versions = {key for _, key in in_force if key}
        assert versions == {m.key for m in pack().methodologies.values()}
        points_only = {scenario for scenario, key in in_force if not key}
        assert points_only == {s.id for s in pack().scenarios.values() if not s.is_quantified}


def test_a_filing_gives_the_same_methodology_back(town: Town) -> None:
    for (scenario, key), number in services.filings_in_force(pack()).items():
        filing = selectors.filing(number)
        assert (filing.scenario, filing.methodology_key) == (scenario, key)
        if not key:
            assert filing.methodology is None
            continue
        original = pack().methodologies[key]
        assert digest(to_document(filing.methodology)) == digest(to_document(original))
        assert plain(to_document(from_document(plain(to_document(original))))) == plain(
            to_document(original)
        )


def test_a_changed_factor_is_a_new_filing_of_the_versions_that_use_it(
    town: Town, tmp_path: Path
) -> None:
    before = services.filings_in_force(pack())
    stored = rows("select id, document::text, digest from methodology_filing order by id")
    with living_in(changed_pack(tmp_path / "p", GRID)):
        with pytest.raises(errors.NotFiled) as caught:
            services.filings_in_force(pack())
        assert (caught.value.code, caught.value.status) == ("methodology.not_filed", 503)
        counted = services.pack_load(actor=SYSTEM, pack=pack())
        after = services.filings_in_force(pack())
    changed = {key for scenario, key in before if before[scenario, key] != after[scenario, key]}
    assert changed == {
        "QC-TR-101/v1",
        "QC-TR-101/v2",
        "QC-TR-105/v1",
        "QC-TR-106/v1",
        "QC-LV-201/v1",
    }
    assert counted["filed"] == len(changed)
    assert (
        rows("select id, document::text, digest from methodology_filing order by id")[: len(stored)]
        == stored
    )


def test_an_act_points_to_the_filing_it_was_computed_by(town: Town, tmp_path: Path) -> None:
    town.send(record("a1"))
    with living_in(changed_pack(tmp_path / "p", GRID)):
        services.pack_load(actor=SYSTEM, pack=pack())
        town.send(record("a2", occurred_at="2026-03-10T09:00:00+08:00"))
    (first,), (second,) = rows("select filing_id from scenarios_act order by item_no")
    assert first != second
    assert rows(
        "select distinct methodology from methodology_filing where id in (%s, %s)", first, second
    ) == [("QC-TR-101/v2",)]


def test_loading_leaves_an_audit_row(town: Town) -> None:
    assert rows("select subject, actor from kernel_audit where tag = 'methodology:pack:load'") == [
        ("pack:example", "system")
    ]
