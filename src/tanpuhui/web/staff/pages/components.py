"""Every component on one page, for those who make pages; only with the setting DEVELOPER."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tanpuhui.kernel import cityrules, clock
from tanpuhui.web.citizen.rows import ActRow
from tanpuhui.web.screen import figures
from tanpuhui.web.shared import charts, lists, sparks
from tanpuhui.web.shared.lists import Cell, Chip, Head
from tanpuhui.web.shared.paging import Slice

KILOGRAM_MG = 1_000_000


class SampleForm(forms.Form):
    """One field of each kind."""

    line = forms.CharField(label="一行字", help_text="说明写在字段下面。")
    choice = forms.ChoiceField(label="选择", choices=[("a", "第一项"), ("b", "第二项")])
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    body = forms.CharField(label="多行字", widget=forms.Textarea(attrs={"rows": 3}))


def components(request: HttpRequest) -> HttpResponse:
    """The living page; the switch in its bar shows it in 长辈版."""
    if not settings.DEVELOPER:
        raise Http404
    messages.success(request, "办好了：状态区会读给屏幕阅读器听。")
    data = [charts.Datum(f"{n}日", f"11月{n}日", n * KILOGRAM_MG, n == 5) for n in range(1, 8)]  # noqa: PLR2004 - the fifth is marked
    wrong = SampleForm({"line": "", "choice": "a", "day": "x", "body": "内容"})
    context = {
        "form": SampleForm(initial={"choice": "b"}),
        "wrong": wrong,
        "acts": [_act(state) for state in ("已入账", "核算中", "未计入", "已冲正")],
        "chart": charts.bar_chart(data, "七天的柱状图"),
        "page": Slice([], 2, has_next=True),
        "tones": ("ok", "wait", "no", "work", "off"),
    }
    return render(request, "staff/components.html", context)


def desk(request: HttpRequest) -> HttpResponse:
    """The consoles' and the portal's components."""
    if not settings.DEVELOPER:
        raise Http404
    states = {"open": "待处理", "closed": "已办结"}
    query = lists.query_of(request.GET, states=states, sorts=("title", "at"), sort="title")
    samples = [(f"第 {n} 项", "open" if n % 3 else "closed", n) for n in range(1, 48)]
    listing = lists.held(
        query,
        (
            Head("标题", "title"),
            Head("走势"),
            Head("进度"),
            Head("数目", "at", is_right=True),
            Head("状态"),
        ),
        samples,
        lambda one: (
            Cell(one[0], "#main", small="小字"),
            Cell(spark=sparks.spark([one[2] * n % 7 for n in range(14)], "走势")),
            Cell(percent=one[2] * 2, small=f"{one[2] * 2}%"),
            Cell(str(one[2]), is_right=True),
            Cell(chips=(Chip(states[one[1]], lists.tone(one[1])),)),
        ),
        words=lambda one: one[0],
        keys={"title": lambda one: one[2], "at": lambda one: -one[2]},
        state=lambda one: one[1],
        states=states,
        size=6,
        caption="样例",
        search_hint="标题",
        filters=(lists.Filter("kind", "类型", "全部类型", lists.options([("a", "甲")])),),
    )
    return render(request, "staff/components_desk.html", {"listing": listing})


def wall(request: HttpRequest) -> HttpResponse:
    """The wall's components, with the figures there are."""
    if not settings.DEVELOPER:
        raise Http404
    context = {
        "board": figures.board(),
        "city": cityrules.pack().title,
        "refresh_s": figures.REFRESH_S,
    }
    return render(request, "staff/components_wall.html", context)


def _act(state: str) -> ActRow:
    now = clock.now()
    return ActRow(
        token="sample",  # noqa: S106 - leads nowhere
        title="地铁",
        icon="train-front-tunnel",
        is_points_only=False,
        occurred_on=clock.today() - timedelta(days=1),
        occurred_at=now,
        state=state,
        reduction_mg=420_000,
        points=42,
    )
