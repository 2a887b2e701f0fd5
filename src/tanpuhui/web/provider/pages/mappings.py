"""字段映射: columns of a file to what a scenario wants, with the first rows as records at once."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.domain.intake import files, services
from tanpuhui.domain.intake import selectors as intake
from tanpuhui.domain.intake.data import PreviewRow, ProfileView
from tanpuhui.domain.intake.errors import ProfileRefused
from tanpuhui.domain.intake.mapping import document_of
from tanpuhui.domain.intake.services.profiles import profile_checked
from tanpuhui.domain.intake.services.uploads import path_of, upload_row
from tanpuhui.web.provider import frame, mapping_form
from tanpuhui.web.shared import list_files, lists
from tanpuhui.web.shared.guards import Provider, provider_only
from tanpuhui.web.shared.lists import Cell, Head, Link
from tanpuhui.web.templatetags.tph import moment

STATES = {"own": "贵方", "city": "平台"}
HEADS = (Head("名称", "title"), Head("来源"), Head("改动", "changed"), Head("操作"))


@provider_only
def mappings(request: HttpRequest, provider: Provider) -> HttpResponseBase:
    """The provider's own mappings, and the city's."""
    query = query_of(request.GET)
    file = list_files.download(request, lambda one: table(one, provider), query, "mappings")
    return file or frame.show(
        request, provider, "mappings.html", "mappings", listing=table(query, provider)
    )


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(got, states=STATES, sorts=("title", "changed"), sort="title")


def table(query: lists.Query, provider: Provider) -> lists.Listing[ProfileView]:
    """The list of mappings."""
    return lists.held(
        query,
        HEADS,
        intake.profiles(provider.provider_id),
        _cells,
        words=lambda one: f"{one.title} {one.name}",
        keys={
            "title": lambda one: (not one.is_own, one.title),
            "changed": lambda one: one.changed_at.timestamp() if one.changed_at else 0,
        },
        state=lambda one: "own" if one.is_own else "city",
        states=STATES,
        caption="字段映射",
        search_hint="名称",
        empty_glyph="table-properties",
        empty_title="没有映射",
        empty_text="上传一个文件，照着列名选一遍就好。",
    )


def _cells(one: ProfileView) -> tuple[Cell, ...]:
    if not one.is_own:
        return (Cell(one.title, small=one.name), Cell("平台"), Cell("—"), Cell("—"))
    delete = reverse("provider:mapping_delete", args=[one.name])
    return (
        Cell(one.title, reverse("provider:mapping", args=[one.name]), small=one.name),
        Cell("贵方"),
        Cell(moment(one.changed_at) if one.changed_at else "—"),
        Cell(links=(Link("删除", delete, f"删除 {one.title}", is_deed=True),)),
    )


@provider_only
def one(request: HttpRequest, provider: Provider, name: str) -> HttpResponseBase:
    """One mapping as its document, which may be edited in full."""
    profile = intake.profile(provider.provider_id, name)
    text = request.POST.get("document", profile.document)
    error = ""
    if request.method == "POST":
        try:
            services.profile_save(
                actor=provider.actor,
                provider_id=provider.provider_id,
                title=profile.title,
                text=text.replace("\r\n", "\n"),
            )
        except ProfileRefused as refusal:
            error = refusal.message
        else:
            messages.success(request, f"映射“{profile.title}”已保存。")
            return redirect("provider:mapping", name)
    return frame.show(
        request,
        provider,
        "mapping.html",
        "mappings",
        status=422 if error else 200,
        profile=profile,
        text=text,
        error=error,
    )


@require_POST
@provider_only
def delete(request: HttpRequest, provider: Provider, name: str) -> HttpResponseBase:
    """Forget a mapping."""
    services.profile_delete(actor=provider.actor, provider_id=provider.provider_id, name=name)
    messages.success(request, "映射已删除，先前的导入不受影响。")
    return redirect("provider:mappings")


@provider_only
def edit(request: HttpRequest, provider: Provider, token: str) -> HttpResponseBase:
    """The form for one file: choose the scenario, map, look at the first rows, save."""
    upload = intake.upload(provider.provider_id, token)
    path = path_of(upload_row(provider.provider_id, token))
    sniffed = files.sniff(path)
    examples = dict(zip(sniffed.columns, next(iter(sniffed.first_rows), ()), strict=False))
    given = request.POST or request.GET
    form = mapping_form.form_of(given, upload, provider.organisation, examples)
    preview: list[PreviewRow] = []
    error = ""
    if request.method == "POST":
        try:
            mapping = form.mapping()
            profile = profile_checked(document_of(mapping, "own-0"))
            preview = services.profile_preview(
                actor=provider.actor,
                provider_id=provider.provider_id,
                path=path,
                profile=profile,
            )
            if request.POST.get("act") == "save":
                services.profile_save(
                    actor=provider.actor,
                    provider_id=provider.provider_id,
                    title=mapping.title,
                    mapping=mapping,
                )
                saved = _named(provider, mapping.title)
                messages.success(request, f"映射“{saved.title}”已保存，可以试算了。")
                return redirect(f"{reverse('provider:import', args=[token])}?profile={saved.name}")
        except ProfileRefused as refusal:
            error = refusal.message
    return frame.show(
        request,
        provider,
        "mapping_edit.html",
        "imports",
        status=422 if error else 200,
        upload=upload,
        form=form,
        error=error,
        preview=preview,
        unbound=sum(one.code in {"subject.unknown", "consent.missing"} for one in preview),
        counted=sum(one.status in {"counted", "duplicate"} for one in preview),
    )


def _named(provider: Provider, title: str) -> ProfileView:
    return next(
        one
        for one in intake.profiles(provider.provider_id)
        if one.is_own and one.title == title.strip()[:60]
    )
