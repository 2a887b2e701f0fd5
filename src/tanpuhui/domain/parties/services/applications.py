"""Organisations ask to take part; the operating body approves, or returns with a reason."""

import json
import re
import secrets
from collections.abc import Sequence

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.data import ApplicationForm, DocumentContent
from tanpuhui.domain.parties.models import (
    Application,
    ApplicationDocument,
    Organisation,
    Party,
)
from tanpuhui.domain.parties.services import sniffing
from tanpuhui.domain.parties.services.people import public_id
from tanpuhui.kernel import audit, clock, crypto
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.permissions import permit

TOKEN_BYTES = 24
CONTACT_CONTEXT = "parties.application.contact"
DOCUMENTS_MAX = 5
KINDS = frozenset({"provider", "merchant", "verifier", "finance", "buyer", "enterprise"})
# GB 32100-2015: the last character checks the other seventeen.
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def application_submit(
    *, actor: Actor, form: ApplicationForm, documents: Sequence[bytes], token: str = ""
) -> str:
    """Hand in an application, or hand a returned one in again.

    Args:
        actor: the visitor.
        form: what was filled in.
        documents: the content of each file; its type is read from the content.
        token: of the returned application; empty for a new one.

    Returns:
        The token with which the applicant comes back to it.

    Raises:
        ApplicationFlawed, DocumentRefused; UnknownApplication: the token opens nothing returned.
    """
    permit(actor, "parties.apply")
    _check(form)
    kinds = [sniffing.document_kind(content) for content in documents]
    with transaction.atomic():
        if token:
            row = _returned(token)
        else:
            token = secrets.token_urlsafe(TOKEN_BYTES)
            row = Application(public_id="a" + public_id()[1:], token_mac=_mac(token))
        if not documents and not (row.pk and row.documents.exists()):
            raise errors.DocumentRefused("请上传营业执照或法人证书。")
        if (row.documents.count() if row.pk else 0) + len(documents) > DOCUMENTS_MAX:
            raise errors.DocumentRefused(f"文件最多 {DOCUMENTS_MAX} 份，请合并后再传。")
        row.state, row.reason = Application.State.SUBMITTED, ""
        row.kind, row.title, row.credit_code = form.kind, form.title, form.credit_code
        row.scenarios, row.remark = list(form.scenarios), form.remark
        contact = {"name": form.contact, "phone": form.phone, "email": form.email}
        row.contact_sealed = crypto.encrypt(json.dumps(contact), context=CONTACT_CONTEXT)
        row.submitted_at = clock.now()
        row.save()
        for content, kind in zip(documents, kinds, strict=True):
            _keep(row, content, kind)
        audit.record(
            actor,
            "parties:application:submit",
            f"application:{row.public_id}",
            after={"kind": row.kind, "documents": len(documents)},
        )
    return token


def application_decide(
    *, actor: Actor, application: str, approve: bool, reason: str, code: str = ""
) -> int | None:
    """Approve, which opens the organisation, or return with a reason.

    Args:
        actor: an operator.
        application: its public id.
        approve: yes or no.
        reason: shown to the applicant; compulsory for a no.
        code: short name of the organisation in messages and files; compulsory for a yes.

    Returns:
        The organisation's party id, or None where it was returned. Inviting its people is the
        next step (`staff_invite`).

    Raises:
        UnknownApplication, ApplicationFlawed, ApplicationDecided.
    """
    permit(actor, "parties.application_decide")
    if not approve and not reason.strip():
        raise errors.ApplicationFlawed("退回时请写明理由，申请单位才知道怎么改。")
    if approve and not re.fullmatch(r"[a-z0-9-]{3,60}", code):
        raise errors.ApplicationFlawed("请填机构代码：3 到 60 个小写字母、数字或短横线。")
    try:
        with transaction.atomic():
            row = Application.objects.select_for_update().filter(public_id=application).first()
            if row is None:
                raise errors.UnknownApplication("没有这份申请，请刷新名单后再试。")
            if row.state != Application.State.SUBMITTED:
                raise errors.ApplicationDecided("这份申请已经处理过，请刷新页面查看结果。")
            row.state = Application.State.APPROVED if approve else Application.State.RETURNED
            row.reason, row.decided_by, row.decided_at = reason, actor.label, clock.now()
            row.organisation = _open(row, code) if approve else None
            row.save()
            audit.record(
                actor,
                "parties:application:approve" if approve else "parties:application:return",
                f"application:{row.public_id}",
                reason=reason,
                after={"organisation": row.organisation_id} if approve else None,
            )
    except IntegrityError as error:
        raise errors.ApplicationDecided("这个机构代码已有机构使用，请换一个。") from error
    return row.organisation_id


