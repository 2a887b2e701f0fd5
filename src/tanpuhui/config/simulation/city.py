"""A believable city: people, providers, consents, and thirty days of what they did."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import TYPE_CHECKING

import numpy as np

from tanpuhui.config.simulation import acts, deliveries, logins, office, personas, senders, weather
from tanpuhui.config.simulation.deliveries import Delivery, Sender
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.parties import selectors as party_reads
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.parties.data import PLATFORM
from tanpuhui.kernel import actors, cityrules, clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.packs import Pack

if TYPE_CHECKING:
    from tanpuhui.domain.parties.data import OrganisationView

BLOCK = 20_000  # people drawn at once, so that memory stays bounded
HESITANT = 0.02  # of the people who do something, without consent to it
POINTLESS_NTH, UNISSUED_NTH = 25, 7  # every such person does not agree to points, to issuance
PHONE = "1990000{:04d}"

# Logins of the demo: role, the kind of organisation it belongs to, what it is called.
STAFF = (
    ("operator", "operator", "运营机构"),
    ("authority", "authority", "管理机构"),
    ("supervisor", "supervisor", "监管部门"),
    ("system_admin", "operator", "系统管理员"),
    ("security_admin", "operator", "安全管理员"),
    ("audit_admin", "operator", "审计管理员"),
    ("verifier", "verifier", "核证机构"),
    ("merchant", "merchant", "激励商户"),
    ("finance", "finance", "金融机构"),
    ("buyer", "buyer", "采购单位"),
    ("expert", "authority", "专家"),
)
# Four eyes need a colleague.
COLLEAGUES = (("operator", "运营机构 · 复核"), ("authority", "管理机构 · 复核"))

Move = Callable[[float, float | None, str | None], None]


@dataclass(frozen=True)
class Plan:
    """What to simulate; the same plan gives the same records.

    last: the last simulated day; None is yesterday.
    http: address of a running server; empty sends straight into the service.
    """

    people: int
    days: int
    seed: int
    last: date | None = None
    http: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    people: int
    providers: int
    tally: senders.Tally
    seconds: float


@dataclass(frozen=True)
class Stage:
    """What every step of a block needs."""

    actor: Actor
    city: Pack
    providers: Sequence[Sender]
    rng: np.random.Generator


def exists() -> bool:
    """Whether anybody lives here already."""
    return bool(party_reads.people(1))


def run(plan: Plan, move: Move) -> Outcome:
    """Open the city and send its records, block by block of people."""
    begun = time.perf_counter()
    actor = actors.system(label="simulator")
    city = cityrules.pack()
    last = plan.last or clock.today() - timedelta(days=1)
    days = weather.days_of(last, plan.days, np.random.default_rng([plan.seed, 0]))
    first = not exists()
    providers = open_organisations(actor, city, with_logins=first)
    tally = senders.Tally()
    send = (
        senders.to_http(plan.http, actor, providers, tally)
        if plan.http
        else senders.to_service(actor, tally)
    )
    done = 0
    while done < plan.people:
        size = min(BLOCK, plan.people - done)
        rng = np.random.default_rng([plan.seed, 1, done])
        stage = Stage(actor, city, providers, rng)
        with clock.standing_at(_night(days[0].day)):
            batches = _block(stage, days, size, named=first and not done)
        for number, delivery in enumerate(batches, start=1):
            with clock.standing_at(_night(delivery.sent_on, delivery.sender.party_id)):
                send(delivery)
            share = (done + size * number / len(batches)) / plan.people
            move(share, 1.0, f"模拟城市 {delivery.sent_on:%m-%d}")
        done += size
    if first:
        office.fill(providers)
    return Outcome(plan.people, len(providers), tally, time.perf_counter() - begun)


def _night(day: date, number: int = 0) -> datetime:
    """When a provider sends: in the small hours, each at its own minute."""
    minutes = number * 7 % 180
    return datetime.combine(day, time_of_day(1 + minutes // 60, minutes % 60), clock.city_zone())


def open_organisations(actor: Actor, city: Pack, *, with_logins: bool) -> list[Sender]:
    """The pack's organisations; those that may send are returned."""
    numbers = {scenario.id: scenario.no for scenario in city.scenarios.values()}
    found: list[Sender] = []
    by_kind: dict[str, OrganisationView] = {}
    for row in (city.organisations or {}).get("organisations", []):
        names = tuple(row.get("scenarios", ()))
        opened = parties.organisation_open(
            actor=actor,
            code=row["code"],
            kind=row["kind"],
            title=row["title"],
            scenario_mask=sum(1 << numbers[name] for name in names),
        )
        by_kind.setdefault(row["kind"], opened)
        if names:
            found.append(Sender(opened.party_id, opened.code, opened.title, names))
    if with_logins:
        staff = {
            sender.code: (sender.party_id, "provider", f"场景企业 · {sender.title}")
            for sender in found[:3]
        }
        for role, kind, title in STAFF:
            if kind in by_kind:
                staff[f"demo-{role.replace('_', '-')}"] = (by_kind[kind].party_id, role, title)
        for role, title in COLLEAGUES:
            if role in by_kind:
                staff[f"demo-{role}-2"] = (by_kind[role].party_id, role, title)
        logins.make(actor, staff)
    return found


