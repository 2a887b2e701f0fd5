"""Organisations and the keys with which providers sign."""

import secrets
from typing import Literal

from django.db import transaction

from tanpuhui.domain.parties.data import OrganisationView
from tanpuhui.domain.parties.models import Organisation, Party, ProviderKey
from tanpuhui.kernel import audit, clock, crypto
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit


def organisation_open(
    *, actor: Actor, code: str, kind: str, title: str, scenario_mask: int = 0
) -> OrganisationView:
    """Open an organisation, or bring an existing one with the same code up to date."""
    permit(actor, "parties.organisation_open")
    with transaction.atomic():
        existing = Organisation.objects.select_for_update().filter(code=code).first()
        if existing is None:
            party = Party.objects.create(kind=Party.Kind.ORGANISATION, opened_at=clock.now())
            existing = Organisation(party=party, code=code)
        existing.kind, existing.title, existing.scenario_mask = kind, title, scenario_mask
        existing.save()
        audit.record(
            actor,
            "parties:organisation:open",
            f"organisation:{existing.pk}",
            after={"code": code, "kind": kind, "scenario_mask": scenario_mask},
        )
    return OrganisationView(existing.pk, code, kind, title, scenario_mask)


def provider_key_issue(
    *,
    actor: Actor,
    provider_id: int,
    algorithm: Literal["hmac-sha256", "hmac-sm3", "ed25519", "ant"] = "hmac-sha256",
    public_key: str = "",
    key_id: str = "",
) -> tuple[str, str]:
    """A new signing key: (key id, secret). The secret is shown this once; Ed25519 has none."""
    permit(actor, "parties.key_issue", party_id=provider_id)
    key_id = key_id or "k" + secrets.token_hex(8)
    secret = "" if algorithm == "ed25519" else secrets.token_hex(32)
    with transaction.atomic():
        ProviderKey.objects.create(
            organisation_id=provider_id,
            key_id=key_id,
            algorithm=algorithm,
            secret_sealed=crypto.encrypt(secret, context="parties.providerkey") if secret else "",
            public_key=public_key,
            created_at=clock.now(),
        )
        audit.record(actor, "parties:key:issue", f"key:{key_id}", after={"algorithm": algorithm})
    return key_id, secret


def provider_key_revoke(*, actor: Actor, provider_id: int, key_id: str) -> None:
    """A revoked key signs nothing from this moment."""
    permit(actor, "parties.key_issue", party_id=provider_id)
    with transaction.atomic():
        ProviderKey.objects.filter(organisation_id=provider_id, key_id=key_id).update(
            revoked_at=clock.now()
        )
        audit.record(actor, "parties:key:revoke", f"key:{key_id}")
