"""Identity: sealed, looked up by a blind index, never twice; and keys."""

import base64
import re
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from django.contrib.auth import authenticate
from tests.conftest import FixedClock
from tests.factories.database import rows, tables_holding, value
from tests.factories.town import SYSTEM, people_open

from tanpuhui.domain.parties import errors, selectors, services
from tanpuhui.kernel import actors, crypto

PHONE, NAME, IDENTITY = "13800138000", "王小明", "340102199001011234"


@pytest.fixture(autouse=True)
def city(db: None, example_city: object, fixed_clock: FixedClock) -> None:
    """A database of the fictional city."""


def opened():
    return services.person_open(
        actor=SYSTEM, phone=PHONE, name=NAME, identity=IDENTITY, nickname="小明", region="340102"
    )


def test_identity_is_nowhere_in_the_database_in_plain(tmp_path) -> None:
    opened()
    for text in (PHONE, NAME, IDENTITY, PHONE[-8:]):
        assert tables_holding(text) == []
    assert tables_holding("小明") == ["parties_person.nickname"]


def test_sealed_fields_open_again_and_nowhere_else() -> None:
    person = opened()
    sealed = rows("select phone_sealed, name_sealed, identity_sealed from parties_person")[0]
    names = ("phone", "name", "identity")
    for name, text, plain in zip(names, sealed, (PHONE, NAME, IDENTITY), strict=True):
        assert crypto.decrypt(text, context=f"parties.person.{name}") == plain
        for other in (*(f"parties.person.{n}" for n in names if n != name), "", "parties.person"):
            with pytest.raises(InvalidTag):
                crypto.decrypt(text, context=other)
    assert person == selectors.person(person.party_id)


def test_two_sealings_of_one_value_differ_and_the_index_does_not() -> None:
    sealed = {crypto.encrypt(PHONE, context="c") for _ in range(20)}
    assert len(sealed) == 20
    assert crypto.blind_index(PHONE, context="c") == crypto.blind_index(PHONE, context="c")
    assert crypto.blind_index(PHONE, context="c") != crypto.blind_index(PHONE, context="d")
    assert re.fullmatch(r"[0-9a-f]{64}", crypto.blind_index(PHONE, context="c"))


@pytest.mark.parametrize("at", [0, 5, -1])
def test_a_changed_cipher_text_is_refused(at: int) -> None:
    key, _, body = crypto.encrypt(PHONE, context="c").partition(":")
    raw = bytearray(base64.b64decode(body))
    raw[at] ^= 1
    with pytest.raises(InvalidTag):
        crypto.decrypt(f"{key}:{base64.b64encode(bytes(raw)).decode()}", context="c")


def test_a_key_that_is_not_held_is_said_so() -> None:
    with pytest.raises(KeyError):
        crypto.decrypt("gone:AAAA", context="c")


@pytest.mark.parametrize("text", ["", "中文 🚲", "x" * 10_000])
def test_any_text_can_be_sealed(text: str) -> None:
    assert crypto.decrypt(crypto.encrypt(text, context="c"), context="c") == text


def test_look_up_by_phone_identity_and_pseudonym() -> None:
    person = opened()
    assert selectors.person_by_phone(PHONE) == person
    assert selectors.person_by_identity(IDENTITY) == person
    assert selectors.person_by_public_id(person.public_id) == person
    assert selectors.person_by_phone(IDENTITY) is None
    assert selectors.person_by_identity(PHONE) is None
    assert selectors.person_by_phone("") is None
    assert selectors.person_by_public_id("p0") is None
    assert selectors.person(10**12) is None


@pytest.mark.parametrize("given", [{"phone": PHONE}, {"identity": IDENTITY}])
def test_a_phone_or_identity_opens_one_account(given: dict) -> None:
    opened()
    before = value("select count(*) from parties_party"), value("select count(*) from kernel_audit")
    with pytest.raises(errors.PhoneTaken) as caught:
        services.person_open(actor=SYSTEM, **given)
    assert (caught.value.code, caught.value.status) == ("parties.phone_taken", 409)
    assert PHONE not in caught.value.message
    assert (
        value("select count(*) from parties_party"),
        value("select count(*) from kernel_audit"),
    ) == before


def test_many_people_without_a_phone() -> None:
    people = people_open(50)
    assert len(set(people)) == 50
    public = [one for (one,) in rows("select public_id from parties_person")]
    assert len(set(public)) == 50
    assert all(re.fullmatch(r"p[0-9a-hjkmnp-tv-z]{16}", one) for one in public)


def test_regions_are_dealt_out() -> None:
    services.people_open_many(actor=SYSTEM, count=5, regions=["a", "b"])
    assert rows("select region, count(*) from parties_person group by 1 order by 1") == [
        ("a", 3),
        ("b", 2),
    ]


