"""What a provider says it has sent, day by day."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import transaction

from tanpuhui.domain.intake.errors import StatementRefused
from tanpuhui.domain.intake.models import Statement
from tanpuhui.kernel import audit, clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.permissions import permit

HEADER = ("日期", "场景", "条数", "减排量_kg")
LINES_MAX = 5000
MG_PER_KG = 1_000_000
BIG = 10**15
Line = tuple[date, int, int, int | None]
"""day, scenario number, records, mg or nothing"""


def statements_take(*, actor: Actor, provider_id: int, lines: Sequence[Line]) -> int:
    """Keep a provider's totals; a day and scenario stated again is written over.

    Raises:
        StatementRefused: nothing stated, or more lines than a message may have.
    """
    permit(actor, "intake.manage", party_id=provider_id)
    if not lines:
        raise StatementRefused("没有一行合计。请至少给出一天、一个场景的条数。")
    if len(lines) > LINES_MAX:
        raise StatementRefused(f"一次最多 {LINES_MAX} 行，请分几次提交。")
    merged = {(day, no): (records, mg) for day, no, records, mg in lines}
    with transaction.atomic():
        Statement.objects.bulk_create(
            [
                Statement(
                    provider_id=provider_id,
                    day=day,
                    scenario_no=no,
                    records=records,
                    reduction_mg=mg,
                    stated_at=clock.now(),
                    door=actor.door,
                )
                for (day, no), (records, mg) in merged.items()
            ],
            update_conflicts=True,
            unique_fields=["provider_id", "day", "scenario_no"],
            update_fields=["records", "reduction_mg", "stated_at", "door"],
        )
        audit.record(
            actor, "intake:statement:take", f"provider:{provider_id}", after={"lines": len(merged)}
        )
    return len(merged)


def lines_read(content: bytes) -> list[Line]:
    """Totals from CSV: day, scenario (id or title), number of records, kilograms (may be empty).

    Raises:
        StatementRefused: with the line and what is wrong there.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error as error:
        raise StatementRefused("文件读不出来，请另存为 CSV。") from error
    if not rows or tuple(cell.strip() for cell in rows[0][:3]) != HEADER[:3]:
        raise StatementRefused(f"第一行应是：{'、'.join(HEADER)}。请按样例整理后上传。")
    return [
        line_read(row, place)
        for place, row in enumerate(rows[1:], start=2)
        if any(map(str.strip, row))
    ]


def line_read(cells: Iterable[str], place: int) -> Line:
    """One line of texts.

    Raises:
        StatementRefused: with the line and what is wrong there.
    """
    day_text, scenario, records, kg, *_ = [*(cell.strip() for cell in cells), "", "", "", ""]
    try:
        day = date.fromisoformat(day_text.replace("/", "-"))
    except ValueError:
        raise StatementRefused(f"第 {place} 行：日期“{day_text}”应写成 2026-03-10。") from None
    if day > clock.today():
        raise StatementRefused(f"第 {place} 行：{day} 还没有到，请核对日期。")
    numbers = {one.id: one.no for one in pack().scenarios.values()}
    numbers |= {one.title: one.no for one in pack().scenarios.values()}
    if scenario not in numbers:
        raise StatementRefused(
            f"第 {place} 行：没有场景“{scenario}”，请写场景名称或编号（如 travel/metro）。"
        )
    if not records.isdecimal() or int(records) > BIG:
        raise StatementRefused(f"第 {place} 行：条数“{records}”应是不小于零的整数。")
    return day, numbers[scenario], int(records), _mg(kg, place)


def _mg(text: str, place: int) -> int | None:
    if not text:
        return None
    try:
        mg = Decimal(text.replace(",", "")) * MG_PER_KG
    except InvalidOperation:
        mg = Decimal("NaN")
    if not mg.is_finite() or mg < 0 or mg > BIG or mg != int(mg):
        raise StatementRefused(f"第 {place} 行：减排量“{text}”应是公斤数，最多六位小数。")
    return int(mg)
