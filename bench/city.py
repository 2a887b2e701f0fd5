"""The people of the bench: opened, linked and asked for consent through the services, set-wise."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import tanpuhui
from bench import stage
from bench.records.drawing import Provider, Sizes, doers, providers
from tanpuhui.packs import Pack

BLOCK = 100_000
Tell = Callable[[str], None]


@dataclass(frozen=True)
class City:
    """A database full of people who have not done anything yet."""

    database: str
    seconds: float


def template(city: Pack, sizes: Sizes) -> str:
    """Name of the database that holds the people of these sizes, for this schema and pack."""
    digest = hashlib.sha256(city.digest.encode())
    source = Path(tanpuhui.__file__).parent
    for path in sorted([*source.rglob("migrations/*.py"), *source.rglob("sql/*.sql")]):
        digest.update(path.read_bytes())
    return f"{stage.PREFIX}_city_{sizes.people}_{digest.hexdigest()[:8]}"


def settle(city: Pack, sizes: Sizes, tell: Tell) -> City:
    """The people of these sizes; made where they are not there yet."""
    name = template(city, sizes)
    if stage.is_whole(name):
        stage.use(name)
        return City(name, 0.0)
    begun = time.perf_counter()
    stage.drop_like(f"{stage.PREFIX}_city_{sizes.people}")
    stage.fresh(name)
    _fill(city, sizes, tell)
    stage.seal(name)
    return City(name, time.perf_counter() - begun)


def _fill(city: Pack, sizes: Sizes, tell: Tell) -> None:
    from tanpuhui.config.simulation.city import consent_text, open_organisations
    from tanpuhui.domain.ledger import services as ledger
    from tanpuhui.domain.methodology import services as methodology
    from tanpuhui.domain.parties import services as parties
    from tanpuhui.domain.parties.data import PLATFORM
    from tanpuhui.kernel import actors

    actor = actors.system(label="bench")
    methodology.pack_load(actor=actor, pack=city)
    senders = {s.code: s for s in open_organisations(actor, city, with_logins=False)}
    people: list[int] = []
    for start in range(0, sizes.accounts, BLOCK):
        count = min(BLOCK, sizes.accounts - start)
        fresh = parties.people_open_many(actor=actor, count=count)
        ledger.accounts_open(actor=actor, kind="person", party_ids=fresh)
        parties.consents_grant_many(
            actor=actor,
            provider_id=PLATFORM,
            person_ids=fresh,
            scenario_nos=[PLATFORM],
            text_version=consent_text(city, purpose="points"),
            purpose="points",
        )
        people += fresh
        tell(f"people {len(people):,}")
    ids = np.array(people)
    for provider in providers(city):
        tell(f"consents of {provider.code}")
        _bind(city, sizes, provider, senders[provider.code].party_id, ids)


def _bind(city: Pack, sizes: Sizes, provider: Provider, provider_id: int, ids: np.ndarray) -> None:
    from tanpuhui.config.simulation.city import consent_text
    from tanpuhui.domain.parties import services as parties
    from tanpuhui.kernel import actors

    actor = actors.system(label="bench")
    asked = {name: doers(sizes, name) for name in provider.scenarios}
    linked = np.unique(np.concatenate([people for people, _ in asked.values()]))
    subjects = provider.subjects(linked)
    for start in range(0, len(linked), BLOCK):
        parties.links_bind_many(
            actor=actor,
            provider_id=provider_id,
            subjects=subjects[start : start + BLOCK].to_list(),
            person_ids=ids[linked[start : start + BLOCK]].tolist(),
        )
    for name, (people, hesitant) in asked.items():
        agreed = np.setdiff1d(people, hesitant)
        for start in range(0, len(agreed), BLOCK):
            parties.consents_grant_many(
                actor=actor,
                provider_id=provider_id,
                person_ids=ids[agreed[start : start + BLOCK]].tolist(),
                scenario_nos=[city.scenarios[name].no],
                text_version=consent_text(city, name),
            )
