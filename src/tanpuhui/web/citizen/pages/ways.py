"""Ways in from elsewhere: a mini-program's ticket."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from tanpuhui.domain.parties import services
from tanpuhui.kernel import actors
from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.citizen import signing_in
from tanpuhui.web.shared import errors
from tanpuhui.web.shared.guards import next_path


@never_cache
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """Exchange a ticket for a session; `?next=` may name a page of this site."""
    if request.method == "HEAD":  # a preview must not use the ticket up
        return HttpResponse()
    try:
        person_id = services.ticket_use(actor=actors.visitor(), ticket=token)
    except DomainError as error:
        return errors.refused(request, error)
    wanted = next_path(request, reverse("citizen:home"))
    return signing_in.proven(request, wanted, person_id=person_id)
