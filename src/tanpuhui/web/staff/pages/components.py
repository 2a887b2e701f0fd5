"""Every component on one page, for those who make pages; only with the setting DEVELOPER."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tanpuhui.kernel import clock
from tanpuhui.web.citizen.rows import ActRow
from tanpuhui.web.shared import charts
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
