"""What every page knows: the platform's name and the reader's size."""

from django.conf import settings
from django.http import HttpRequest

from tanpuhui.kernel import cityrules
from tanpuhui.web.shared import display, language
from tanpuhui.web.shared.guards import SESSION_CHILD


def platform(request: HttpRequest) -> dict[str, object]:
    """Names from the city's pack, the display choice, and whether this is a demonstration."""
    names = cityrules.pack().manifest
    return {
        "brand": names.brand,
        "official_name": names.official_name,
        "operator_name": names.operator_name,
        "support_phone": names.support_phone,
        "support_dial": _dialled(names.support_phone),
        "language": language.language_read(request),
        "display": display.display_read(request),
        "is_demo": settings.DEMO,
        "is_child": bool(getattr(request, "session", {}).get(SESSION_CHILD)),
    }


def _dialled(phone: str) -> str:
    """What a telephone dials; empty where the pack has no number yet."""
    return "".join(sign for sign in phone if sign in "0123456789+")