def _block(
    stage: Stage, days: Sequence[weather.Weather], size: int, *, named: bool
) -> list[Delivery]:
    """Open a block of people and draw what their providers send, in the order of sending."""
    city = stage.city
    shown = personas.PERSONAS[: size if named else 0]
    people = personas.lend(acts.population(city, size, stage.rng), city, shown)
    ids = _open_people(stage, size, [one.nickname for one in shown])
    drawn = acts.draw(city, people, days, stage.rng)
    run_no = f"{ids[0]:x}"
    batches: list[Delivery] = []
    for sender in stage.providers:
        subjects = deliveries.pseudonyms(sender, ids[0], size)
        _bind(stage, sender, people, ids, subjects)
        records = deliveries.records_of(sender, drawn, subjects, run_no, city.time_zone)
        sent = deliveries.with_mistakes(records, stage.rng)
        batches.extend(deliveries.deliveries(sender, sent, run_no, days[-1].day))
    return sorted(batches, key=lambda delivery: (delivery.sent_on, delivery.sender.code))


def _open_people(stage: Stage, size: int, nicknames: Sequence[str]) -> list[int]:
    """Party ids; the first few have names and phones, so that a visitor can be one of them."""
    regions = [row["code"] for row in (stage.city.regions or {}).get("regions", [])] or [""]
    known = [
        parties.person_open(
            actor=stage.actor,
            phone=PHONE.format(number),
            nickname=nickname,
            region=regions[number % len(regions)],
        ).party_id
        for number, nickname in enumerate(nicknames, start=1)
    ]
    rest = parties.people_open_many(actor=stage.actor, count=size - len(known), regions=regions)
    ledger.accounts_open(actor=stage.actor, kind="person", party_ids=known + rest)
    _agree(stage, known + rest)
    return known + rest


def _agree(stage: Stage, people: Sequence[int]) -> None:
    """Most people take points, most let their reductions be issued; the named ones both."""
    for purpose, nth in (("points", POINTLESS_NTH), ("issue", UNISSUED_NTH)):
        words = consent_text(stage.city, purpose=purpose)
        if words:
            parties.consents_grant_many(
                actor=stage.actor,
                provider_id=PLATFORM,
                person_ids=[one for n, one in enumerate(people, 1) if n % nth],
                scenario_nos=[PLATFORM],
                text_version=words,
                purpose=purpose,
            )


def _bind(
    stage: Stage,
    sender: Sender,
    people: acts.Population,
    ids: Sequence[int],
    subjects: Sequence[str],
) -> None:
    """Links for everybody who does one of the sender's scenarios; consent to each but for a few."""
    numbers = [stage.city.scenarios[name].no for name in sender.scenarios]
    does = np.logical_or.reduce([people.adopts[no] for no in numbers])
    linked = np.flatnonzero(does).tolist()
    parties.links_bind_many(
        actor=stage.actor,
        provider_id=sender.party_id,
        subjects=[subjects[index] for index in linked],
        person_ids=[ids[index] for index in linked],
    )
    for name, no in zip(sender.scenarios, numbers, strict=True):
        agrees = people.adopts[no] & (stage.rng.random(people.size) >= HESITANT)
        parties.consents_grant_many(
            actor=stage.actor,
            provider_id=sender.party_id,
            person_ids=[ids[index] for index in np.flatnonzero(agrees).tolist()],
            scenario_nos=[no],
            text_version=consent_text(stage.city, name),
        )


def consent_text(city: Pack, scenario_id: str = "", *, purpose: str = "quantify") -> str:
    """`id/version` of the newest words for a purpose, that cover a scenario; or nothing."""
    covering = [
        row
        for row in (city.consents or {}).get("consents", [])
        if row["purpose"] == purpose and scenario_id in row.get("scenarios", [scenario_id])
    ]
    if not covering:
        return ""
    newest = max(covering, key=lambda row: row["version"])
    return f"{newest['id']}/{newest['version']}"
