"""Field keys: a new one, everything under it, the old forgotten; stopped half-way it goes on."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.contrib.auth import get_user_model

from tanpuhui.config import keys
from tanpuhui.domain.parties import selectors, services
from tanpuhui.domain.parties.models import Person
from tanpuhui.kernel import actors, crypto, resealing, second_factors

SYSTEM = actors.system()


@pytest.fixture
def secrets(tmp_path, settings):
    """A key file of this test's own."""
    path = tmp_path / "keys.json"
    settings.SECRETS = keys.load(path, required=False)
    return settings.SECRETS


def people(count):
    for number in range(count):
        services.person_open(actor=SYSTEM, phone=f"138{number:08d}", name="张三")


def left():
    return sum(resealing.column_left(column) for column in resealing.columns())


def test_every_sealed_column_is_known():
    found = {column.name for column in resealing.columns()}
    assert found == set(resealing.CONTEXTS), "add the column's context to kernel/resealing.py"
    assert all(apps.get_model(*name.split(".")[:2]) for name in found)


def test_rotation(db, secrets, fixed_clock):
    people(3)
    before = Person.objects.order_by("pk").first().phone_sealed
    assert keys.rotate(secrets.path) == "k2"
    assert crypto.encrypt("x", context="c").startswith("k2:")  # noticed without a restart
    assert left() == 6
    for column in resealing.columns():
        list(resealing.column_reseal(column))
    assert left() == 0
    after = Person.objects.order_by("pk").first().phone_sealed
    assert after.startswith("k2:")
    assert before != after
    assert crypto.decrypt(after, context="parties.person.phone") == "13800000000"
    assert selectors.person_by_phone("13800000001") is not None  # blind indexes stay
    keys.retire(secrets.path, ["k1", "k2"])
    assert set(json.loads(secrets.path.read_text())["field_keys"]) == {"k2"}
    fresh = keys.load(secrets.path, required=True)
    with pytest.raises(KeyError):
        fresh.opening("k1")


def test_rotation_goes_on_where_it_stopped(db, secrets, fixed_clock, monkeypatch):
    monkeypatch.setattr(resealing, "BLOCK", 2)
    people(5)
    keys.rotate(secrets.path)
    phones = next(c for c in resealing.columns() if c.name.endswith("phone_sealed"))
    blocks = resealing.column_reseal(phones)
    assert next(blocks) == 2
    blocks.close()  # interrupted
    assert resealing.column_left(phones) == 3
    services.person_open(actor=SYSTEM, phone="13911111111")  # somebody comes meanwhile
    assert list(resealing.column_reseal(phones)) == [2, 1]
    assert resealing.column_left(phones) == 0
    sealed = Person.objects.values_list("phone_sealed", flat=True)
    assert len({crypto.decrypt(one, context="parties.person.phone") for one in sealed}) == 6


def test_a_value_does_not_open_in_another_field(secrets):
    sealed = crypto.encrypt("x", context="parties.person.phone")
    with pytest.raises(InvalidTag):
        crypto.decrypt(sealed, context="parties.person.name")


def test_the_key_file_is_private(secrets):
    assert secrets.path.stat().st_mode & 0o077 == 0
    keys.rotate(secrets.path)
    assert secrets.path.stat().st_mode & 0o077 == 0


def test_second_factors_rotate_too(db, secrets, fixed_clock):
    user = get_user_model().objects.create_user("zhou")
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(user).get_unused_codes()
    keys.rotate(secrets.path)
    assert sum(second_factors.reseal()) == 2
    assert sum(second_factors.reseal()) == 0
    keys.retire(secrets.path, ["k1"])
    kinds = {one.type: one.wrap() for one in Authenticator.objects.filter(user=user)}
    assert kinds["recovery_codes"].get_unused_codes() == codes
    assert "k2:" in str(kinds["totp"].instance.data)
