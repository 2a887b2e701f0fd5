"""Which role may open which address. Whoever adds a page adds its row here.

A row says who is let in; everybody else must meet the row's door:
`citizen` sends strangers to /m/login/, `staff` sends strangers to /login/ and refuses other staff
with 403. `everyone` has no door. `signed` addresses judge a signature, not a session.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ROLES = (
    "anonymous", "person", "provider", "operator", "authority", "supervisor", "merchant",
    "verifier", "expert", "finance", "buyer", "system_admin", "security_admin", "audit_admin",
)  # fmt: skip
STAFF = frozenset(ROLES) - {"anonymous", "person"}
CONSOLE = frozenset(
    {"operator", "authority", "supervisor", "system_admin", "security_admin", "audit_admin"}
)
READERS = ("operator", "authority", "supervisor")
WORKERS = ("operator", "authority")


@dataclass(frozen=True)
class Row:
    """One address.

    Attributes:
        door: who stands at it: everyone, citizen, staff, signed.
        who: the roles that are let in.
        method: how it is asked for.
        ok: the status for those who are let in (302: the deed was done, and on it goes).
        args: the address's arguments, from the Things that the test made.
        data: of a post.
        but: a role whose answer differs from its door's, and that answer.
    """

    door: str
    who: frozenset[str]
    method: str = "get"
    ok: int = 200
    args: Callable[[Any], dict[str, Any]] = lambda things: {}
    data: dict[str, str] = field(default_factory=dict)
    but: dict[str, int | str] = field(default_factory=dict)


def everyone(**named: Any) -> Row:
    """No door."""
    return Row("everyone", frozenset(ROLES), **named)


def person(**named: Any) -> Row:
    """Citizens only."""
    return Row("citizen", frozenset({"person"}), **named)


def staff(*roles: str, **named: Any) -> Row:
    """Staff with one of these roles."""
    return Row("staff", frozenset(roles), **named)


def nobody(name: str) -> Callable[[Any], dict[str, Any]]:
    """An id that nothing has: those who are let in are told so."""
    return lambda things: {name: "nobody"}


SIGNED = Row("signed", frozenset())
POST = {"method": "post", "ok": 302}
# django-allauth sends strangers to /staff/login/, which is /login/ under another name.
LONG_WAY: dict[str, int | str] = {"anonymous": "/staff/login/", "person": "/staff/login/"}


def no_file(things: Any) -> dict[str, Any]:
    """A token that names no import of anybody."""
    return {"token": "nobody-has-this"}


TABLE: dict[str, Row] = {
    # ---- anybody
    "public:home": everyone(),
    "public:login": everyone(),
    "public:sign_out": everyone(**POST),
    "public:scenarios": everyone(),
    "public:scenario": everyone(args=lambda things: {"group": "travel", "slug": "metro"}),
    "public:methodologies": everyone(),
    "public:methodology": everyone(args=lambda things: things.methodology),
    "public:methodology_json": everyone(args=lambda things: things.methodology),
    "public:statistics": everyone(),
    "public:open_data": everyone(),
    "public:dataset": everyone(args=lambda things: {"name": "scenarios", "form": "csv"}),
    "public:verify": everyone(),
    "public:join": everyone(),
    "public:about": everyone(),
    "public:privacy": everyone(),
    "public:accessibility": everyone(),
    "public:status": everyone(),
    "public:apply": everyone(),
    "public:application": everyone(ok=404, args=lambda things: {"token": "nobody-has-this"}),
    "screen:screen": everyone(),
    "screen:board": everyone(),
    "screen:table": everyone(),
    # ---- citizens
    "citizen:home": person(),
    "citizen:ledger": person(),
    "citizen:act": person(args=lambda things: {"token": things.act}),
    "citizen:scenarios": person(),
    "citizen:scenario": person(args=lambda things: {"group": "travel", "slug": "metro"}),
    "citizen:consents": person(),
    "citizen:consent": person(
        **POST,
        data={"provider": "{metro}", "scenario": "2", "deed": "withdraw"},
    ),
    "citizen:me": person(),
    "citizen:display": everyone(**POST, data={"size": "20"}),
    "citizen:login": everyone(),
    "citizen:code": everyone(ok=302),
    "citizen:welcome": everyone(ok=302),
    "citizen:connect": everyone(ok=302),
    "citizen:connect_code": everyone(ok=302),
    "citizen:ticket": everyone(ok=410, args=lambda things: {"token": "nobody-has-this"}),
    "citizen:children": person(),
    "citizen:child_enter": person(method="post", ok=404),
    "citizen:hand_over": person(ok=422, args=nobody("child")),
    "citizen:hand_over_code": person(ok=422, args=nobody("child")),
    "citizen:child_leave": everyone(**POST),
    "citizen:appeal": person(args=lambda things: {"token": things.act}),
    "citizen:ledger_print": person(),
    "citizen:messages": person(),
    "citizen:messages_read": person(**POST),
    "citizen:message_settings": person(),
    "citizen:message": person(ok=404, args=lambda things: {"public_id": "nobody-has-this"}),
    "citizen:help": person(),
    "citizen:tickets": person(),
    "citizen:ticket_new": person(),
    "citizen:ticket_thread": person(ok=404, args=lambda things: {"public_id": "nobody-has-this"}),
    "citizen:ticket_rate": person(
        method="post", ok=404, args=lambda things: {"public_id": "nobody-has-this"}
    ),
    "citizen:privacy": person(),
    "citizen:senders": person(),
    "citizen:consent_history": person(),
    "citizen:consent_text": person(args=lambda things: {"text_id": "notice", "version": 1}),
    "citizen:looks": person(),
    "citizen:export": person(method="post"),
    "citizen:copy": person(ok=404, args=nobody("public_id")),
    "citizen:withdraw_all": person(),
    "citizen:close": person(),
    "citizen:details": person(),
    "citizen:phone": person(),
    "citizen:phone_code": person(ok=302),
    "citizen:closed": everyone(),
    "citizen:language": everyone(**POST, data={"language": "en"}),
    "citizen:offline": everyone(),
    "citizen:manifest": everyone(),
    "citizen:worker": everyone(),
    "citizen:sign_out": everyone(**POST),
    "openid_connect_login": everyone(ok=404, args=lambda things: {"provider_id": "nobody"}),
    "openid_connect_callback": everyone(ok=404, args=lambda things: {"provider_id": "nobody"}),
    "weixin_login": everyone(ok=404),  # no app is configured
    "weixin_callback": everyone(ok=404),
    "alipay_login": everyone(ok=404),
    "alipay_callback": everyone(ok=404),
    # ---- a login's own account
    "staff:home": staff(*STAFF),
    "staff:components": everyone(ok=404),  # only with the setting TANPUHUI_DEVELOPER
    "staff:components_desk": everyone(ok=404),
    "staff:components_wall": everyone(ok=404),
    "staff:invitation": everyone(ok=410, args=lambda things: {"token": "nobody-has-this"}),
    "staff:recover": everyone(),
    "staff:recover_set": everyone(ok=410, args=lambda things: {"token": "nobody-has-this"}),
    "staff:email": staff(*STAFF),
    "staff:people": staff("system_admin", "security_admin", "operator"),
    "staff:invite": staff("system_admin", "operator", **POST),
    "staff:withdraw": staff("system_admin", "operator", **POST),
    "staff:set_role": staff("security_admin", method="post", ok=404),
    "staff:set_active": staff("system_admin", "security_admin", method="post", ok=404),
    "account_login": everyone(ok=302),
    "account_logout": everyone(**POST),
    "account_reauthenticate": staff(*STAFF),
    "account_change_password": staff(*STAFF),
    "mfa_authenticate": everyone(ok=302),
    "mfa_index": everyone(ok=302),
    "mfa_reauthenticate": staff(*STAFF, ok=302),  # these logins have no code to ask for
    "mfa_activate_totp": staff(*STAFF, ok=302, but=LONG_WAY),  # first the password once more
    "mfa_deactivate_totp": staff(*STAFF, ok=404),
    "mfa_view_recovery_codes": staff(*STAFF, ok=404),
    "mfa_generate_recovery_codes": staff(*STAFF, ok=302, but=LONG_WAY),
    "mfa_list_webauthn": staff(*STAFF),
    "mfa_add_webauthn": staff(*STAFF, ok=302, but=LONG_WAY),
    "mfa_reauthenticate_webauthn": staff(*STAFF, ok=302),
    "mfa_edit_webauthn": staff(*STAFF, ok=302, but=LONG_WAY, args=lambda things: {"pk": 1}),
    "mfa_remove_webauthn": staff(*STAFF, ok=302, but=LONG_WAY, args=lambda things: {"pk": 1}),
    # ---- providers
    "provider:start": staff("provider"),
    "provider:keys": staff("provider"),
    "provider:key_issue": staff("provider"),
    "provider:key_rotate": staff("provider", ok=404, args=lambda things: {"key_id": "none"}),
    "provider:key_revoke": staff("provider", ok=404, args=lambda things: {"key_id": "none"}),
    "provider:sandbox": staff("provider"),
    "provider:debugger": staff("provider"),
    "provider:documents": staff("provider"),
    "provider:document": staff("provider", ok=404, args=lambda things: {"name": "none"}),
    "provider:sample": staff("provider", ok=404, args=lambda things: {"name": "none"}),
    "provider:imports": staff("provider"),
    "provider:import": staff("provider", ok=404, args=no_file),
    "provider:import_run": staff("provider", method="post", ok=404, args=no_file),
    "provider:import_stop": staff("provider", method="post", ok=404, args=no_file),
    "provider:import_delete": staff("provider", method="post", ok=404, args=no_file),
    "provider:import_mended": staff("provider", method="post", ok=302, args=no_file),
    "provider:import_refused": staff("provider", ok=404, args=no_file),
    "provider:mapping_edit": staff("provider", ok=404, args=no_file),
    "provider:mappings": staff("provider"),
    "provider:mapping": staff("provider", ok=404, args=lambda things: {"name": "none"}),
    "provider:mapping_delete": staff(
        "provider", method="post", ok=404, args=lambda things: {"name": "none"}
    ),
    "provider:batches": staff("provider"),
    "provider:batch": staff("provider", args=lambda things: {"token": things.batch_token}),
    "provider:refusals_file": staff(
        "provider", args=lambda things: {"token": things.batch_token, "form": "csv"}
    ),
    "provider:corrections": staff("provider"),
    "provider:reconciliation": staff("provider"),
    "provider:statement": staff("provider", **POST),
    "provider:rows": staff("provider", ok=404),
    "provider:items": staff("provider"),
    "provider:month_file": staff("provider", ok=404, args=lambda things: {"form": "doc"}),
    "provider:consents": staff("provider"),
    "provider:service": staff("provider"),
    # ---- consoles
    "console:home": staff(*CONSOLE),
    "console:scenarios": staff(*READERS),
    "console:scenario": staff(*READERS, args=lambda things: {"group": "travel", "slug": "metro"}),
    "console:methodologies": staff(*READERS),
    "console:methodology": staff(*READERS, args=lambda things: things.methodology),
    "console:coverage": staff(*READERS),
    "console:statistics": staff(*READERS),
    "console:corrections": staff(*READERS),
    "console:correction_new": staff(*WORKERS),
    "console:intake": staff(*READERS),
    "console:imports": staff(*READERS),
    "console:provider_batches": staff(*READERS, args=lambda things: {"code": "metro"}),
    "console:provider_batch": staff(
        *READERS, args=lambda things: {"code": "metro", "token": things.batch_token}
    ),
    "console:provider": staff(*READERS, args=lambda things: {"code": "metro"}),
    "console:organisations": staff(*READERS),
    "console:applications": staff("operator"),
    "console:application": staff("operator", ok=404, args=nobody("public_id")),
    "console:document": staff("operator", method="post", ok=404, args=nobody("document_id")),
    "console:people": staff("operator"),
    "console:person": staff("operator", ok=404, args=nobody("public_id")),
    "console:person_unmask": staff(
        "operator", method="post", ok=404, args=nobody("public_id"), data={"why": "核对身份"}
    ),
    "console:person_account": staff(
        "operator", method="post", ok=404, args=nobody("public_id"), data={"reason": "核查账户"}
    ),
    "console:tickets": staff(*READERS),
    "console:ticket": staff(*READERS, ok=404, args=nobody("public_id")),
    "console:ticket_hand": staff(
        *WORKERS, method="post", ok=404, args=nobody("public_id"), data={"step": "take"}
    ),
    "console:ticket_act": staff(
        *WORKERS, method="post", ok=404, args=nobody("public_id"), data={"body": "已核实"}
    ),
    "console:announcements": staff(*WORKERS),
    "console:announcement_new": staff(*WORKERS),
    "console:announcement": staff(*WORKERS, ok=404, args=nobody("public_id")),
    "console:announcement_turn": staff(
        *WORKERS, method="post", ok=404, args=nobody("public_id"), data={"step": "publish"}
    ),
    "console:jobs": staff(*CONSOLE),
    "console:job_file": staff(*CONSOLE, ok=404, args=nobody("public_id")),
    "console:job_cancel": staff(*CONSOLE, method="post", ok=404, args=nobody("public_id")),
    "console:export": staff(
        *READERS, **POST, args=lambda things: {"kind": "tickets"}, data={"format": "csv"}
    ),
    "console:changes": staff(*READERS),
    "console:change": staff(*READERS, ok=404, args=nobody("public_id")),
    "console:change_decide": staff(
        *WORKERS, method="post", ok=404, args=nobody("public_id"), data={"opinion": "同意执行"}
    ),
    "console:change_own": staff(
        *WORKERS, method="post", ok=404, args=nobody("public_id"), data={"step": "submit"}
    ),
    "console:anomalies": staff(*READERS),
    "console:anomaly": staff(*READERS, ok=404, args=nobody("public_id")),
    "console:anomaly_decide": staff(
        *READERS, method="post", ok=404, args=nobody("public_id"), data={"note": "已核对来源"}
    ),
    "console:audit": staff("authority", "supervisor", "audit_admin"),
}
# Namespaces whose addresses read a signature and no session.
SIGNED_NAMESPACES = ("api-v1:", "sandbox-v1:")
SIGNED_NAMES = {"gateway", None}
