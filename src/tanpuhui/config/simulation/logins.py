"""Who a visitor of the demo can be. Passwords are drawn once and kept beside the database."""

import json
import os
import secrets
from dataclasses import asdict, dataclass

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import get_user_model

from tanpuhui.config import env
from tanpuhui.domain.parties import services as parties
from tanpuhui.kernel.actors import Actor
from tanpuhui.web.shared.guards import SECOND_FACTOR_ROLES
from tanpuhui.web.staff.forms import DEMO_CODE

PASSWORD_BYTES = 9


@dataclass(frozen=True)
class Login:
    """One line of the demo's list; `code` is the second factor, empty where none is asked."""

    role: str
    name: str
    password: str
    path: str
    kind: str = ""
    code: str = ""


def make(actor: Actor, organisations: dict[str, tuple[int, str, str]]) -> None:
    """Open logins for staff.

    Args:
        actor: who opens them.
        organisations: user name -> (party id, role, title).
    """
    lines = []
    for name, (party_id, role, title) in organisations.items():
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        parties.staff_add(
            actor=actor, username=name, password=password, organisation_id=party_id, role=role
        )
        guarded = role in SECOND_FACTOR_ROLES
        if guarded:
            TOTP.activate(get_user_model().objects.get(username=name), generate_totp_secret())
        lines.append(Login(title, name, password, "/login/", role, DEMO_CODE if guarded else ""))
    path = env.home() / "demo-logins.json"
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump([asdict(line) for line in lines], file, ensure_ascii=False)


def read() -> list[Login]:
    """The logins made earlier; none where the database came from elsewhere."""
    path = env.home() / "demo-logins.json"
    return [Login(**line) for line in json.loads(path.read_text())] if path.exists() else []
