"""The scratch platform's side of acceptance: import, then compare what is stored."""

import os
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection

from tanpuhui.config.acceptance.files import ZONE
from tanpuhui.config.acceptance.posting import Line
from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.ledger import services as accounts
from tanpuhui.domain.methodology import services as methodology
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.parties.data import PLATFORM
from tanpuhui.domain.scenarios.imports.reading import Reading
from tanpuhui.domain.scenarios.services.imports import file_import, profile_named
from tanpuhui.kernel import actors
from tanpuhui.kernel.cityrules import pack

# The pipeline's own refusals that these files call for; any other means a mistake in the set-up.
_EXPECTED = ("record.implausible", "record.out_of_bounds", "time.future", "duplicate")
_KEPT = ("counted", "overlap.time", "overlap.key", "cap.day", "cap.month", "cap.year")


def rules_loaded() -> None:
    """File the pack's methodologies."""
    methodology.pack_load(actor=actors.system(), pack=pack())


def posted_one(name: str, path: Path, lookups: dict[str, Path]) -> Line:
    """Import a file twice and compare what is stored with what was read."""
    profile = profile_named(name)
    records = pl.concat([chunk.records for chunk in Reading(path, profile, ZONE, lookups)])
    provider = _provider(name, records)
    report = file_import(
        actor=actors.system(), provider_id=provider, path=path, profile=profile, lookups=lookups
    )
    again = file_import(
        actor=actors.system(),
        provider_id=provider,
        path=path,
        profile=profile,
        lookups=lookups,
        resume=False,
        refused_path=Path(os.environ["TANPUHUI_HOME"]) / "again.csv",
    )
    counts = report.counts
    wrong = _differences(records, report, again.reduction_mg, provider)
    kept = sum(
        number for code, number in counts.items() if code in _KEPT or code.startswith("act.")
    )
    return {
        "profile": name,
        "records": records.height,
        "counted": counts.get("counted", 0),
        "not_counted": kept - counts.get("counted", 0),
        "duplicate": counts.get("duplicate", 0),
        "refused": report.refused,
        "kg": f"{report.reduction_mg / 10**6:,.3f}",
        "good": not wrong,
        "why": "; ".join(wrong),
        "codes": counts,
    }


def _provider(name: str, records: pl.DataFrame) -> int:
    """A provider that may send every scenario, and a person for each of its subjects."""
    numbers = [scenario.no for scenario in pack().scenarios.values()]
    actor = actors.system()
    provider = parties.organisation_open(
        actor=actor,
        code=f"accept-{name}".replace("_", "-"),
        kind="provider",
        title=name,
        scenario_mask=sum(1 << number for number in numbers),
    )
    subjects = records["subject"].drop_nulls().unique().sort().to_list()
    people = parties.people_open_many(actor=actor, count=len(subjects))
    accounts.accounts_open(actor=actor, kind="person", party_ids=people)
    parties.consents_grant_many(
        actor=actor,
        provider_id=PLATFORM,
        person_ids=people,
        scenario_nos=[PLATFORM],
        text_version="accept",
        purpose="points",
    )
    parties.links_bind_many(
        actor=actor, provider_id=provider.party_id, subjects=subjects, person_ids=people
    )
    used = records["scenario"].drop_nulls().unique().to_list()
    parties.consents_grant_many(
        actor=actor,
        provider_id=provider.party_id,
        person_ids=people,
        scenario_nos=[pack().scenarios[scenario].no for scenario in used],
        text_version="accept",
    )
    return provider.party_id


def _differences(records: pl.DataFrame, report: Any, mg_again: int, provider: int) -> list[str]:
    """What does not fit: lost records, a reader's refusal that vanished, sums, a second count."""
    wrong = []
    if sum(report.counts.values()) != records.height:
        wrong.append(f"{sum(report.counts.values())} receipts for {records.height} records")
    mine = records.drop_nulls("refused").group_by("refused").len().rows()
    wrong += [
        f"{code}: {report.counts.get(code, 0)}, read {number}"
        for code, number in mine
        if report.counts.get(code, 0) != number
    ]
    own = set(records["refused"].drop_nulls()) | set(_KEPT) | set(_EXPECTED)
    wrong += [
        f"{code}: {number}"
        for code, number in report.counts.items()
        if code not in own and not code.startswith("act.")
    ]
    if mg_again:
        wrong.append(f"importing again counted {mg_again} mg")
    return wrong + _stored(records, report.refused_path, provider)


def _stored(records: pl.DataFrame, refused: Path | None, provider: int) -> list[str]:
    """Stored inputs against the reader's quantities, both in the scenario's places."""
    left = records.filter(pl.col("refused").is_null()).unique("item_no", maintain_order=True)
    if refused is not None:
        numbers = pl.read_csv(refused, infer_schema=False)["编号"]
        left = left.filter(~pl.col("item_no").is_in(numbers.implode()))
    wrong = []
    for (name,), mine in left.group_by("scenario"):
        scenario = pack().scenarios[str(name)]
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*), sum(inputs[1]) from scenarios_act"
                " where provider_id = %s and scenario_no = %s",
                [provider, scenario.no],
            )
            stored, total = cursor.fetchone()
        if stored != mine.height:
            wrong.append(f"{name}: {stored} acts stored, {mine.height} read")
        day = mine["occurred_at"].min().date()  # type: ignore[union-attr]
        first = next(iter(pack().inputs_for(str(name), day).values()))
        column = f"q_{first.name}"
        if column in mine.columns and mine[column].dtype.is_numeric() and first.places is not None:
            half_up = (pl.col(column) * (2 * 10**first.places) + 1).floor() / 2
            scaled = mine.select(half_up.floor().cast(pl.Int64).sum())
            if abs(scaled.item() - (total or 0)) > 0:
                wrong.append(f"{name}: {first.name} {total or 0:,}, read {scaled.item():,}")
    return wrong


def books() -> Line:
    """The whole book balances."""
    proof = ledger.proof()
    line: Line = dict.fromkeys(("records", "counted", "not_counted", "duplicate", "refused"), "")
    return line | {
        "profile": "ledger",
        "kg": "",
        "good": proof.is_clean,
        "why": f"{proof.entries:,} entries",
    }
