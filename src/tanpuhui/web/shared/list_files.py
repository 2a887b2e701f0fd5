"""A list as a file: the same rows as on its pages, whatever was asked for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from tanpuhui.web.shared import lists
from tanpuhui.web.shared.downloads import table_download

PAGE = 500
ROWS_MAX = 1_000_000  # what a sheet holds
FORMS = ("csv", "xlsx")


def lines(
    make: Callable[[lists.Query], lists.Listing[Any]], query: lists.Query
) -> Iterator[tuple[lists.Listing[Any], list[Decimal | str]]]:
    """Every row of a list as values, page by page, each with the page it stands on."""
    number, done = 1, 0
    while done < ROWS_MAX:
        page = make(replace(query, size=PAGE, page=str(number)))
        for row in page.rows:
            yield page, [cell.value for cell in row]
        done += len(page.rows)
        if not page.page.has_next:
            return
        number += 1


def download(
    request: HttpRequest,
    make: Callable[[lists.Query], lists.Listing[Any]],
    query: lists.Query,
    name: str,
) -> HttpResponseBase | None:
    """The list as a file where the address asks for one with `form`; else None.

    Args:
        request: the request.
        make: query → list.
        query: what the address asks for.
        name: file name in ASCII without ending.
    """
    form = request.GET.get("form", "")
    if form not in FORMS:
        return None
    first = make(replace(query, size=1, page="1"))
    head = [one.label for one in first.heads]
    language = translation.get_language()

    def said(asked: lists.Query) -> lists.Listing[Any]:
        """Rows are made while the file is sent, when the request's language is no longer set."""
        with translation.override(language):
            return make(asked)

    rows = (values for _, values in lines(said, query))
    return table_download(form, name, head, rows)
