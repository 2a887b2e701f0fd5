"""The first time: the notice, then two consents, each on a page of its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.citizen import signing_in
from tanpuhui.web.shared import errors


@never_cache
def welcome(request: HttpRequest) -> HttpResponse:
    """One text a page; a no to the notice opens nothing, a no to the others costs nothing."""
    visitor = signing_in.proven_read(request)
    if visitor is None:
        return redirect("citizen:login")
    words = signing_in.question(visitor)
    if words is None:
        try:
            return signing_in.open_account(request, visitor)
        except DomainError as error:
            return errors.refused(request, error)
    flaw = ""
    if request.method == "POST" and request.POST.get("version") == words.version:
        agreed = request.POST.get("answer") == "yes"
        needs_age = words.purpose == "notice"
        if agreed and needs_age and not request.POST.get("grown"):
            flaw = gettext("请先勾选年龄。未满 14 周岁的孩子，请由监护人为其开户。")
        elif not agreed and needs_age:
            request.session.flush()
            return redirect("public:home")
        else:
            signing_in.answer_keep(request, words.purpose, words.version if agreed else "")
            return redirect("citizen:welcome")
    done = len(visitor.answers) + 1
    context = {
        "words": words,
        "flaw": flaw,
        "step": done,
        "steps": len(signing_in.QUESTIONS),
        "is_notice": words.purpose == "notice",
        "can_connect": bool(visitor.service and not visitor.phone),
    }
    return render(request, "citizen/welcome.html", context)
