"""授权人数 and 服务看板: numbers only."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from tanpuhui.domain.intake import selectors as intake
from tanpuhui.domain.intake.data import CallLine, ConsentSeries
from tanpuhui.web.provider import frame
from tanpuhui.web.shared.charts import BarChart, Datum, bar_chart
from tanpuhui.web.shared.guards import Provider, provider_only

OFFERED = (1, 7, 30)
DOORS = {"live": ("正式", ("api", "gateway")), "sandbox": ("沙箱", ("sandbox",))}
TOP_MS = 10_000


@dataclass(frozen=True)
class Series:
    """One scenario's consents with their picture."""

    series: ConsentSeries
    chart: BarChart


@dataclass(frozen=True)
class Row:
    """One operation's calls in words."""

    line: CallLine
    p50: str
    p95: str


@provider_only
def consents(request: HttpRequest, provider: Provider) -> HttpResponse:
    """How many people let this provider report, by scenario and month."""
    found = intake.consent_series(provider.provider_id)
    series = [
        Series(
            one,
            bar_chart(
                [
                    Datum(
                        str(month.month.month),
                        f"{month.month:%Y-%m}",
                        month.active,
                        is_marked=month is one.months[-1],
                    )
                    for month in one.months
                ],
                f"{one.title}：各月末有效授权人数",
            ),
        )
        for one in found
    ]
    return frame.show(request, provider, "consents.html", "consents", series=series)


@provider_only
def service(request: HttpRequest, provider: Provider) -> HttpResponse:
    """The provider's calls: how many, how they went, how long they took."""
    asked = request.GET.get("days", "")
    span = int(asked) if asked.isdecimal() and int(asked) in OFFERED else 7
    door = request.GET.get("door", "live")
    door = door if door in DOORS else "live"
    board = intake.call_board(provider.provider_id, days=span, doors=DOORS[door][1])
    chart = bar_chart(
        [
            Datum(str(day.day), f"{day:%Y-%m-%d}", calls, is_marked=bool(failed))
            for day, calls, failed in board.days
        ],
        f"最近 {span} 天每天的调用次数",
    )
    return frame.show(
        request,
        provider,
        "service.html",
        "service",
        board=board,
        p50=took(board.p50_ms),
        p95=took(board.p95_ms),
        rows=[Row(line, took(line.p50_ms), took(line.p95_ms)) for line in board.lines],
        chart=chart,
        span=span,
        spans=OFFERED,
        door=door,
        doors=[(key, title) for key, (title, _) in DOORS.items()],
    )


def took(ms: int | None) -> str:
    """A duration's upper bound in words."""
    if ms is None:
        return "—"
    if ms >= TOP_MS:
        return "10 秒以上"
    return f"{ms // 1000} 秒内" if ms >= 1000 else f"{ms} 毫秒内"  # noqa: PLR2004 - a second