def test_members_are_masked() -> None:
    person = opened()
    provider = provider_open()
    services.links_bind_many(
        actor=SYSTEM, provider_id=provider, subjects=["s1"], person_ids=[person.party_id]
    )
    total, (member,) = selectors.members(provider)
    assert (total, member.name_masked, member.phone_masked) == (1, "王**", "138****8000")
    assert selectors.member(provider, 10**12) is None


def provider_open(code: str = "metro") -> int:
    return services.organisation_open(
        actor=SYSTEM, code=code, kind="provider", title="地铁", scenario_mask=2
    ).party_id


# -- organisations and keys


def test_an_organisation_is_brought_up_to_date_by_its_code() -> None:
    first = provider_open()
    again = services.organisation_open(
        actor=SYSTEM, code="metro", kind="provider", title="新名", scenario_mask=6
    )
    assert again.party_id == first
    assert selectors.organisation("metro") == again
    assert value("select count(*) from parties_organisation") == 1
    with pytest.raises(errors.UnknownOrganisation):
        selectors.organisation("nobody")


PUBLIC = "A" * 43 + "="  # 32 zero bytes


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "hmac-sm3", "ant", "ed25519"])
def test_a_key_is_shown_once_sealed_and_revoked(algorithm: str) -> None:
    provider = provider_open()
    key_id, secret = services.provider_key_issue(
        actor=actors.provider(provider),
        provider_id=provider,
        algorithm=algorithm,
        public_key=PUBLIC if algorithm == "ed25519" else "",
    )
    assert bool(secret) == (algorithm != "ed25519")
    if secret:
        assert tables_holding(secret) == []
    found = selectors.provider_key(key_id)
    assert (found.provider_id, found.provider_code, found.algorithm, found.secret) == (
        provider,
        "metro",
        algorithm,
        secret.encode(),
    )
    services.provider_key_revoke(
        actor=actors.provider(provider), provider_id=provider, key_id=key_id
    )
    assert selectors.provider_key(key_id) is None
    assert selectors.provider_key("unknown") is None


def test_a_provider_revokes_its_own_keys_only() -> None:
    first, second = provider_open(), provider_open("bikes")
    key_id, _ = services.provider_key_issue(actor=SYSTEM, provider_id=first)
    with pytest.raises(errors.UnknownKey):
        services.provider_key_revoke(
            actor=actors.provider(second), provider_id=second, key_id=key_id
        )
    assert selectors.provider_key(key_id) is not None


def test_staff(settings) -> None:
    provider = provider_open()
    services.staff_add(
        actor=SYSTEM,
        username="li",
        password="correct horse",
        organisation_id=provider,
        role="provider",
    )
    user = authenticate(username="li", password="correct horse")
    found = selectors.staff(user)
    assert (found.organisation.party_id, found.role) == (provider, "provider")
    services.staff_add(
        actor=SYSTEM,
        username="li",
        password="another horse",
        organisation_id=provider,
        role="operator",
    )
    assert authenticate(username="li", password="correct horse") is None
    assert selectors.staff(authenticate(username="li", password="another horse")).role == "operator"


def test_a_rotated_key_signs_until_its_overlap_ends(fixed_clock) -> None:
    provider = provider_open()
    actor = actors.provider(provider)
    old, _ = services.provider_key_issue(
        actor=actor, provider_id=provider, algorithm="hmac-sm3", label="生产", is_sandbox=True
    )
    new, secret = services.provider_key_rotate(
        actor=actor, provider_id=provider, key_id=old, overlap_hours=24
    )
    found = selectors.provider_key(new)
    assert (found.algorithm, found.is_sandbox, found.secret) == ("hmac-sm3", True, secret.encode())
    assert [one.state for one in selectors.provider_keys(provider)] == ["active", "ending"]
    with pytest.raises(errors.UnknownKey):
        services.provider_key_rotate(
            actor=actor, provider_id=provider, key_id=old, overlap_hours=24
        )
    fixed_clock.set(fixed_clock.instant + timedelta(hours=23, minutes=59))
    assert selectors.provider_key(old) is not None
    fixed_clock.set(fixed_clock.instant + timedelta(minutes=1))
    assert selectors.provider_key(old) is None
    assert {one.state for one in selectors.provider_keys(provider)} == {"active", "ended"}


@pytest.mark.parametrize("text", ["", "pem", "AAAA", "-----BEGIN PRIVATE KEY-----\nAAAA"])
def test_only_an_ed25519_public_key_is_taken(text: str) -> None:
    provider = provider_open()
    with pytest.raises(errors.KeyRefused):
        services.provider_key_issue(
            actor=SYSTEM, provider_id=provider, algorithm="ed25519", public_key=text
        )
