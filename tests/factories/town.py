"""A small town on a real database: providers, people with consent, and what providers send."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from tanpuhui.domain.ledger import selectors as book
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.methodology import services as methodology
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.scenarios import services as scenarios
from tanpuhui.domain.scenarios.data import BatchResult
from tanpuhui.kernel import actors
from tanpuhui.kernel.cityrules import pack

SYSTEM = actors.system()
TEXT = "quantify-general/1"
FIELDS = {"line", "item_no", "subject", "scenario", "occurred_at", "asset_key", "refused", "raw"}
_numbers = itertools.count(1)


def record(item_no: str | None = "a1", **given: Any) -> dict[str, Any]:
    """One metro ride of person 0 this morning; what is not a column of a record is a quantity."""
    made: dict[str, Any] = {
        "item_no": item_no,
        "subject": "u0",
        "scenario": "travel/metro",
        "occurred_at": "2026-03-10T08:00:00+08:00",
    }
    if given.get("scenario", "travel/metro") == "travel/metro":
        made["distance"] = 5.5
    return made | given


def frame(records: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Records as the doors hand them to the pipeline; an input given as None is not sent."""
    names = list(dict.fromkeys(name for one in records for name in one))
    columns: dict[str, Any] = {
        "line": pl.Series([one.get("line", n) for n, one in enumerate(records, 1)], dtype=pl.Int64),
        "occurred_at": pl.Series(
            [_instant(one.get("occurred_at")) for one in records], dtype=pl.Datetime("us", "UTC")
        ),
    }
    for name in names:
        values = [one.get(name) for one in records]
        if name in columns:
            continue
        if name in FIELDS:
            columns[name] = pl.Series(values, dtype=pl.String)
        elif any(isinstance(value, str) for value in values):
            texts = [None if value is None else str(value) for value in values]
            columns[f"q_{name}"] = pl.Series(texts, dtype=pl.String)
        else:
            columns[f"q_{name}"] = pl.Series(values, dtype=pl.Float64, strict=False)
    return pl.DataFrame(columns)


def _instant(value: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


@dataclass
class Town:
    """People `u0`, `u1`, … known under these subjects to every provider of the town."""

    people: list[int]
    providers: list[int] = field(default_factory=list)

    @property
    def provider(self) -> int:
        """The first provider."""
        return self.providers[0]

    def send(
        self,
        *records: dict[str, Any],
        provider: int | None = None,
        batch_no: str = "",
        dry_run: bool = False,
        channel: str = "api",
    ) -> BatchResult:
        """Deliver records through the main door as the provider itself."""
        provider = provider or self.provider
        return scenarios.acts_ingest(
            actor=actors.provider(provider),
            provider_id=provider,
            batch_no=batch_no or f"b{next(_numbers)}",
            channel=channel,
            records=frame(records),
            dry_run=dry_run,
        )

    def correct(
        self, *records: dict[str, Any], reason: str = "更正", provider: int | None = None
    ) -> BatchResult:
        """Correct stored acts."""
        provider = provider or self.provider
        return scenarios.acts_correct(
            actor=actors.provider(provider),
            provider_id=provider,
            batch_no=f"c{next(_numbers)}",
            records=frame(records),
            reason=reason,
        )

    def withdraw(self, *items: str, provider: int | None = None) -> dict[str, str]:
        """Withdraw stored acts."""
        provider = provider or self.provider
        return scenarios.acts_withdraw(
            actor=actors.provider(provider), provider_id=provider, items=items, reason="撤回"
        )

    def balance(self, person: int = 0) -> tuple[int, int]:
        """(mg, points) of a person."""
        found = book.balance(self.people[person])
        return found.reduction_mg, found.points


def provider_open(
    people: Sequence[int], scenario_ids: Sequence[str] | None = None, *, consent: bool = True
) -> int:
    """A provider of some scenarios (default: all) that knows the people as u0, u1, …"""
    chosen = [pack().scenarios[name].no for name in scenario_ids or pack().scenarios]
    provider = parties.organisation_open(
        actor=SYSTEM,
        code=f"provider-{next(_numbers)}",
        kind="provider",
        title="测试企业",
        scenario_mask=sum(1 << no for no in chosen),
    ).party_id
    subjects = [f"u{n}" for n in range(len(people))]
    parties.links_bind_many(
        actor=SYSTEM, provider_id=provider, subjects=subjects, person_ids=people
    )
    if consent:
        parties.consents_grant_many(
            actor=SYSTEM,
            provider_id=provider,
            person_ids=people,
            scenario_nos=chosen,
            text_version=TEXT,
        )
    return provider


def points_agree(people: Sequence[int]) -> None:
    """Let people agree to points, as they do when they sign up."""
    parties.consents_grant_many(
        actor=SYSTEM,
        provider_id=0,
        person_ids=people,
        scenario_nos=[0],
        text_version="points/1",
        purpose="points",
    )


def people_open(count: int) -> list[int]:
    """People with open accounts."""
    people = parties.people_open_many(actor=SYSTEM, count=count)
    ledger.accounts_open(actor=SYSTEM, kind="person", party_ids=people)
    return people


def town_open(*, people: int = 3, providers: int = 1) -> Town:
    """File the pack in use; open people, who take points, and providers of all scenarios."""
    methodology.pack_load(actor=SYSTEM, pack=pack())
    town = Town(people_open(people))
    points_agree(town.people)
    town.providers = [provider_open(town.people) for _ in range(providers)]
    return town


def codes(result: BatchResult) -> list[str]:
    """The code of each receipt, in order."""
    return result.receipts["code"].to_list()


def statuses(result: BatchResult) -> list[str]:
    """The status of each receipt, in order."""
    return result.receipts["status"].to_list()


def grams(result: BatchResult) -> list[float]:
    """The counted grams of each receipt, in order."""
    return [mg / 1000 for mg in result.receipts["reduction_mg"].to_list()]
