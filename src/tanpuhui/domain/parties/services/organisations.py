"""Organisations and the keys with which providers sign."""

import base64
import binascii
import secrets
from datetime import timedelta
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db import transaction

from tanpuhui.domain.parties.data import OrganisationView
from tanpuhui.domain.parties.errors import KeyRefused, UnknownKey
from tanpuhui.domain.parties.models import Organisation, Party, ProviderKey
from tanpuhui.kernel import audit, clock, crypto
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

ED25519_BYTES = 32
OVERLAP_HOURS_MAX = 30 * 24


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
    label: str = "",
    is_sandbox: bool = False,
) -> tuple[str, str]:
    """A new signing key: (key id, secret). The secret is shown this once; Ed25519 has none.

    Raises:
        KeyRefused: the public key is none.
    """
    permit(actor, "parties.key_issue", party_id=provider_id)
    if algorithm == "ed25519":
        public_key_check(public_key)
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
            label=label[:40],
            is_sandbox=is_sandbox,
        )
        audit.record(
            actor,
            "parties:key:issue",
            f"key:{key_id}",
            after={"algorithm": algorithm, "sandbox": is_sandbox},
        )
    return key_id, secret


def public_key_check(text: str) -> None:
    """Accept an Ed25519 public key as PEM, or as base64 of its 32 bytes.

    Raises:
        KeyRefused: anything else.
    """
    try:
        if "BEGIN" in text:
            if isinstance(load_pem_public_key(text.encode()), Ed25519PublicKey):
                return
        elif len(base64.b64decode(text, validate=True)) == ED25519_BYTES:
            return
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        pass
    raise KeyRefused(
        "这不是 Ed25519 公钥。请粘贴 PEM（BEGIN PUBLIC KEY），"
        "或 32 字节公钥的 Base64；不要粘贴私钥。"
    )


def provider_key_rotate(
    *, actor: Actor, provider_id: int, key_id: str, overlap_hours: int, public_key: str = ""
) -> tuple[str, str]:
    """A new key of the same kind; the old one signs on for the overlap, then no more.

    Returns:
        The new key's id and its secret, shown this once.

    Raises:
        UnknownKey: no such key of this provider that still signs.
        KeyRefused: an overlap that is not offered, or no public key.
    """
    permit(actor, "parties.key_issue", party_id=provider_id)
    if not 0 <= overlap_hours <= OVERLAP_HOURS_MAX:
        raise KeyRefused("过渡期应为 0 至 30 天，请重新选择。")
    with transaction.atomic():
        old = _signing_key(provider_id, key_id)
        issued = provider_key_issue(
            actor=actor,
            provider_id=provider_id,
            algorithm=old.algorithm,  # type: ignore[arg-type]
            public_key=public_key,
            label=old.label,
            is_sandbox=old.is_sandbox,
        )
        old.expires_at = clock.now() + timedelta(hours=overlap_hours)
        old.save(update_fields=["expires_at"])
        audit.record(
            actor,
            "parties:key:rotate",
            f"key:{key_id}",
            after={"next": issued[0], "expires_at": old.expires_at.isoformat()},
        )
    return issued


def _signing_key(provider_id: int, key_id: str) -> ProviderKey:
    row = (
        ProviderKey.objects.select_for_update()
        .filter(organisation_id=provider_id, key_id=key_id, revoked_at=None, expires_at=None)
        .first()
    )
    if row is None:
        raise UnknownKey("没有这个有效的密钥，或它已在轮换、已停用。请从密钥列表重新进入。")
    return row


def provider_key_revoke(*, actor: Actor, provider_id: int, key_id: str) -> None:
    """A revoked key signs nothing from this moment."""
    permit(actor, "parties.key_issue", party_id=provider_id)
    with transaction.atomic():
        revoked = ProviderKey.objects.filter(
            organisation_id=provider_id, key_id=key_id, revoked_at=None
        ).update(revoked_at=clock.now())
        if not revoked:
            raise UnknownKey("没有这个有效的密钥，请从密钥列表重新进入。")
        audit.record(actor, "parties:key:revoke", f"key:{key_id}")