def document_read(*, actor: Actor, document: str, reason: str) -> DocumentContent:
    """One file of an application; each look is audited.

    Raises:
        UnknownApplication: no such file.
    """
    permit(actor, "parties.application_decide")
    row = ApplicationDocument.objects.select_related("application").filter(public_id=document)
    found = row.first()
    if found is None:
        raise errors.UnknownApplication("没有这份文件。")
    with transaction.atomic():
        audit.record(
            actor,
            "parties:application:look",
            f"application:{found.application.public_id}",
            reason=reason,
            after={"document": document},
        )
    with default_storage.open(found.path) as file:
        return DocumentContent(found.media_type, file.read())


def credit_code_fits(code: str) -> bool:
    """Whether a 统一社会信用代码 is well-formed."""
    if len(code) != 18 or any(one not in CREDIT_ALPHABET for one in code):  # noqa: PLR2004
        return False
    total = sum(
        CREDIT_ALPHABET.index(one) * weight
        for one, weight in zip(code, CREDIT_WEIGHTS, strict=False)
    )
    return CREDIT_ALPHABET[(31 - total % 31) % 31] == code[17]


def _check(form: ApplicationForm) -> None:
    if form.kind not in KINDS:
        raise errors.ApplicationFlawed("请选择申请类型。")
    if not credit_code_fits(form.credit_code):
        raise errors.ApplicationFlawed("统一社会信用代码有误，请对照营业执照核对 18 位字符。")
    unknown = set(form.scenarios) - set(pack().scenarios)
    if unknown or (form.kind == "provider" and not form.scenarios):
        raise errors.ApplicationFlawed("请选择要接入的场景。")


def _keep(row: Application, content: bytes, kind: sniffing.DocumentKind) -> None:
    name = secrets.token_hex(16)
    path = default_storage.save(
        f"applications/{name[:2]}/{name}{kind.suffix}", ContentFile(content)
    )
    ApplicationDocument.objects.create(
        application=row,
        public_id="d" + public_id()[1:],
        path=path,
        media_type=kind.media_type,
        bytes=len(content),
        digest=sniffing.digest(content),
        added_at=clock.now(),
    )


def _open(row: Application, code: str) -> Organisation:
    numbers = [pack().scenarios[name].no for name in row.scenarios if name in pack().scenarios]
    party = Party.objects.create(kind=Party.Kind.ORGANISATION, opened_at=clock.now())
    return Organisation.objects.create(
        party=party,
        code=code,
        kind=row.kind,
        title=row.title,
        scenario_mask=sum(1 << no for no in numbers) if row.kind == "provider" else 0,
    )


def _returned(token: str) -> Application:
    row = (
        Application.objects.select_for_update()
        .filter(token_mac=_mac(token), state=Application.State.RETURNED)
        .first()
    )
    if row is None:
        raise errors.UnknownApplication("没有可以修改的申请。请核对申请链接。")
    return row


def _mac(token: str) -> str:
    return token_mac(token)


def token_mac(token: str) -> str:
    """The keyed hash under which an applicant's token is kept."""
    return crypto.blind_index(token, context="parties.application")
