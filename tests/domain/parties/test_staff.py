"""Invitations, roles, applications: who may, once, and under audit."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.storage import default_storage

from tanpuhui.domain.parties import errors, selectors, services, staffing
from tanpuhui.domain.parties.data import ApplicationForm
from tanpuhui.domain.parties.models import Application, ApplicationDocument
from tanpuhui.domain.parties.services.applications import credit_code_fits
from tanpuhui.kernel import actors
from tanpuhui.kernel.errors import NotPermitted
from tanpuhui.kernel.models import AuditEvent

VISITOR, SYSTEM = actors.visitor(), actors.system()
PASSWORD = "a-long-pass-phrase"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


def by(role, user_id=900):
    return actors.staff(1, role, user_id)


@pytest.fixture
def metro(db, fixed_clock):
    return services.organisation_open(actor=SYSTEM, code="metro", kind="provider", title="轨道")


@pytest.fixture
def operator(db, fixed_clock):
    return services.organisation_open(actor=SYSTEM, code="op", kind="operator", title="运营")


def invite(role="provider", code="metro", actor=None):
    return services.staff_invite(
        actor=actor or by("system_admin"), organisation_code=code, role=role, email="a@b.example"
    )


def accept(token, username="zhou", password=PASSWORD):
    return services.invitation_accept(
        actor=VISITOR, token=token, username=username, password=password
    )


def test_an_invitation_opens_one_login(metro):
    token = invite()
    assert services.invitation_read(actor=VISITOR, token=token).role == "provider"
    user_id = accept(token)
    view = selectors.staff(get_user_model().objects.get(pk=user_id))
    assert (view.role, view.organisation.code) == ("provider", "metro")
    with pytest.raises(errors.InvitationGone):
        accept(token, "wang")
    tags = set(AuditEvent.objects.values_list("tag", flat=True))
    assert {"parties:staff:invite", "parties:staff:accept"} <= tags


def test_invitations_end(metro, fixed_clock):
    late, dropped = invite(), invite()
    services.invitation_withdraw(
        actor=by("system_admin"), invitation=staffing.invitations_open()[0].public_id
    )
    gone = 0
    for token in (late, dropped):
        try:
            services.invitation_read(actor=VISITOR, token=token)
        except errors.InvitationGone:
            gone += 1
    assert gone == 1
    fixed_clock.set(fixed_clock() + timedelta(hours=72))
    with pytest.raises(errors.InvitationGone):
        services.invitation_read(actor=VISITOR, token=late)


def test_bad_names_and_passwords_leave_the_invitation(metro):
    token = invite()
    with pytest.raises(errors.PasswordWeak):
        accept(token, password="password12")
    get_user_model().objects.create_user("zhou")
    with pytest.raises(errors.UsernameTaken):
        accept(token)
    accept(token, "zhou2")


def test_who_may_invite_whom(metro, operator):
    invite(actor=by("operator"))
    with pytest.raises(NotPermitted):
        invite("system_admin", "op", actor=by("operator"))
    with pytest.raises(errors.RoleUnfit):
        invite("operator", "metro")
    for role in ("authority", "supervisor", "provider", "audit_admin", "security_admin"):
        with pytest.raises(NotPermitted):
            invite(actor=by(role))


def test_roles_and_deactivation_end_sessions(operator):
    user_id = accept(invite("operator", "op"))
    session = SessionStore()
    session["_auth_user_id"] = str(user_id)
    session.save()
    security = by("security_admin")
    services.staff_set_role(actor=security, username="zhou", role="audit_admin", reason="调岗")
    assert not SessionStore().exists(session.session_key)
    user = get_user_model().objects.get(pk=user_id)
    assert selectors.staff(user).role == "audit_admin"
    services.staff_set_active(actor=security, username="zhou", active=False, reason="离职")
    user.refresh_from_db()
    assert not user.is_active
    assert selectors.staff(user) is None
    row = AuditEvent.objects.get(tag="parties:staff:role")
    assert (row.reason, row.before, row.after) == (
        "调岗", {"role": "operator"}, {"role": "audit_admin"},
    )  # fmt: skip
    services.staff_set_active(actor=security, username="zhou", active=True, reason="复职")
    assert selectors.staff(user).role == "audit_admin"


def test_nobody_moves_themselves_and_the_duties_are_apart(operator):
    user_id = accept(invite("security_admin", "op"))
    with pytest.raises(errors.OwnLogin):
        services.staff_set_role(
            actor=by("security_admin", user_id), username="zhou", role="operator", reason="x"
        )
    for role in ("system_admin", "audit_admin", "operator", "authority"):
        with pytest.raises(NotPermitted):
            services.staff_set_role(actor=by(role), username="zhou", role="operator", reason="x")


# ---- applications


def form(**changes):
    given = {
        "kind": "provider",
        "title": "某某出行",
        "credit_code": "91340100MA2MRF5F5E",
        "contact": "周某",
        "phone": "13800001234",
        "email": "zhou@example.com",
        "scenarios": ("travel/metro",),
    }
    return ApplicationForm(**given | changes)


def code_for(seventeen):
    return next(
        seventeen + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY"
        if credit_code_fits(seventeen + last)
    )  # fmt: skip


CODE = code_for("91340100MA2MRF5F5")


def submit(token="", documents=(PDF,), **changes):
    return services.application_submit(
        actor=VISITOR, form=form(credit_code=CODE, **changes), documents=documents, token=token
    )


@pytest.fixture
def files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    return tmp_path


def test_an_application_is_approved(db, fixed_clock, files):
    token = submit()
    row = Application.objects.get()
    assert "13800001234" not in row.contact_sealed
    document = ApplicationDocument.objects.get()
    assert "某某" not in document.path
    with default_storage.open(document.path) as file:
        assert file.read() == PDF
    view = staffing.application_by_token(services.token_mac(token))
    assert view.form.phone == "13800001234"
    party_id = services.application_decide(
        actor=by("operator"), application=row.public_id, approve=True, reason="", code="mmcx"
    )
    opened = selectors.organisation("mmcx")
    assert (opened.party_id, opened.kind) == (party_id, "provider")
    assert opened.scenario_mask
    with pytest.raises(errors.ApplicationDecided):
        services.application_decide(
            actor=by("operator"), application=row.public_id, approve=False, reason="晚了"
        )


def test_a_returned_application_comes_back(db, fixed_clock, files):
    token = submit()
    row = Application.objects.get()
    with pytest.raises(errors.ApplicationFlawed):
        services.application_decide(
            actor=by("operator"), application=row.public_id, approve=False, reason=" "
        )
    services.application_decide(
        actor=by("operator"), application=row.public_id, approve=False, reason="执照不清楚"
    )
    with pytest.raises(errors.UnknownApplication):
        submit(token="somebody-elses")
    assert submit(token=token, documents=()) == token
    row.refresh_from_db()
    assert row.state == "submitted"
    with pytest.raises(errors.UnknownApplication):  # nothing to change while it is looked at
        submit(token=token)


def test_only_the_operating_body_decides(db, fixed_clock, files):
    submit()
    public_id = Application.objects.get().public_id
    for role in ("authority", "provider", "system_admin", "supervisor"):
        with pytest.raises(NotPermitted):
            services.application_decide(
                actor=by(role), application=public_id, approve=False, reason="x"
            )


def test_looking_at_a_document_is_audited(db, fixed_clock, files):
    submit()
    document = ApplicationDocument.objects.get()
    found = services.document_read(actor=by("operator"), document=document.public_id, reason="审核")
    assert (found.media_type, found.content) == ("application/pdf", PDF)
    assert AuditEvent.objects.get(tag="parties:application:look").reason == "审核"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script></html>",
        b"\xff\xd8\xff<script>",
        b"PK\x03\x04 a zip",
        b"MZ an exe",
        b"GIF89a;",
        b"%PDF-1.4 cut off",
        b"\x89PNG\r\n\x1a\n" + b"x" * 20,
        b"%PDF-" + b"x" * (10 << 20) + b"%%EOF",
    ],
    ids=["empty", "html", "false jpeg", "zip", "exe", "gif", "cut", "png without end", "large"],
)
def test_other_files_are_refused(db, fixed_clock, files, content):
    with pytest.raises(errors.DocumentRefused):
        submit(documents=(content,))
    assert not Application.objects.exists()
    assert list(files.iterdir()) == []


@pytest.mark.parametrize(
    "changes", [{"kind": "operator"}, {"scenarios": ()}, {"scenarios": ("travel/rocket",)}]
)
def test_flaws_are_named(db, fixed_clock, files, changes):
    with pytest.raises(errors.ApplicationFlawed):
        submit(**changes)


def test_credit_codes():
    assert credit_code_fits("91350100M000100Y43")  # the standard's own example
    assert not credit_code_fits("91350100M000100Y44")
    assert not credit_code_fits("91350100M000100Y4")
    assert not credit_code_fits("91350100I000100Y43")
