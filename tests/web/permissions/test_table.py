"""Every address × every role: let in, sent to its door, or refused, exactly as the table says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from tests.web.conftest import signed_in, staff_in, staff_open
from tests.web.permissions.table import (
    ROLES,
    SIGNED_NAMES,
    SIGNED_NAMESPACES,
    STAFF,
    TABLE,
    Row,
)

from tanpuhui.config import sign_in
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.kernel.cityrules import pack
from tanpuhui.web.provider.frame import batch_token

DOORS = {"citizen": "/m/login/", "staff": "/login/"}


@dataclass(frozen=True)
class Things:
    """What addresses are made of."""

    metro: int
    batch_token: str
    act: str
    methodology: dict[str, Any]


def names(resolver: Any, spaces: tuple[str, ...] = ()) -> Iterator[str | None]:
    """Every name of the URLconf with its namespaces; None for an address without one."""
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from names(pattern, inner)
        else:
            yield ":".join((*spaces, pattern.name)) if pattern.name else None


def test_every_address_has_a_row():
    found = {
        name
        for name in names(get_resolver())
        if name not in SIGNED_NAMES and not name.startswith(SIGNED_NAMESPACES)
    }
    missing, stale = sorted(found - set(TABLE)), sorted(set(TABLE) - found)
    assert not missing, f"add to tests/web/permissions/table.py who may open: {missing}"
    assert not stale, f"these addresses are gone from the URLconf; remove their rows: {stale}"


@pytest.fixture(autouse=True)
def no_city_apps(settings):
    """Whatever the sign-in.json of this machine says."""
    settings.SOCIALACCOUNT_PROVIDERS = sign_in.providers([])


@pytest.fixture
def things(busy_town, client):
    """A batch, an act, a methodology."""
    page = signed_in(client, busy_town.ann).get("/m/").content.decode()
    key = next(iter(pack().methodologies))
    number, _, version = key.partition("/v")
    return Things(
        metro=busy_town.metro,
        batch_token=batch_token(scenarios.batches_by_no(busy_town.metro, "metro-1")[0].id),
        act=page.split('href="/m/acts/')[1].split("/")[0],
        methodology={"number": number, "version": int(version)},
    )


@pytest.fixture
def cookies(busy_town):
    """Each role's cookies; the provider is the one whose batch it is."""
    jars = {"anonymous": Client().cookies, "person": signed_in(Client(), busy_town.ann).cookies}
    jars["provider"] = staff_in(Client(), "metro").cookies
    for role in sorted(STAFF - {"provider"}):
        jars[role] = staff_in(Client(), staff_open(role)).cookies
    return jars


def expected(row: Row, role: str) -> int | str:
    """The status, or the door to which one is sent."""
    if role in row.but:
        return row.but[role]
    if role in row.who:
        return row.ok
    if row.door == "staff" and role in STAFF:
        return 403
    return DOORS[row.door]


def answer(name: str, row: Row, jar: Any, things: Things) -> tuple[int, str]:
    """Status and address of onward travel of this visitor; whatever it did is undone."""
    browser = Client()
    browser.cookies.load({key: morsel.value for key, morsel in jar.items()})
    data = {key: text.format(**vars(things)) for key, text in row.data.items()}
    with transaction.atomic():
        response = getattr(browser, row.method)(reverse(name, kwargs=row.args(things)), data)
        transaction.set_rollback(True)
    return response.status_code, response.headers.get("Location", "").partition("?")[0]


@pytest.mark.parametrize("door", ["everyone", "citizen", "staff"])
def test_roles(things, cookies, door):
    wrong = []
    for name, row in TABLE.items():
        if row.door != door:
            continue
        for role in ROLES:
            wanted = expected(row, role)
            status, onward = answer(name, row, cookies[role], things)
            if isinstance(wanted, str):
                fits = status == 302 and onward == wanted
            else:
                fits = status == wanted and (onward != DOORS.get(door))
            if not fits:
                wrong.append(f"{name} as {role}: {status} {onward}, not {wanted}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "role",
    sorted(
        {"operator", "authority", "supervisor", "system_admin", "security_admin", "audit_admin"}
    ),
)
def test_no_console_page_without_a_second_factor(busy_town, things, role):
    name = staff_open(role)
    browser = staff_in(Client(), name, second_factor=False)
    for address, row in TABLE.items():
        if row.door == "staff" and role in row.who and row.who != STAFF:
            response = getattr(browser, row.method)(reverse(address, kwargs=row.args(things)))
            assert response.headers.get("Location") == "/staff/", address
    assert "请先设置第二重验证" in browser.get("/staff/").content.decode()
