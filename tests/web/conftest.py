"""A small city behind the pages: two people, two providers, a morning of acts."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tests.factories.town import points_agree

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.methodology import services as methodology
from tanpuhui.domain.parties import selectors as party_reads
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.scenarios import services as scenarios
from tanpuhui.kernel import actors, clock
from tanpuhui.kernel.cityrules import pack
from tanpuhui.web.middleware import SESSION_BEGAN, SESSION_SEEN
from tanpuhui.web.shared.guards import SESSION_PERSON

SYSTEM = actors.system()
PASSWORD = "a-long-pass-phrase"
# Organisations of roles that are not called like their organisation.
KINDS = {
    "expert": "authority",
    "system_admin": "operator",
    "security_admin": "operator",
    "audit_admin": "operator",
}


@dataclass
class Town:
    """People and providers by name."""

    ann: int
    ben: int
    metro: int
    canteen: int


def record(no: str, subject: str, scenario: str, at: str, **quantities: Any) -> dict[str, Any]:
    """One record; `at` is the city's time of 2026-03-10 as HH:MM, or a whole instant."""
    text = at if "T" in at else f"2026-03-10T{at}:00+08:00"
    fields = {f"q_{name}": value for name, value in quantities.items()}
    return {
        "item_no": no,
        "subject": subject,
        "scenario": scenario,
        "occurred_at": datetime.fromisoformat(text).astimezone(UTC),
        **fields,
    }


def deliver(provider_id: int, batch_no: str, *records: dict[str, Any]) -> int:
    """Send records through the pipeline; the batch's id."""
    frame = pl.DataFrame(list(records), infer_schema_length=None).with_columns(
        pl.col("occurred_at").cast(pl.Datetime("us", "UTC")),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("line"),
        pl.lit(None, dtype=pl.String).alias("asset_key"),
        pl.lit(None, dtype=pl.String).alias("refused"),
        pl.lit('{"distance": 500}', dtype=pl.String).alias("raw"),
    )
    result = scenarios.acts_ingest(
        actor=SYSTEM, provider_id=provider_id, batch_no=batch_no, channel="api", records=frame
    )
    assert result.batch_id is not None
    return result.batch_id


def provider_open(code: str, title: str, *scenario_ids: str) -> int:
    """A provider with a login of the same name."""
    mask = sum(1 << pack().scenarios[one].no for one in scenario_ids)
    opened = parties.organisation_open(
        actor=SYSTEM, code=code, kind="provider", title=title, scenario_mask=mask
    )
    parties.staff_add(
        actor=SYSTEM,
        username=code,
        password=PASSWORD,
        organisation_id=opened.party_id,
        role="provider",
    )
    return opened.party_id


def town_open() -> Town:
    """File the methodologies and open everybody."""
    methodology.pack_load(actor=SYSTEM, pack=pack())
    metro = provider_open("metro", "轨道（演示）", "travel/metro", "travel/bus")
    canteen = provider_open("canteen", "食堂（演示）", "living/clean_plate")
    ann, ben = parties.people_open_many(actor=SYSTEM, count=2)
    ledger.accounts_open(actor=SYSTEM, kind="person", party_ids=[ann, ben])
    points_agree([ann, ben])
    for provider_id, scenario_ids in (
        (metro, ("travel/metro", "travel/bus")),
        (canteen, ("living/clean_plate",)),
    ):
        parties.links_bind_many(
            actor=SYSTEM, provider_id=provider_id, subjects=["ann", "ben"], person_ids=[ann, ben]
        )
        parties.consents_grant_many(
            actor=SYSTEM,
            provider_id=provider_id,
            person_ids=[ann, ben],
            scenario_nos=[pack().scenarios[one].no for one in scenario_ids],
            text_version="test/v1",
        )
    return Town(ann, ben, metro, canteen)


@pytest.fixture
def town(db, fixed_clock) -> Town:
    """Tuesday 2026-03-10, noon: people with accounts, nothing sent yet."""
    return town_open()


@pytest.fixture
def busy_town(town) -> Town:
    """The same town after a morning: rides counted, capped and refused, a meal of points."""
    rides = [
        record(f"M{n}", "ann", "travel/metro", f"{6 + n // 2:02d}:{n % 2 * 30:02d}", distance=10.0)
        for n in range(7)
    ]
    far = record("M90", "ann", "travel/metro", "11:10", distance=500.0)
    unknown = record("M91", "nobody", "travel/metro", "11:20", distance=5.0)
    deliver(town.metro, "metro-1", *rides, far, unknown)
    deliver(
        town.metro,
        "metro-0",
        record("F1", "ann", "travel/metro", "2026-02-03T08:00:00+08:00", distance=20.0),
    )
    deliver(
        town.canteen,
        "meal-1",
        record("C1", "ann", "living/clean_plate", "11:50", proof="canteen"),
    )
    return town


@pytest.fixture
def as_ann(client: Client, town: Town) -> Client:
    """Ann's browser."""
    return signed_in(client, town.ann)


def signed_in(client: Client, person_id: int) -> Client:
    """A browser with a citizen's session."""
    assert party_reads.person(person_id)
    session = client.session
    session[SESSION_PERSON] = person_id
    session.save()
    return client


@pytest.fixture
def as_metro(client: Client, town: Town) -> Client:
    """The metro company's browser."""
    return staff_in(client, "metro")


def staff_in(client: Client, username: str, *, second_factor: bool = True) -> Client:
    """A browser in which this login has signed in, with its second factor unless told otherwise."""
    assert client.login(username=username, password=PASSWORD)
    session = client.session
    now_s = int(clock.now().timestamp())
    session[SESSION_BEGAN] = session[SESSION_SEEN] = now_s
    methods = [{"method": "password", "at": now_s}]
    methods += [{"method": "mfa", "at": now_s, "type": "totp"}] if second_factor else []
    session["account_authentication_methods"] = methods
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return client


def staff_open(role: str, *, kind: str = "", username: str = "") -> str:
    """A login with this role in an organisation of its own; its user name."""
    name = username or role
    code = name.replace("_", "-")
    organisation = parties.organisation_open(
        actor=SYSTEM, code=f"org-{code}", kind=kind or KINDS.get(role, role), title=f"{role} 机构"
    )
    parties.staff_add(
        actor=SYSTEM,
        username=name,
        password=PASSWORD,
        organisation_id=organisation.party_id,
        role=role,
    )
    return name
