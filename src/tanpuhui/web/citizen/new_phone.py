"""A phone that somebody proves while signed in: their own new one, or a young person's."""

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.parties import services
from tanpuhui.kernel import actors, cityrules, crypto
from tanpuhui.web.citizen.signing_in import CODE_LIFE_S, CONTEXT, SMS
from tanpuhui.web.shared import visitors

KEY = "new_phone"
DEMO = "new_phone_demo"
OWN = "own"


def code_send(request: HttpRequest, phone: str, why: str) -> None:
    """Send a code to a phone; the session keeps, sealed, which phone and what for."""
    fresh = services.code_issue(
        actor=actors.visitor(), phone=phone, address=visitors.address(request)
    )
    with transaction.atomic():
        notify.sms_queue(
            phone=phone,
            text=gettext(SMS).format(brand=cityrules.pack().manifest.brand, code=fresh),
            stale_after_s=CODE_LIFE_S,
        )
    request.session[KEY] = crypto.encrypt(f"{why} {phone}", context=CONTEXT)
    request.session[DEMO] = fresh if visitors.is_demo(request) else ""


def waiting(request: HttpRequest, why: str) -> str:
    """The phone that waits for its code, for this purpose; empty where none does."""
    sealed = request.session.get(KEY)
    if not sealed:
        return ""
    kept, _, phone = crypto.decrypt(sealed, context=CONTEXT).rpartition(" ")
    return phone if kept == why else ""


def code_prove(request: HttpRequest, phone: str, code: str) -> None:
    """Use up the code.

    Raises:
        WrongCode, TooOften: as said.
    """
    services.code_check(
        actor=actors.visitor(), phone=phone, code=code, address=visitors.address(request)
    )


def done(request: HttpRequest) -> None:
    """Forget the phone."""
    request.session.pop(KEY, None)
    request.session.pop(DEMO, None)


def demo_code(request: HttpRequest) -> str:
    """The code itself, in the demonstration only."""
    return str(request.session.get(DEMO, ""))
