"""Reads of the book: balances, statements, usage against caps, proofs."""

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Sum
from django.db.models.functions import JSONObject, TruncMonth

from tanpuhui.domain.ledger import errors
from tanpuhui.domain.ledger.data import (
    Balance,
    Circulation,
    DaySum,
    MonthSum,
    Proof,
    StatementLine,
    TransferView,
)
from tanpuhui.domain.ledger.models import Account, Entry, Journal
from tanpuhui.kernel import columns, sqlfiles
from tanpuhui.kernel.partitions import month_after, month_of


def balance(account_id: int) -> Balance:
    """Both balances of an account.

    Raises:
        UnknownAccount: there is none.
    """
    row = Account.objects.filter(pk=account_id).first()
    if row is None:
        raise errors.UnknownAccount("没有这个碳账户，请核对编号。", account_id=account_id)
    return Balance(row.pk, row.state, row.reduction_mg, row.points, row.held_points)


def month_sums(account_id: int, *, until: date, months: int = 12) -> list[MonthSum]:
    """The account's last months, newest first; months without an entry are absent."""
    first = month_of(until)
    for _ in range(months - 1):
        first = month_of(first - timedelta(days=1))
    rows = (
        Entry.objects.filter(
            account_id=account_id, occurred_on__gte=first, occurred_on__lt=month_after(until)
        )
        .annotate(month=TruncMonth("occurred_on"))
        .values("month")
        .annotate(mg=Sum("reduction_mg"), points_sum=Sum("points"), acts_sum=Sum("acts"))
        .order_by("-month")
    )
    return [MonthSum(r["month"], r["mg"], r["points_sum"], r["acts_sum"]) for r in rows]


def balance_and_days(
    account_id: int, *, until: date, days: int = 7
) -> tuple[Balance, list[DaySum]]:
    """Both balances, and the last days oldest first, in one query.

    Raises:
        UnknownAccount: there is none.
    """
    first = until - timedelta(days=days - 1)
    sums = (
        Entry.objects.filter(
            account_id=OuterRef("pk"), occurred_on__gte=first, occurred_on__lte=until
        )
        .order_by()
        .values("occurred_on")
        .annotate(mg=Sum("reduction_mg"), acts_sum=Sum("acts"))
        .values_list(JSONObject(day="occurred_on", mg="mg", acts="acts_sum"))
    )
    row = Account.objects.filter(pk=account_id).annotate(sums=ArraySubquery(sums)).first()
    if row is None:
        raise errors.UnknownAccount("没有这个碳账户，请核对编号。", account_id=account_id)
    found = {
        one["day"]: DaySum(date.fromisoformat(one["day"]), one["mg"], one["acts"])
        for one in row.sums
    }
    wanted = [first + timedelta(days=offset) for offset in range(days)]
    return (
        Balance(row.pk, row.state, row.reduction_mg, row.points, row.held_points),
        [found.get(day.isoformat(), DaySum(day, 0, 0)) for day in wanted],
    )


def day_sums(account_id: int, *, until: date, days: int = 7) -> list[DaySum]:
    """The last days, oldest first, also those without an act."""
    return balance_and_days(account_id, until=until, days=days)[1]


def statement(account_id: int, month: date) -> list[StatementLine]:
    """One month's entries with running balances, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "statement"),
            {"account_id": account_id, "first": month_of(month), "last": month_after(month)},
        )
        return [StatementLine(*row) for row in cursor.fetchall()]


def lines_recent(account_id: int, limit: int) -> list[tuple[int, date, int]]:
    """(journal id, day, scenario number) of an account's latest lines from acts, newest first."""
    rows = (
        Entry.objects.filter(account_id=account_id, scenario_no__gt=0)
        .order_by("-occurred_on", "-journal_id")
        .values_list("journal_id", "occurred_on", "scenario_no")
    )
    return list(rows[:limit])


