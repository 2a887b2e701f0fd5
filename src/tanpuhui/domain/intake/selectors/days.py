"""A provider's own totals beside ours, and the reasons between them."""

from collections.abc import Sequence
from datetime import date, timedelta

from tanpuhui.domain.intake.data import DayLine, ItemAnswer
from tanpuhui.domain.intake.models import Statement
from tanpuhui.domain.scenarios.selectors import comparisons
from tanpuhui.domain.scenarios.selectors.comparisons import ReasonSum
from tanpuhui.kernel import clock
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.partitions import month_after


def days(provider_id: int, *, span: int) -> list[DayLine]:
    """Recent days by scenario, newest first: stated, held, and why acts did not count."""
    last = clock.today()
    return lines(provider_id, last - timedelta(days=span - 1), last)


def month_days(provider_id: int, month: date) -> list[DayLine]:
    """The days of a month, oldest first."""
    return lines(provider_id, month, month_after(month) - timedelta(days=1))[::-1]


def lines(provider_id: int, first: date, last: date) -> list[DayLine]:
    """Every day and scenario on which either side has something."""
    sums: dict[tuple[date, int], list[ReasonSum]] = {}
    for one in comparisons.provider_reasons(provider_id, first, last):
        sums.setdefault((one.day, one.scenario_no), []).append(one)
    stated = {
        (row.day, row.scenario_no): row
        for row in Statement.objects.filter(provider_id=provider_id, day__range=(first, last))
    }
    titles = {one.no: one.title for one in pack().scenarios.values()}
    return [
        _line(key, titles.get(key[1], str(key[1])), sums.get(key, []), stated.get(key))
        for key in sorted(
            sums.keys() | stated.keys(), key=lambda one: (-one[0].toordinal(), one[1])
        )
    ]


def _line(
    key: tuple[date, int], title: str, sums: list[ReasonSum], stated: Statement | None
) -> DayLine:
    counted = [one for one in sums if one.code == "counted"]
    others = [one for one in sums if one.code != "counted"]
    return DayLine(
        day=key[0],
        scenario_no=key[1],
        scenario_title=title,
        stated_records=stated.records if stated else None,
        stated_mg=stated.reduction_mg if stated else None,
        counted=sum(one.acts for one in counted),
        not_counted=sum(one.acts for one in others),
        reduction_mg=sum(one.reduction_mg for one in sums),
        points=sum(one.points for one in sums),
        reasons=tuple((one.code, one.sentence.partition("，")[0], one.acts) for one in others),
    )


def items_answered(provider_id: int, items: Sequence[str]) -> list[ItemAnswer]:
    """What became of each item number: counted, not counted, refused or absent."""
    return [
        ItemAnswer(
            one.item_no,
            "counted"
            if one.act_code == "counted"
            else "not_counted"
            if one.act_code
            else "refused"
            if one.refusal_code
            else "absent",
            one.act_code or one.refusal_code,
            one.sentence,
            one.batch_id,
            one.reduction_mg,
        )
        for one in comparisons.items_found(provider_id, items)
    ]
