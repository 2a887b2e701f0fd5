"""Who a visitor of the demo can be. Passwords are drawn once and kept beside the database."""

import json
import os
import secrets
from dataclasses import asdict, dataclass

from tanpuhui.config import env
from tanpuhui.domain.parties import services as parties
from tanpuhui.kernel.actors import Actor

PASSWORD_BYTES = 9


@dataclass(frozen=True)
class Login:
    """One line of the demo's list."""

    role: str
    name: str
    password: str
    path: str


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
        lines.append(Login(title, name, password, "/login/"))
    path = env.home() / "demo-logins.json"
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump([asdict(line) for line in lines], file, ensure_ascii=False)


def read() -> list[Login]:
    """The logins made earlier; none where the database came from elsewhere."""
    path = env.home() / "demo-logins.json"
    return [Login(**line) for line in json.loads(path.read_text())] if path.exists() else []