def lines_of(account_id: int) -> list[tuple[int, date]]:
    """(journal id, day) of all an account's lines from acts, by day; each pair once."""
    rows = Entry.objects.filter(account_id=account_id, scenario_no__gt=0)
    rows = rows.order_by("occurred_on", "journal_id")
    return list(rows.values_list("journal_id", "occurred_on").distinct())


def acts_count(account_id: int) -> int:
    """How many acts an account's lines add up to."""
    sums = Entry.objects.filter(account_id=account_id).aggregate(acts_sum=Sum("acts", default=0))
    return int(sums["acts_sum"])


def entries_copied(account_id: int) -> list[StatementLine]:
    """All an account's entries with running balances, oldest first, for its owner's copy."""
    with connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "statement"),
            {"account_id": account_id, "first": date.min, "last": date.max},
        )
        return [StatementLine(*row) for row in cursor.fetchall()]


def lines_in_month(
    account_id: int, month: date, *, scenario_no: int | None = None
) -> list[tuple[int, date, int]]:
    """(journal id, day, scenario number) of an account's lines of one month."""
    rows = Entry.objects.filter(
        account_id=account_id,
        scenario_no__gt=0,
        occurred_on__gte=month_of(month),
        occurred_on__lt=month_after(month),
    )
    if scenario_no is not None:
        rows = rows.filter(scenario_no=scenario_no)
    return list(rows.values_list("journal_id", "occurred_on", "scenario_no"))


def entries_of(
    cursor: Any, windows: columns.Columns, scenario_nos: Sequence[int]
) -> columns.Columns:
    """What the book holds for accounts in their windows; final where the accounts are locked.

    Args:
        cursor: plain cursor of the caller's transaction.
        windows: account_id; first, last (days since 1970-01-01, inclusive), one row an account.
        scenario_nos: scenarios that matter.

    Returns:
        account_id, day (days since 1970-01-01), journal_id, scenario_no, acts, reduction_mg.
    """
    names = ["account_id", "day", "journal_id", "scenario_no", "acts", "reduction_mg"]
    if not len(windows["account_id"]) or not scenario_nos:
        return {name: np.zeros(0, dtype=np.int64) for name in names}
    chosen = [
        "e.occurred_on - date '1970-01-01'" if name == "day" else f"e.{name}" for name in names
    ]
    cursor.execute(
        sqlfiles.query(__file__, "entries_of").replace("{packed}", columns.packed(*chosen)),
        {
            **{name: columns.ints(windows[name]) for name in ("account_id", "first", "last")},
            "from": int(windows["first"].min()),
            "to": int(windows["last"].max()),
            "scenario_no": list(scenario_nos),
        },
    )
    return columns.unpacked(cursor, names)


def journals_after(
    cursor: Any, floor: int, seen: Sequence[int], limit: int
) -> list[tuple[int, str, datetime]]:
    """(id, source, recorded at) of the first journals above `floor` that are not among `seen`."""
    cursor.execute(
        "select id, source, recorded_at from ledger_journal"
        " where id > %s and id <> all(%s::bigint[]) order by id limit %s",
        (floor, list(seen), limit),
    )
    return list(cursor.fetchall())


def lines_of_journals(cursor: Any, journal_ids: Sequence[int]) -> pl.DataFrame:
    """What some journals gave to holders from scenarios, or took back.

    Returns:
        account_id, day (days since 1970-01-01), journal_id, scenario_no, acts, reduction_mg,
        points; Int64.
    """
    names = ["account_id", "day", "journal_id", "scenario_no", "acts", "reduction_mg", "points"]
    chosen = [
        "e.occurred_on - date '1970-01-01'" if name == "day" else f"e.{name}" for name in names
    ]
    cursor.execute(
        sqlfiles.query(__file__, "lines_of_journals").replace("{packed}", columns.packed(*chosen)),
        {
            "journal_ids": list(journal_ids),
            "first": min(journal_ids),
            "last": max(journal_ids),
        },
    )
    return columns.fetch_packed(cursor, names)


