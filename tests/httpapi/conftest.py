"""A provider with keys, three people, and a way to send signed requests."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections
from django.test import Client
from tests.factories.town import points_agree

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.methodology import services as methodology
from tanpuhui.domain.parties import services as parties
from tanpuhui.httpapi.client import sign_request
from tanpuhui.kernel import actors, clock
from tanpuhui.kernel.cityrules import pack

SYSTEM = actors.system()
TEXT = "quantify-general/1"


@dataclass
class Provider:
    """A provider as the tests play it; sends through Django's test client."""

    id: int
    code: str
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)

    def send(
        self,
        method: str,
        address: str,
        body: Any = None,
        *,
        algorithm: str = "hmac-sha256",
        content_type: str = "application/json",
        created_s: int | None = None,
        nonce: str | None = None,
        secret: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Sign and send; a dict or list becomes JSON."""
        if isinstance(body, dict | list):
            body = json.dumps(body, ensure_ascii=False).encode()
        key_id, own = self.keys[algorithm]
        signed = sign_request(
            method=method,
            url=f"http://testserver{address}",
            key_id=key_id,
            secret=secret or own,
            algorithm=algorithm,
            body=body,
            content_type=content_type,
            created_s=created_s or int(clock.now().timestamp()),
            nonce=nonce,
        )
        return Client().generic(
            method,
            address,
            body or b"",
            content_type=content_type if body is not None else "",
            headers=signed | (headers or {}),
        )

    def batch(self, batch_no: str, *rows: dict[str, Any], **options: Any) -> Any:
        """Send a JSON batch."""
        return self.send(
            "POST", "/api/v1/batches", {"batch_no": batch_no, "records": list(rows)}, **options
        )


def provider_open(code: str) -> Provider:
    """A provider that may send every scenario, with a key of each algorithm."""
    mask = sum(1 << scenario.no for scenario in pack().scenarios.values())
    party = parties.organisation_open(
        actor=SYSTEM, code=code, kind="provider", title=code, scenario_mask=mask
    )
    provider = Provider(party.party_id, code)
    private = Ed25519PrivateKey.generate()
    for algorithm in ("hmac-sha256", "hmac-sm3", "ant", "ed25519"):
        public = ""
        if algorithm == "ed25519":
            public = (
                private.public_key()
                .public_bytes(
                    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
                )
                .decode()
            )
        key_id, secret = parties.provider_key_issue(
            actor=SYSTEM, provider_id=party.party_id, algorithm=algorithm, public_key=public
        )
        if algorithm == "ed25519":
            secret = private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode()
        provider.keys[algorithm] = (key_id, secret)
    return provider


def people_link(provider: Provider, subjects: list[str], *, consent: bool = True) -> list[int]:
    """Open people with accounts, bind them to the provider's subjects, and let them consent."""
    ids = parties.people_open_many(actor=SYSTEM, count=len(subjects))
    ledger.accounts_open(actor=SYSTEM, kind="person", party_ids=ids)
    points_agree(ids)
    parties.links_bind_many(
        actor=SYSTEM, provider_id=provider.id, subjects=subjects, person_ids=ids
    )
    if consent:
        parties.consents_grant_many(
            actor=SYSTEM,
            provider_id=provider.id,
            person_ids=ids,
            scenario_nos=[scenario.no for scenario in pack().scenarios.values()],
            text_version=TEXT,
        )
    return ids


@dataclass
class City:
    """What most tests start from; `people[n]` is the person behind subject `u-n`."""

    metro: Provider
    other: Provider
    people: list[int]


def city_open() -> City:
    """File the methodologies, open two providers and three people of the first."""
    methodology.pack_load(actor=SYSTEM, pack=pack())
    metro, other = provider_open("metro"), provider_open("bikes")
    return City(metro, other, people_link(metro, ["u-0", "u-1", "u-2"]))


@pytest.fixture
def city(db, fixed_clock) -> City:
    """In one rolled-back transaction, on Tuesday 2026-03-10, noon."""
    return city_open()


def ride(n: int = 0, **changes: Any) -> dict[str, Any]:
    """A metro ride of person 0 this morning."""
    return {
        "item_no": f"M{n}",
        "subject": "u-0",
        "scenario": "travel/metro",
        "occurred_at": f"2026-03-10T{7 + n // 60:02d}:{n % 60:02d}:00+08:00",
        "quantities": {"distance": 12.5},
    } | changes


@pytest.fixture
def served(committed, live_server, monkeypatch) -> str:
    """A real server on 127.0.0.1 with real commits; its address without the scheme."""
    # its threads end with each connection and must not leave their database sessions behind
    monkeypatch.setitem(connections.databases["default"], "CONN_MAX_AGE", 0)
    methodology.pack_load(actor=SYSTEM, pack=pack())
    return live_server.url.removeprefix("http://")
