"""Who acts: resolved once at the door, handed to every service as its first argument."""

from dataclasses import dataclass, field
from typing import Literal

Door = Literal["page", "api", "gateway", "file", "command", "job"]


@dataclass(frozen=True)
class Actor:
    """The person, organisation or process behind a call.

    Attributes:
        kind: person, staff, provider, system, or visitor (nobody yet: on the way in).
        party_id: the person's or organisation's party; None for the system.
        roles: permissions table keys, e.g. `operator`.
        label: shown in audit rows; never a phone number or a name of a citizen.
        door: the way in.
    """

    kind: Literal["person", "staff", "provider", "system", "visitor"]
    door: Door
    party_id: int | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    label: str = ""


def system(door: Door = "command", label: str = "system") -> Actor:
    """The platform itself, for commands and jobs."""
    return Actor(kind="system", door=door, roles=frozenset({"system"}), label=label)


def provider(party_id: int, door: Door = "api", label: str = "") -> Actor:
    """A scenario provider behind a verified signature or session."""
    return Actor(
        kind="provider",
        door=door,
        party_id=party_id,
        roles=frozenset({"provider"}),
        label=label or f"provider:{party_id}",
    )


def person(party_id: int, door: Door = "page") -> Actor:
    """A citizen behind a session."""
    return Actor(
        kind="person",
        door=door,
        party_id=party_id,
        roles=frozenset({"person"}),
        label=f"person:{party_id}",
    )


def staff(party_id: int, role: str, user_id: int, door: Door = "page") -> Actor:
    """A login of an organisation behind a session, with the one role it has."""
    return Actor(
        kind="staff",
        door=door,
        party_id=party_id,
        roles=frozenset({role}),
        label=f"login:{user_id}",
    )


def visitor(door: Door = "page") -> Actor:
    """Somebody who is still proving who they are, or applies from outside."""
    return Actor(kind="visitor", door=door, roles=frozenset({"visitor"}), label="visitor")
