"""每日对账: the provider's totals beside ours, why they differ, and single numbers checked."""

from collections import Counter
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tanpuhui.domain.intake import selectors as intake
from tanpuhui.domain.intake import services
from tanpuhui.domain.intake.data import DayLine
from tanpuhui.domain.intake.errors import StatementRefused
from tanpuhui.domain.intake.services import statements
from tanpuhui.domain.scenarios.reasons import BY_CODE
from tanpuhui.domain.scenarios.selectors import comparisons
from tanpuhui.kernel import clock
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.partitions import month_of
from tanpuhui.web.provider import day_lists, frame, words
from tanpuhui.web.provider.pages.corrections import items_of
from tanpuhui.web.shared import list_files, lists, numbers, scenes, uploads
from tanpuhui.web.shared.downloads import table_download
from tanpuhui.web.shared.guards import Provider, provider_only

ITEMS_MAX = 10_000
SHOWN = 200
STATEMENT_BYTES = 4 << 20
HEAD = (
    "日期",
    "场景",
    "贵方条数",
    "平台留存",
    "计入",
    "未计入",
    "相差条数",
    "贵方减排量_kg",
    "平台减排量_kg",
    "碳积分",
    "未计入原因",
)


@provider_only
def reconciliation(request: HttpRequest, provider: Provider) -> HttpResponseBase:
    """Recent days with their sum; refusals of the same deliveries beside them."""
    query = day_lists.query_of(request.GET)
    span = day_lists.span_of(query)
    lines = intake.days(provider.provider_id, span=span)
    file = list_files.download(request, lambda one: day_lists.table(one, lines), query, "days")
    if file:
        return file
    refused: Counter[tuple[str, str]] = Counter()
    latest: dict[str, str] = {}
    for one in comparisons.refusal_reasons(
        provider.provider_id,
        clock.today() - timedelta(days=span - 1),
        clock.today(),
    ):
        refused[one.code, one.sentence.partition("。")[0]] += one.number
        latest.setdefault(one.code, frame.batch_token(one.batch_id))
    mask = provider.organisation.scenario_mask
    return frame.show(
        request,
        provider,
        "reconciliation.html",
        "reconciliation",
        listing=day_lists.table(query, lines),
        stated=sum(one.stated_records is not None for one in lines),
        total={
            name: sum(getattr(day, name) for day in lines) for name in ("counted", "reduction_mg")
        },
        refused=[
            (code, title, number, latest[code]) for (code, title), number in refused.most_common()
        ],
        scenarios=[one for one in scenes.scenarios_in_order() if mask >> one.no & 1],
        today=clock.today(),
        months=months(),
        header="、".join(statements.HEADER),
    )


def months() -> list[date]:
    """This month and eleven before."""
    month, found = month_of(clock.today()), []
    for _ in range(12):
        found.append(month)
        month = month_of(month - timedelta(days=1))
    return found


@require_POST
@provider_only
def statement(request: HttpRequest, provider: Provider) -> HttpResponseBase:
    """Take the provider's totals: a file, or one line of the form."""
    try:
        number = services.statements_take(
            actor=provider.actor, provider_id=provider.provider_id, lines=_stated(request)
        )
    except StatementRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"收到 {number} 行合计，已与平台的账并列。")
    return redirect("provider:reconciliation")


def _stated(request: HttpRequest) -> list[statements.Line]:
    """The lines of the file, or the one line of the form.

    Raises:
        StatementRefused: too large, or not readable.
    """
    if uploads.is_too_large(request):
        raise StatementRefused("合计文件过大，请分几次提交。")
    file = uploads.uploaded(request, "file")
    if file is None:
        cells = [request.POST.get(name, "") for name in ("day", "scenario", "records", "kg")]
        return [statements.line_read(cells, 1)]
    if (file.size or 0) > STATEMENT_BYTES:
        raise StatementRefused("合计文件超过 4 MB，请分几次提交。")
    return statements.lines_read(file.read())


@provider_only
def rows(request: HttpRequest, provider: Provider) -> HttpResponseBase:
    """The acts behind one number: a day, a scenario, a reason; as a page or as a file."""
    got = request.GET
    try:
        day = date.fromisoformat(got.get("day", ""))
        scenario = pack().scenario_by_no(int(got.get("scenario", "")))
    except (ValueError, KeyError):
        raise Http404 from None
    code = got.get("code", "")
    if code not in BY_CODE:
        raise Http404

    query = day_lists.rows_query(got)

    def table(asked: lists.Query) -> lists.Listing[comparisons.RowFound]:
        return day_lists.rows(
            asked, provider.provider_id, day=day, scenario_no=scenario.no, code=code
        )

    file = list_files.download(request, table, query, f"rows-{day}-{scenario.no}")
    return file or frame.show(
        request,
        provider,
        "rows.html",
        "reconciliation",
        day=day,
        scenario=scenario,
        reason=BY_CODE[code],
        listing=table(query),
    )


@provider_only
def items(request: HttpRequest, provider: Provider) -> HttpResponseBase:
    """What became of single numbers; as a page, or all of them as a file."""
    given = items_of(request.POST.get("items", ""))[:ITEMS_MAX]
    answers = intake.items_answered(provider.provider_id, given) if given else []
    if request.POST.get("form") in {"csv", "xlsx"}:
        rows = (
            (
                one.item_no,
                words.STATUSES[one.state][0],
                one.code,
                one.sentence,
                numbers.kilograms_plain(one.reduction_mg),
            )
            for one in answers
        )
        head = ("单号", "结果", "代码", "说明", "减排量_kg")
        return table_download(request.POST["form"], "items", head, rows)
    counts = Counter(one.state for one in answers)
    problems = [one for one in answers if one.state != "counted"]
    return frame.show(
        request,
        provider,
        "items.html",
        "reconciliation",
        given="\n".join(given),
        asked=len(given),
        counts=[
            (words.STATUSES[state], counts[state]) for state in words.STATUSES if counts[state]
        ],
        rows=[
            (
                one,
                words.STATUSES[one.state],
                frame.batch_token(one.batch_id) if one.batch_id else "",
            )
            for one in problems[:SHOWN]
        ],
        more=max(len(problems) - SHOWN, 0),
        limit=ITEMS_MAX,
    )


@provider_only
def month_file(request: HttpRequest, provider: Provider, form: str) -> HttpResponseBase:
    """A month's days as a file."""
    try:
        month = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        raise Http404 from None
    if form not in {"csv", "xlsx"}:
        raise Http404
    rows = (_row(one) for one in intake.month_days(provider.provider_id, month))
    return table_download(form, f"statement-{month:%Y-%m}", HEAD, rows)


def _row(one: DayLine) -> tuple[object, ...]:
    return (
        str(one.day),
        one.scenario_title,
        "" if one.stated_records is None else one.stated_records,
        one.held,
        one.counted,
        one.not_counted,
        "" if one.missing is None else one.missing,
        "" if one.stated_mg is None else numbers.kilograms_plain(one.stated_mg),
        numbers.kilograms_plain(one.reduction_mg),
        one.points,
        "；".join(f"{word} {number}" for _, word, number in one.reasons),
    )
