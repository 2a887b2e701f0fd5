"""File imports of all providers, and one provider's batches down to the refused rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tanpuhui.domain.intake import selectors as intake
from tanpuhui.domain.intake.data import OWN
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios.data import BatchView
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import READERS
from tanpuhui.web.provider import batch_lists, words
from tanpuhui.web.provider.frame import batch_id_of
from tanpuhui.web.provider.pages.batches import counters
from tanpuhui.web.shared import lists, numbers
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Chip, Head
from tanpuhui.web.templatetags.tph import moment

TONES = {"done": "ok", "running": "work"}
HEADS = (
    Head("文件", "file"),
    Head("场景企业"),
    Head("导入档案"),
    Head("已读行", "rows", is_right=True),
    Head("开始", "started"),
    Head("结束"),
    Head("状态"),
)


@dataclass(frozen=True)
class Named:
    """A file as its provider called it, and what went wrong, in words where we have them."""

    name: str
    profile: str
    error: str


def named(rows: Sequence[scenarios.ImportView]) -> list[Named]:
    """The names of imported files; one query."""
    known = intake.uploads_stored([one.file_name for one in rows])
    found = []
    for one in rows:
        upload = known.get(one.file_name)
        profile = "企业自定义" if one.profile.startswith(OWN) else one.profile
        name, error = (upload.file_name, upload.error) if upload else (one.file_name, one.error)
        found.append(Named(name, profile, error or one.error))
    return found


def imports_query(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(
        got,
        states=scenarios.import_states(),
        sorts=("file", "rows", "started"),
        sort="-started",
        filters={"provider": [one.code for one in parties.organisations("provider")]},
    )


def imports_table(query: lists.Query) -> lists.Listing[scenarios.ImportView]:
    """The list of file imports."""
    providers = parties.organisations("provider")
    chosen = {one.code: one.party_id for one in providers}.get(query.get("provider"))
    titles = {one.party_id: one for one in providers}

    def read(limit: int, offset: int) -> list[scenarios.ImportView]:
        return scenarios.imports(
            states=(query.state,) if query.state else (),
            provider_id=chosen,
            text=query.text,
            order=query.sort,
            limit=limit,
            offset=offset,
        )

    def draw(one: scenarios.ImportView, file: Named) -> tuple[Cell, ...]:
        who = titles.get(one.provider_id)
        href = reverse("console:provider", args=[who.code]) if who else ""
        return (
            Cell(file.name, small=file.error, is_read=True),
            Cell(who.title if who else "—", href),
            Cell(file.profile),
            Cell(numbers.count(one.rows_done), is_right=True),
            Cell(moment(one.started_at)),
            Cell(moment(one.finished_at) if one.finished_at else "—"),
            Cell(chips=(Chip(one.state_label, TONES.get(one.state, "no")),)),
        )

    counts = scenarios.import_counts(provider_id=chosen, text=query.text)
    offered = lists.options([(one.code, one.title) for one in providers])
    return lists.listing(
        query,
        HEADS,
        read,
        lambda rows: [draw(one, file) for one, file in zip(rows, named(rows), strict=True)],
        caption="文件导入",
        search_hint="文件名",
        filters=(lists.Filter("provider", "企业", "全部企业", offered, query.get("provider")),),
        counters=lists.counters(scenarios.import_states(), counts, query.state),
        export="imports",
        empty_glyph="upload",
        empty_title="没有文件导入",
        empty_text="企业上传文件，或由命令行导入后，会列在这里。",
    )


@staff_only(*READERS)
def imports(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All file imports."""
    return frame.show(
        request,
        staff,
        "list.html",
        "intake",
        title="文件导入",
        lead="企业上传的和命令行导入的文件；中断的可以从断点接着做",
        listing=imports_table(imports_query(request.GET)),
    )


def batches_query(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for; `provider` names the one whose batches they are."""
    query = batch_lists.query_of(got)
    return lists.Query(**{**vars(query), "chosen": {**query.chosen, "of": got.get("of", "")[:60]}})


def batches_table(query: lists.Query) -> lists.Listing[BatchView]:
    """One provider's batches."""
    organisation = parties.organisation(query.get("of"))
    return batch_lists.table(
        query,
        organisation.party_id,
        lambda token: reverse("console:provider_batch", args=[organisation.code, token]),
        export="batches",
        keeps=(("of", organisation.code),),
    )


@staff_only(*READERS)
def batches(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """What one provider sent."""
    organisation = parties.organisation(code)
    got = {**request.GET.dict(), "of": code}
    return frame.show(
        request,
        staff,
        "provider_list.html",
        "intake",
        title="数据批次",
        lead=f"{organisation.title}发来的每一批：收到多少、计入多少、退回多少",
        organisation=organisation,
        listing=batches_table(batches_query(got)),
    )


@staff_only(*READERS)
def batch(request: HttpRequest, staff: Staff, code: str, token: str) -> HttpResponse:
    """One batch: its figures and the refused rows with their reasons."""
    organisation = parties.organisation(code)
    row = words.batch_row(scenarios.batch(organisation.party_id, batch_id_of(token)))
    got = {**request.GET.dict(), "of": code, "batch": token}
    return frame.show(
        request,
        staff,
        "provider_list.html",
        "intake",
        title=row.batch_no,
        lead=f"{moment(row.recorded_at)} 经{row.channel_label}收到；下面是退回的记录和原因",
        organisation=organisation,
        batch=row,
        counters=counters(row),
        listing=refusals_table(refusals_query(got)),
    )


def refusals_query(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for, with the batch whose rows they are."""
    query = batch_lists.refusals_query(got)
    of = {name: got.get(name, "")[:80] for name in ("of", "batch")}
    return lists.Query(**{**vars(query), "chosen": {**query.chosen, **of}})


def refusals_table(query: lists.Query) -> lists.Listing[Any]:
    """The refused rows of one batch."""
    organisation = parties.organisation(query.get("of"))
    number = batch_id_of(query.get("batch"))
    scenarios.batch(organisation.party_id, number)
    return batch_lists.refusals(
        query,
        organisation.party_id,
        number,
        export="refusals",
        keeps=(("of", organisation.code), ("batch", query.get("batch"))),
    )
