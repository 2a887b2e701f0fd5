"""Deny unless permitted: the table of actions and the roles that may do them."""

from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.errors import NotPermitted

STAFF = frozenset(
    {
        "provider", "merchant", "verifier", "expert", "finance", "buyer", "operator",
        "authority", "supervisor", "system_admin", "security_admin", "audit_admin",
    }
)  # fmt: skip
# action -> roles. `own:` roles are permitted only for their own party.
TABLE: dict[str, frozenset[str]] = {
    "parties.person_open": frozenset({"system", "operator", "own:provider"}),
    "parties.organisation_open": frozenset({"system", "operator"}),
    "parties.key_issue": frozenset({"system", "operator", "own:provider"}),
    "parties.link": frozenset({"system", "own:provider", "own:person"}),
    "parties.link_self": frozenset({"own:person"}),
    "parties.consent": frozenset({"system", "own:person", "own:provider"}),
    "parties.sign_in": frozenset({"system", "visitor"}),
    "parties.sign_in_allow": frozenset({"system", "operator"}),
    "parties.ticket": frozenset({"own:provider"}),
    "parties.child": frozenset({"own:person"}),
    "parties.identity": frozenset({"own:person"}),
    "parties.staff": frozenset({"system", "operator"}),
    "parties.staff_invite": frozenset({"system", "system_admin", "operator"}),
    "parties.staff_role": frozenset({"system", "security_admin"}),
    "parties.staff_active": frozenset({"system", "system_admin", "security_admin"}),
    "parties.own_login": STAFF,
    "parties.apply": frozenset({"visitor"}),
    "parties.application_decide": frozenset({"operator"}),
    "parties.own_data": frozenset({"own:person"}),  # copy, correct, close
    "notify.own": frozenset({"own:person"}),
    "scenarios.expire": frozenset({"system"}),
    "scenarios.own_data": frozenset({"own:person"}),
    "insight.roll_up": frozenset({"system"}),
    "ledger.post": frozenset({"system"}),
    "ledger.freeze": frozenset({"system", "authority", "supervisor"}),
    "ledger.spend": frozenset({"system", "own:person"}),
    "ledger.read": frozenset({"system", "operator", "authority", "supervisor", "own:person"}),
    "methodology.load": frozenset({"system", "authority"}),
    "intake.manage": frozenset({"system", "own:provider"}),
    "scenarios.ingest": frozenset({"system", "own:provider"}),
    "scenarios.recompute": frozenset({"system", "authority"}),
    "scenarios.rules": frozenset({"system"}),  # approved by two people in supervision
    "scenarios.read": frozenset({"system", "operator", "authority", "own:provider"}),
    "supervision.propose": frozenset({"operator", "authority", "system"}),
    "supervision.decide": frozenset({"operator", "authority"}),
    "supervision.decide_rule": frozenset({"authority"}),
    "supervision.ticket_open": frozenset({"system", "operator", "own:person", "own:provider"}),
    "supervision.ticket_answer": frozenset({"operator", "authority"}),
    "supervision.anomaly_find": frozenset({"system", "operator", "authority", "supervisor"}),
    "supervision.anomaly_decide": frozenset({"operator", "authority", "supervisor"}),
    "supervision.announce": frozenset({"operator", "authority"}),
    "parties.unmask": frozenset({"operator"}),
}


def permit(actor: Actor, action: str, *, party_id: int | None = None) -> None:
    """Return silently where the actor may act.

    Args:
        actor: who acts.
        action: a key of TABLE; an unknown one is a programming error.
        party_id: whose thing it is, for `own:` roles.

    Raises:
        NotPermitted: everybody else.
    """
    allowed = TABLE[action]
    for role in actor.roles:
        if role in allowed:
            return
        if f"own:{role}" in allowed and party_id is not None and party_id == actor.party_id:
            return
    message = "您没有权限进行此操作。请换用有权限的账号，或联系平台运营机构。"
    raise NotPermitted(message, action=action)
