"""密钥: issue (the secret is shown once), rotate with an overlap, revoke after asking."""

from collections.abc import Collection, Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from tanpuhui.domain.intake import selectors as intake
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services
from tanpuhui.domain.parties.data import KeyView
from tanpuhui.domain.parties.errors import KeyRefused, UnknownKey
from tanpuhui.web.provider import frame, words
from tanpuhui.web.shared import list_files, lists
from tanpuhui.web.shared.guards import Provider, provider_only
from tanpuhui.web.shared.lists import Cell, Chip, Head, Link
from tanpuhui.web.templatetags.tph import moment

OVERLAPS = {"0": "立即停用旧密钥", "24": "1 天", "72": "3 天", "168": "7 天", "720": "30 天"}
OVERLAP = "72"
STATES = {state: word for state, (word, _) in words.KEY_STATES.items()}
HEADS = (
    Head("密钥编号", "key"),
    Head("用途"),
    Head("算法"),
    Head("签发", "made"),
    Head("最近一次调用", "used"),
    Head("状态"),
    Head("操作"),
)


@provider_only
def keys(request: HttpRequest, provider: Provider) -> HttpResponseBase:
    """All keys with their state and last call."""
    query = query_of(request.GET)
    file = list_files.download(request, lambda one: table(one, provider), query, "keys")
    return file or frame.show(
        request, provider, "keys.html", "keys", listing=table(query, provider)
    )


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(got, states=STATES, sorts=("key", "made", "used"), sort="-made")


def table(query: lists.Query, provider: Provider) -> lists.Listing[words.KeyRow]:
    """The list of keys."""
    used = intake.keys_last_used(provider.provider_id)
    return lists.held(
        query,
        HEADS,
        [
            words.key_row(one, used.get(one.key_id))
            for one in parties.provider_keys(provider.provider_id)
        ],
        _cells,
        words=lambda row: f"{row.key.key_id} {row.key.label}",
        keys={
            "key": lambda row: row.key.key_id,
            "made": lambda row: row.key.created_at,
            "used": lambda row: row.last_at.timestamp() if row.last_at else 0,
        },
        state=lambda row: row.key.state,
        states=STATES,
        caption="密钥",
        search_hint="密钥编号或名称",
        empty_glyph="key-round",
        empty_title="没有密钥",
        empty_text="先签发一个，就可以在沙箱里试第一个请求。",
    )


def _cells(row: words.KeyRow) -> tuple[Cell, ...]:
    number = row.key.key_id
    deeds = []
    if row.key.state == "active":
        href = reverse("provider:key_rotate", args=[number])
        deeds.append(Link("轮换", href, f"轮换 {number}", is_page=True))
    if row.is_live:
        href = reverse("provider:key_revoke", args=[number])
        deeds.append(Link("停用", href, f"停用 {number}", is_page=True))
    ends = row.key.expires_at if row.key.state == "ending" else None
    return (
        Cell(number, small=row.key.label, is_code=True),
        Cell("只用于沙箱" if row.key.is_sandbox else "正式与沙箱"),
        Cell(row.algorithm),
        Cell(moment(row.key.created_at)),
        Cell(moment(row.last_at) if row.last_at else "还没有"),
        Cell(
            chips=(Chip(row.word, row.tone),),
            small=f"到 {moment(ends)}" if ends else "",
        ),
        Cell(links=tuple(deeds)) if deeds else Cell("—"),
    )


@provider_only
def issue(request: HttpRequest, provider: Provider) -> HttpResponseBase:
    """A new key: the form, and after it the secret, this once."""
    given = {name: request.POST.get(name, "").strip() for name in ("label", "algorithm", "use")}
    given["public_key"] = request.POST.get("public_key", "").strip()
    error = ""
    if request.method == "POST":
        try:
            key_id, secret = services.provider_key_issue(
                actor=provider.actor,
                provider_id=provider.provider_id,
                algorithm=chosen(given["algorithm"], words.ALGORITHMS),  # type: ignore[arg-type]
                public_key=given["public_key"] if given["algorithm"] == "ed25519" else "",
                label=given["label"],
                is_sandbox=given["use"] == "sandbox",
            )
        except KeyRefused as refusal:
            error = refusal.message
        else:
            return issued(request, provider, key_id, secret)
    return frame.show(
        request,
        provider,
        "key_issue.html",
        "keys",
        status=422 if error else 200,
        given=given,
        error=error,
        algorithms=words.ALGORITHMS.items(),
    )


def chosen(value: str, offered: Collection[str]) -> str:
    """A value that the form offers.

    Raises:
        KeyRefused: it does not.
    """
    if value not in offered:
        raise KeyRefused("请从页面给出的选项中选择。")
    return value


@provider_only
def rotate(request: HttpRequest, provider: Provider, key_id: str) -> HttpResponseBase:
    """A successor for a key; both sign during the overlap."""
    key = _key(provider, key_id)
    overlap = request.POST.get("overlap", OVERLAP)
    public_key = request.POST.get("public_key", "").strip()
    error = ""
    if request.method == "POST":
        try:
            fresh, secret = services.provider_key_rotate(
                actor=provider.actor,
                provider_id=provider.provider_id,
                key_id=key_id,
                overlap_hours=int(chosen(overlap, OVERLAPS)),
                public_key=public_key,
            )
        except KeyRefused as refusal:
            error = refusal.message
        else:
            return issued(request, provider, fresh, secret, replaces=key_id)
    return frame.show(
        request,
        provider,
        "key_rotate.html",
        "keys",
        status=422 if error else 200,
        key=key,
        algorithm=words.ALGORITHMS.get(key.algorithm, key.algorithm),
        overlap=overlap,
        overlaps=OVERLAPS.items(),
        public_key=public_key,
        error=error,
    )


@provider_only
def revoke(request: HttpRequest, provider: Provider, key_id: str) -> HttpResponseBase:
    """Ask, then end a key."""
    key = _key(provider, key_id)
    if request.method == "POST":
        services.provider_key_revoke(
            actor=provider.actor, provider_id=provider.provider_id, key_id=key_id
        )
        messages.success(request, f"密钥 {key_id} 已停用，用它签名的请求从现在起会被拒绝。")
        return redirect("provider:keys")
    used = intake.keys_last_used(provider.provider_id).get(key_id)
    return frame.show(request, provider, "key_revoke.html", "keys", key=words.key_row(key, used))


def issued(
    request: HttpRequest, provider: Provider, key_id: str, secret: str, replaces: str = ""
) -> HttpResponse:
    """The new key; no cache and no second look at its secret."""
    key = _key(provider, key_id)
    return frame.show(
        request,
        provider,
        "key_issued.html",
        "keys",
        key=key,
        secret=secret,
        replaces=replaces,
        old=_key(provider, replaces) if replaces else None,
        base=request.build_absolute_uri("/"),
    )


def _key(provider: Provider, key_id: str) -> KeyView:
    """One of the provider's keys.

    Raises:
        UnknownKey: it is nobody's, another's, or already ended.
    """
    for one in parties.provider_keys(provider.provider_id):
        if one.key_id == key_id and one.state in {"active", "ending"}:
            return one
    raise UnknownKey("没有这个有效的密钥，请从密钥列表重新进入。")
