"""Every change of the book: accounts, postings, reversals, holds, freezing."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db import IntegrityError, connection, transaction

from tanpuhui.domain.ledger import errors
from tanpuhui.domain.ledger.data import Balance
from tanpuhui.domain.ledger.models import Account, Clawback, Entry, Hold, Journal
from tanpuhui.domain.ledger.states import ACCOUNT_MOVES, AccountState, HoldState
from tanpuhui.kernel import audit, clock, columns, partitions, sqlfiles
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

ENTRY_TABLE = "ledger_entry"
LINE_SCHEMA: dict[str, Any] = {
    "account_id": pl.Int64,
    "occurred_on": pl.Date,
    "scenario_no": pl.Int16,
    "reduction_mg": pl.Int64,
    "points": pl.Int64,
    "acts": pl.Int32,
}
LINE_COLUMNS = list(LINE_SCHEMA)
# The counter-account of points that are spent; a mall with its own accounts comes with rewards.
SPENT_POINTS_ACCOUNT = -1000


def accounts_open(*, actor: Actor, kind: str, party_ids: Sequence[int]) -> None:
    """Open one account for each party that has none yet; set-wise."""
    permit(actor, "ledger.post")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_account"
            " (id, kind, state, reduction_mg, points, held_points, opened_at)"
            " select id, %s, 'open', 0, 0, 0, %s from unnest(%s::bigint[]) as g(id)"
            " on conflict do nothing",
            [kind, clock.now(), list(party_ids)],
        )
        audit.record(actor, "ledger:account:open", f"{kind}:*", after={"count": cursor.rowcount})


def account_set_state(
    *, actor: Actor, account_id: int, state: AccountState, reason: str
) -> Balance:
    """Freeze, release or close an account.

    Raises:
        UnknownAccount, StateRefused: no such account; no such step in its lifecycle.
    """
    permit(actor, "ledger.freeze")
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(pk=account_id).first()
        if account is None:
            raise errors.UnknownAccount("没有这个碳账户，请核对编号。", account_id=account_id)
        before = AccountState(account.state)
        if (before, state) not in ACCOUNT_MOVES:
            message = f"账户当前为“{before.label}”，不能改为“{state.label}”。"
            raise errors.StateRefused(message, account_id=account_id)
        account.state = state
        account.save(update_fields=["state"])
        audit.record(
            actor,
            "ledger:account:state",
            f"account:{account_id}",
            reason=reason,
            before={"state": before},
            after={"state": state},
        )
    return _balance(account)


def accounts_lock(cursor: Any, account_ids: pl.Series) -> pl.DataFrame:
    """Lock accounts in id order for the rest of the transaction.

    Args:
        cursor: psycopg cursor of the caller's transaction.
        account_ids: distinct ids.

    Returns:
        account_id, is_open, reduction_mg, points (free of holds), one row an account found.
    """
    cursor.execute(sqlfiles.query(__file__, "accounts_lock"), {"ids": columns.array(account_ids)})
    return columns.fetch(
        cursor,
        {
            "account_id": pl.Int64,
            "is_open": pl.Boolean,
            "reduction_mg": pl.Int64,
            "points": pl.Int64,
        },
    )


def journal_post(
    *,
    actor: Actor,
    cursor: Any,
    kind: str,
    key: str,
    occurred_on: date,
    source: str,
    lines: pl.DataFrame,
    reverses: int | None = None,
) -> int:
    """Post one journal: holders' lines, their counter-lines, balances. Inside a transaction.

    Args:
        actor: system, or a provider whose batch this is (the batch's service has permitted it).
        cursor: psycopg cursor of the caller's transaction; partitions must exist.
        kind: `acts`, `correction`, `spend`, …
        key: idempotency key, unique for ever.
        occurred_on: the journal's own day (that of its latest act).
        source: reference of what caused it, e.g. `batch:metro:20260301-7`.
        lines: LINE_SCHEMA, one row per (account, scenario, day), accounts already locked.
            The other side is the scenario's source account −scenario_no, one line a day.
        reverses: the journal that this one takes back.

    Returns:
        The journal's id.

    Raises:
        InsufficientBalance: a holder's balance would turn negative (the database refuses).
    """
    cursor.execute(
        "insert into ledger_journal (kind, key, occurred_on, recorded_at, source, actor, reverses)"
        " values (%s, %s, %s, transaction_timestamp(), %s, %s, %s) returning id",
        (kind, key, occurred_on, source, actor.label or actor.kind, reverses),
    )
    journal_id: int = cursor.fetchone()[0]
    entries = pl.concat([lines.select(LINE_COLUMNS), _counter_lines(lines)])
    columns.copy_rows(
        cursor,
        ENTRY_TABLE,
        entries.with_columns(journal_id=pl.lit(journal_id, dtype=pl.Int64)).sort(
            "account_id", "occurred_on", "scenario_no"
        ),
    )
    _balances_add(cursor, lines)
    return journal_id


def _counter_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """The source account of each scenario gives what the holders receive, one line a day."""
    return (
        lines.group_by("scenario_no", "occurred_on")
        .agg(
            reduction_mg=-pl.col("reduction_mg").sum(),
            points=-pl.col("points").sum(),
            acts=-pl.col("acts").sum(),
        )
        .with_columns(
            account_id=pl.when(pl.col("scenario_no") == 0)
            .then(SPENT_POINTS_ACCOUNT)
            .otherwise(-pl.col("scenario_no").cast(pl.Int64))
        )
        .select(pl.col(name).cast(dtype) for name, dtype in LINE_SCHEMA.items())
    )


def _balances_add(cursor: Any, lines: pl.DataFrame) -> None:
    sums = (
        lines.group_by("account_id")
        .agg(pl.col("reduction_mg").sum(), pl.col("points").sum())
        .filter((pl.col("reduction_mg") != 0) | (pl.col("points") != 0))
        .sort("account_id")
    )
    if sums.is_empty():
        return
    try:
        cursor.execute(
            sqlfiles.query(__file__, "balances_add"),
            {name: columns.array(sums[name]) for name in sums.columns},
        )
    except Exception as error:
        if "ledger_account_never_negative" in str(error):
            message = "账户余额不足，本次记账未进行。请核对余额后重试。"
            raise errors.InsufficientBalance(message) from error
        raise
    if cursor.rowcount != sums.height:
        message = "部分碳账户不存在，本次记账未进行。请先开通账户。"
        raise errors.UnknownAccount(message, missing=sums.height - cursor.rowcount)


def journal_reverse_lines(
    *, actor: Actor, cursor: Any, occurred_on: date, source: str, lines: pl.DataFrame
) -> int:
    """Post lines that take back; what an account no longer holds becomes a claw-back.

    Args:
        actor: who corrects.
        cursor: psycopg cursor of the caller's transaction.
        occurred_on: the journal's own day.
        source: what caused it.
        lines: LINE_SCHEMA with amounts ≤ 0.

    Returns:
        The journal's id.
    """
    accounts = accounts_lock(cursor, lines["account_id"].unique())
    kept = _within_balance(lines.select(LINE_COLUMNS).sort("account_id", "occurred_on"), accounts)
    cursor.execute("select nextval('ledger_journal_id_seq')")
    key = f"reversal:{cursor.fetchone()[0]}"
    journal_id = journal_post(
        actor=actor,
        cursor=cursor,
        kind="reversal",
        key=key,
        occurred_on=occurred_on,
        source=source,
        lines=kept.select(LINE_COLUMNS),
    )
    owed = kept.filter((pl.col("owed_mg") > 0) | (pl.col("owed_points") > 0))
    Clawback.objects.bulk_create(
        Clawback(
            account_id=row["account_id"],
            journal_id=journal_id,
            scenario_no=row["scenario_no"],
            occurred_on=row["occurred_on"],
            reduction_mg=row["owed_mg"],
            points=row["owed_points"],
        )
        for row in owed.iter_rows(named=True)
    )
    return journal_id


def _within_balance(lines: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """Clip each account's lines to what it holds; owed_mg and owed_points are the rest."""
    joined = lines.join(
        accounts.select("account_id", have_mg="reduction_mg", have_points="points"),
        on="account_id",
        how="left",
        maintain_order="left",
    )
    for asset, have in (("reduction_mg", "have_mg"), ("points", "have_points")):
        taken = (-pl.col(asset)).cum_sum().over("account_id") + pl.col(asset)
        room = (pl.col(have).fill_null(0) - taken).clip(lower_bound=0)
        joined = joined.with_columns(pl.min_horizontal(-pl.col(asset), room).alias(f"take_{asset}"))
    return joined.with_columns(
        owed_mg=-pl.col("reduction_mg") - pl.col("take_reduction_mg"),
        owed_points=-pl.col("points") - pl.col("take_points"),
        reduction_mg=-pl.col("take_reduction_mg"),
        points=-pl.col("take_points"),
    )


def clawbacks_settle(*, actor: Actor) -> int:
    """Take open claw-backs from what accounts hold by now; the number settled in full or part."""
    permit(actor, "ledger.post")
    open_ones = list(Clawback.objects.filter(settled_journal_id=None).order_by("id"))
    if not open_ones:
        return 0
    partitions.ensure(ENTRY_TABLE, [row.occurred_on for row in open_ones])
    with transaction.atomic():
        cursor = columns.plain_cursor()
        lines = pl.DataFrame(
            [
                (r.account_id, r.occurred_on, r.scenario_no, -r.reduction_mg, -r.points, 0)
                for r in open_ones
            ],
            schema=LINE_SCHEMA,
            orient="row",
        )
        summed = lines.group_by("account_id", "occurred_on", "scenario_no").agg(pl.all().sum())
        journal_id = journal_reverse_lines(
            actor=actor,
            cursor=cursor,
            occurred_on=max(row.occurred_on for row in open_ones),
            source="clawback",
            lines=summed,
        )
        Clawback.objects.filter(pk__in=[row.pk for row in open_ones]).update(
            settled_journal_id=journal_id
        )
    return len(open_ones)


def points_spend(*, actor: Actor, account_id: int, points: int, key: str, source: str) -> int:
    """Spend points once for a key; the same key and amount again gives the first journal.

    Raises:
        InsufficientBalance, AccountNotOpen, UnknownAccount, KeyConflict.
    """
    permit(actor, "ledger.spend", party_id=account_id)
    today = clock.today()
    partitions.ensure(ENTRY_TABLE, [today])
    try:
        with transaction.atomic():
            cursor = columns.plain_cursor()
            account = _locked_open(account_id)
            known = Journal.objects.filter(key=key).first()
            if known is not None:
                return _same_spend(known, account_id, points)
            if account.points - account.held_points < points:
                message = "碳积分不足，未扣减。请减少兑换数量，或先积累更多积分。"
                raise errors.InsufficientBalance(
                    message, free=account.points - account.held_points, asked=points
                )
            return _spend(cursor, actor, account_id, points, key, source, today)
    except IntegrityError as error:
        raise _key_conflict() from error


def _spend(
    cursor: Any, actor: Actor, account_id: int, points: int, key: str, source: str, day: date
) -> int:
    line = pl.DataFrame([(account_id, day, 0, 0, -points, 0)], schema=LINE_SCHEMA, orient="row")
    return journal_post(
        actor=actor,
        cursor=cursor,
        kind="spend",
        key=key,
        occurred_on=day,
        source=source,
        lines=line,
    )


def _same_spend(known: Journal, account_id: int, points: int) -> int:
    entry = Entry.objects.filter(
        account_id=account_id, journal_id=known.pk, occurred_on=known.occurred_on
    ).first()
    if known.kind != "spend" or entry is None or entry.points != -points:
        raise _key_conflict()
    return known.pk


def _key_conflict() -> errors.KeyConflict:
    return errors.KeyConflict("该请求编号已用于另一笔记账，请换用新的编号。")


def hold_place(*, actor: Actor, account_id: int, points: int, key: str, minutes: int = 15) -> None:
    """Set points aside; the same key and amount again changes nothing.

    Raises:
        InsufficientBalance, AccountNotOpen, KeyConflict.
    """
    permit(actor, "ledger.spend", party_id=account_id)
    with transaction.atomic():
        account = _locked_open(account_id)
        known = Hold.objects.filter(key=key).first()
        if known is not None:
            if (known.account_id, known.points) != (account_id, points):
                raise _key_conflict()
            return
        if account.points - account.held_points < points:
            message = "碳积分不足，未能占用。请减少数量后重试。"
            raise errors.InsufficientBalance(message, asked=points)
        Hold.objects.create(
            key=key,
            account_id=account_id,
            points=points,
            placed_at=clock.now(),
            expires_at=clock.now() + timedelta(minutes=minutes),
        )
        account.held_points += points
        account.save(update_fields=["held_points"])


def hold_capture(*, actor: Actor, key: str, source: str) -> int:
    """Spend what was held; a second capture answers with the first journal.

    Raises:
        StateRefused: released or expired meanwhile.
    """
    today = clock.today()
    partitions.ensure(ENTRY_TABLE, [today])
    with transaction.atomic():
        cursor = columns.plain_cursor()
        hold = _hold_locked(actor, key)
        if hold.state == HoldState.CAPTURED:
            return Journal.objects.get(key=f"hold:{key}").pk
        _hold_settle(hold, HoldState.CAPTURED)
        return _spend(cursor, actor, hold.account_id, hold.points, f"hold:{key}", source, today)


def hold_release(*, actor: Actor, key: str, state: HoldState = HoldState.RELEASED) -> None:
    """Give held points free; releasing twice changes nothing.

    Raises:
        StateRefused: already captured.
    """
    with transaction.atomic():
        hold = _hold_locked(actor, key)
        if hold.state != state:
            _hold_settle(hold, state)


def holds_expire(*, actor: Actor) -> int:
    """Release every hold whose time is over; the number released."""
    permit(actor, "ledger.post")
    due = Hold.objects.filter(state=HoldState.PLACED, expires_at__lte=clock.now())
    keys = list(due.values_list("key", flat=True))
    for key in keys:
        hold_release(actor=actor, key=key, state=HoldState.EXPIRED)
    return len(keys)


def _hold_locked(actor: Actor, key: str) -> Hold:
    """Account first, then hold: the same order as placing."""
    account_id = Hold.objects.filter(key=key).values_list("account_id", flat=True).first()
    if account_id is None:
        raise errors.StateRefused("没有这笔积分占用，请核对编号。", key=key)
    permit(actor, "ledger.spend", party_id=account_id)
    Account.objects.select_for_update().get(pk=account_id)
    return Hold.objects.select_for_update().get(key=key)


def _hold_settle(hold: Hold, state: HoldState) -> None:
    if hold.state != HoldState.PLACED:
        message = f"该笔占用{HoldState(hold.state).label}，不能再{state.label}。"
        raise errors.StateRefused(message, key=hold.key)
    hold.state = state
    hold.settled_at = clock.now()
    hold.save(update_fields=["state", "settled_at"])
    account = Account.objects.get(pk=hold.account_id)
    account.held_points -= hold.points
    account.save(update_fields=["held_points"])


def _locked_open(account_id: int) -> Account:
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise errors.UnknownAccount("没有这个碳账户，请核对编号。", account_id=account_id)
    if account.state != AccountState.OPEN:
        message = f"账户{AccountState(account.state).label}，暂不能使用积分。请联系客服。"
        raise errors.AccountNotOpen(message, account_id=account_id)
    return account


def _balance(account: Account) -> Balance:
    return Balance(
        account_id=account.pk,
        state=account.state,
        reduction_mg=account.reduction_mg,
        points=account.points,
        held_points=account.held_points,
    )
