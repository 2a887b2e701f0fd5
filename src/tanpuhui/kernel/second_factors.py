"""Secrets of second factors stand in django-allauth's table, as JSON: sealed anew like the rest."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from tanpuhui.kernel import crypto

CONTEXT = "mfa.authenticator"


def reseal() -> Iterator[int]:
    """One authenticator at a time; yields 1 for each that an older key had sealed."""
    current, _ = settings.SECRETS.sealing()
    known = tuple(f"{name}:" for name in settings.SECRETS.field_keys if name != current)
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().get(pk=pk)
            fresh, changed = _fresh(row.data, known)
            if changed:
                Authenticator.objects.filter(pk=pk).update(data=fresh)
        if changed:
            yield 1


def _fresh(value: object, known: tuple[str, ...]) -> tuple[object, bool]:
    """The value with every sealed text in it sealed anew, and whether there was one."""
    if isinstance(value, str) and value.startswith(known):
        return crypto.encrypt(crypto.decrypt(value, context=CONTEXT), context=CONTEXT), True
    if isinstance(value, dict):
        pairs = {name: _fresh(one, known) for name, one in value.items()}
        return {name: one for name, (one, _) in pairs.items()}, any(c for _, c in pairs.values())
    if isinstance(value, list):
        ones = [_fresh(one, known) for one in value]
        return [one for one, _ in ones], any(changed for _, changed in ones)
    return value, False