def acts_by_month(
    cursor: Any, account_ids: pl.Series, *, floor: int, journal_ids: Sequence[int]
) -> pl.DataFrame:
    """Counted acts of accounts by month and scenario over journals ≤ floor or listed; none is 0.

    Returns:
        account_id, month (days since 1970-01-01), scenario_no, acts; Int64.
    """
    names = ["account_id", "month", "scenario_no", "acts"]
    chosen = ["month - date '1970-01-01'" if name == "month" else name for name in names]
    cursor.execute(
        sqlfiles.query(__file__, "acts_by_month").replace("{packed}", columns.packed(*chosen)),
        {
            "account_ids": columns.ints(account_ids),
            "floor": floor,
            "journal_ids": list(journal_ids),
        },
    )
    return columns.fetch_packed(cursor, names)


def scenario_days(
    *, floor: int, journal_ids: Sequence[int]
) -> dict[tuple[date, int], tuple[int, int, int]]:
    """(day, scenario number) → (acts, mg, points) given, over journals ≤ floor or listed."""
    with connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "scenario_days"),
            {"floor": floor, "journal_ids": list(journal_ids)},
        )
        return {(day, no): (acts, mg, points) for day, no, acts, mg, points in cursor.fetchall()}


def people_by_month(*, floor: int, journal_ids: Sequence[int]) -> dict[tuple[date, int], int]:
    """(month, scenario number) → people with a counted act, over journals ≤ floor or listed."""
    with connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "people_by_month"),
            {"floor": floor, "journal_ids": list(journal_ids)},
        )
        return {(month, no): people for month, no, people in cursor.fetchall()}


def accounts_open_count() -> int:
    """People with a carbon account that is not closed."""
    return Account.objects.filter(pk__gt=0, kind="person").exclude(state="closed").count()


def circulation() -> Circulation:
    """What the city's scenarios have given until now, from the source accounts' few lines."""
    sums = Entry.objects.filter(account_id__lt=0, scenario_no__gt=0).aggregate(
        mg=Sum("reduction_mg"), points_sum=Sum("points"), acts_sum=Sum("acts")
    )
    return Circulation(
        reduction_mg=-(sums["mg"] or 0),
        points=-(sums["points_sum"] or 0),
        acts=-(sums["acts_sum"] or 0),
        people=Account.objects.filter(pk__gt=0, kind="person").count(),
    )


def trial_balance() -> list[tuple[str, int | None, int, int, int]]:
    """(kind, scenario number of a source account, mg, points, entries) of the whole book."""
    with connection.cursor() as cursor:
        cursor.execute(sqlfiles.query(__file__, "trial_balance"))
        return list(cursor.fetchall())


def proof() -> Proof:
    """Prove the whole book: balances equal their entries, every journal sums to zero."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), coalesce(sum(reduction_mg), 0), coalesce(sum(points), 0)"
            " from ledger_entry"
        )
        entries, mg_sum, points_sum = cursor.fetchone()
        cursor.execute(sqlfiles.query(__file__, "proof"))
        accounts_off = [row[0] for row in cursor.fetchall()]
        cursor.execute(sqlfiles.query(__file__, "proof_journals"))
        journals_off = [row[0] for row in cursor.fetchall()]
    return Proof(
        accounts=Account.objects.count(),
        entries=entries,
        journals=Journal.objects.count(),
        reduction_mg_sum=int(mg_sum),
        points_sum=int(points_sum),
        accounts_off=accounts_off,
        journals_off=journals_off,
        seconds=time.perf_counter() - started,
    )


def transfer(key: str) -> TransferView | None:
    """The transfer that was posted under a key, or None."""
    journal = Journal.objects.filter(key=f"transfer:{key}").first()
    if journal is None:
        return None
    entries = dict(
        Entry.objects.filter(
            journal_id=journal.pk, occurred_on=journal.occurred_on, account_id__gt=0
        ).values_list("account_id", "reduction_mg")
    )
    giver, receiver = sorted(entries, key=lambda number: entries[number])
    return TransferView(journal.pk, giver, receiver, entries[receiver], journal.recorded_at)
