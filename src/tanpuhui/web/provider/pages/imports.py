"""文件导入: bring a file, try it, import it, watch it, mend what did not pass."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.domain.intake import selectors as intake
from tanpuhui.domain.intake import services
from tanpuhui.domain.intake.data import UploadView
from tanpuhui.domain.intake.errors import UploadRefused
from tanpuhui.domain.intake.services.uploads import KEPT_DAYS
from tanpuhui.web.provider import frame, words
from tanpuhui.web.shared import list_files, lists, numbers, uploads
from tanpuhui.web.shared.guards import Provider, provider_only
from tanpuhui.web.shared.lists import Cell, Chip, Head
from tanpuhui.web.templatetags.tph import moment

HEADS = (
    Head("文件", "name"),
    Head("上传时间", "uploaded"),
    Head("行", "rows", is_right=True),
    Head("减排量 (kg CO₂e)", is_right=True),
    Head("未通过", is_right=True),
    Head("状态"),
)


@provider_only
def imports(request: HttpRequest, provider: Provider) -> HttpResponseBase:
    """All files, and the form that takes a new one."""
    error = ""
    if request.method == "POST":
        try:
            token = services.upload_take(
                actor=provider.actor,
                provider_id=provider.provider_id,
                file_name=file_of(request).name or "",
                blocks=file_of(request).chunks(),
            )
        except UploadRefused as refusal:
            error = refusal.message
        else:
            return redirect("provider:import", token)
    query = query_of(request.GET)
    file = list_files.download(request, lambda one: table(one, provider), query, "files")
    return file or frame.show(
        request,
        provider,
        "imports.html",
        "imports",
        status=422 if error else 200,
        listing=table(query, provider),
        error=error,
        limit=uploads.limit_mb(),
        kept_days=KEPT_DAYS,
    )


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    sorts = ("uploaded", "name", "rows")
    return lists.query_of(got, states=intake.upload_states(), sorts=sorts, sort="-uploaded")


def table(query: lists.Query, provider: Provider) -> lists.Listing[UploadView]:
    """The list of files."""

    def read(limit: int, offset: int) -> list[UploadView]:
        return intake.uploads(
            provider.provider_id,
            state=query.state,
            text=query.text,
            order=query.sort,
            limit=limit,
            offset=offset,
        )

    counts = intake.upload_counts(provider.provider_id, text=query.text)
    return lists.listing(
        query,
        HEADS,
        read,
        lambda rows: [_cells(row) for row in rows],
        caption="上传的文件",
        search_hint="文件名",
        counters=lists.counters(intake.upload_states(), counts, query.state),
        empty_glyph="upload",
        empty_title="没有文件",
        empty_text="选一个文件上传，先看前 20 行会变成什么。",
    )


def _cells(row: UploadView) -> tuple[Cell, ...]:
    report = row.report or {}
    mass = numbers.kilograms(report["reduction_mg"]) if report else "—"
    tone = words.UPLOAD_TONES.get(row.state, "off")
    return (
        Cell(
            row.file_name,
            reverse("provider:import", args=[row.token]),
            small=f"更正自 {row.mends}" if row.mends else "",
        ),
        Cell(moment(row.uploaded_at)),
        Cell(numbers.count(row.rows_done) if row.rows_done else "—", is_right=True),
        Cell(mass, is_right=True),
        Cell(numbers.count(report["refused"]) if report else "—", is_right=True),
        Cell(chips=(Chip(row.state_label, tone),)),
    )


def file_of(request: HttpRequest) -> uploads.File:
    """The form's file.

    Raises:
        UploadRefused: there is none, or it was too large to be read.
    """
    if uploads.is_too_large(request):
        raise UploadRefused(
            f"文件超过 {uploads.limit_mb()} MB，没有接收。请拆分后上传，或由接口、命令行导入。"
        )
    file = uploads.uploaded(request, "file")
    if file is None:
        raise UploadRefused("请先选择文件。")
    return file


@provider_only
def one(request: HttpRequest, provider: Provider, token: str) -> HttpResponse:
    """One file: what it is, the mapping, trial and import with progress and result."""
    upload = intake.upload(provider.provider_id, token)
    profiles = intake.profiles(provider.provider_id)
    return frame.show(
        request,
        provider,
        "import.html",
        "imports",
        upload=upload,
        tone=words.UPLOAD_TONES.get(upload.state, "off"),
        chosen=request.GET.get("profile") or upload.profile,
        kind=words.KINDS.get(upload.kind, upload.kind),
        size=words.file_size(upload.size),
        profiles=profiles,
        profile_title=next((p.title for p in profiles if p.name == upload.profile), ""),
        lines=words.report_lines(upload),
        kept_days=KEPT_DAYS,
        is_mendable=upload.kind != "parquet",
    )


@require_POST
@provider_only
def run(request: HttpRequest, provider: Provider, token: str) -> HttpResponseBase:
    """Begin a trial or an import, or go on."""
    services.run_begin(
        actor=provider.actor,
        provider_id=provider.provider_id,
        token=token,
        profile=request.POST.get("profile", ""),
        is_trial=request.POST.get("act") == "trial",
        is_anew=request.POST.get("act") == "anew",
    )
    return redirect("provider:import", token)


@require_POST
@provider_only
def stop(request: HttpRequest, provider: Provider, token: str) -> HttpResponseBase:
    """Stop after the chunk at hand."""
    services.run_stop(actor=provider.actor, provider_id=provider.provider_id, token=token)
    messages.info(request, "会在当前这一段处理完后停止，已导入的部分有效。")
    return redirect("provider:import", token)


@require_POST
@provider_only
def delete(request: HttpRequest, provider: Provider, token: str) -> HttpResponseBase:
    """Delete the file; what was done stays on record."""
    services.upload_delete(actor=provider.actor, provider_id=provider.provider_id, token=token)
    messages.success(request, "原始文件已删除，导入结果保留。")
    return redirect("provider:import", token)


@require_POST
@provider_only
def mended(request: HttpRequest, provider: Provider, token: str) -> HttpResponseBase:
    """A mended list of refused rows becomes a new file with the same mapping."""
    try:
        file = file_of(request)
        fresh, count = services.mended_take(
            actor=provider.actor,
            provider_id=provider.provider_id,
            token=token,
            blocks=file.chunks(),
        )
    except UploadRefused as refusal:
        messages.error(request, refusal.message)
        return redirect("provider:import", token)
    messages.success(request, f"收到 {count} 行更正，映射与原文件相同。请先试算，再导入。")
    return redirect("provider:import", fresh)


@provider_only
def refused(request: HttpRequest, provider: Provider, token: str) -> HttpResponseBase:
    """The rows that did not pass, to mend and bring back."""
    del request
    path = intake.refused_file(provider.provider_id, token)
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"refused-{token[:8]}.csv",
        content_type="text/csv; charset=utf-8",
    )
