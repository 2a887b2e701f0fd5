"""Spending points once, at once or after a hold."""

from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db import IntegrityError, transaction

from tanpuhui.domain.ledger import errors
from tanpuhui.domain.ledger.models import Account, Entry, Hold, Journal
from tanpuhui.domain.ledger.services.accounts import account_lock, account_require_open
from tanpuhui.domain.ledger.services.postings import (
    ENTRY_TABLE,
    LINE_SCHEMA,
    journal_post,
    key_conflict,
)
from tanpuhui.domain.ledger.states import HoldState
from tanpuhui.kernel import clock, columns, partitions
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit


def points_spend(*, actor: Actor, account_id: int, points: int, key: str, source: str) -> int:
    """Spend points once for a key; the same key and amount again gives the first journal.

    Raises:
        AmountRefused, InsufficientBalance, AccountNotOpen, UnknownAccount, KeyConflict.
    """
    permit(actor, "ledger.spend", party_id=account_id)
    _require_positive(points)
    today = clock.today()
    partitions.ensure(ENTRY_TABLE, [today])
    key = f"spend:{key}"
    with transaction.atomic():
        cursor = columns.plain_cursor()
        account = account_lock(account_id)
        known = Journal.objects.filter(key=key).first()
        if known is not None:
            return _same_spend(known, account_id, points)
        account_require_open(account)
        if account.points - account.held_points < points:
            message = "碳积分不足，未扣减。请减少兑换数量，或先积累更多积分。"
            raise errors.InsufficientBalance(
                message, free=account.points - account.held_points, asked=points
            )
        return _spend(
            cursor,
            actor,
            account_id=account_id,
            points=points,
            key=key,
            source=source,
            day=today,
        )


def _require_positive(points: int) -> None:
    if points <= 0:
        raise errors.AmountRefused("积分数量须大于零，请核对后重试。", asked=points)


def _spend(
    cursor: Any, actor: Actor, *, account_id: int, points: int, key: str, source: str, day: date
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
    if entry is None or entry.points != -points:
        raise key_conflict()
    return known.pk


def hold_place(*, actor: Actor, account_id: int, points: int, key: str, minutes: int = 15) -> None:
    """Set points aside; the same key and amount again changes nothing.

    Raises:
        AmountRefused, InsufficientBalance, AccountNotOpen, KeyConflict.
    """
    permit(actor, "ledger.spend", party_id=account_id)
    _require_positive(points)
    try:
        with transaction.atomic():
            account = account_lock(account_id)
            known = Hold.objects.filter(key=key).first()
            if known is not None:
                if (known.account_id, known.points) != (account_id, points):
                    raise key_conflict()
                return
            account_require_open(account)
            if account.points - account.held_points < points:
                message = "碳积分不足，未能占用。请减少数量后重试。"
                raise errors.InsufficientBalance(message, asked=points)
            now = clock.now()
            Hold.objects.create(
                key=key,
                account_id=account_id,
                points=points,
                placed_at=now,
                expires_at=now + timedelta(minutes=minutes),
            )
            account.held_points += points
            account.save(update_fields=["held_points"])
    except IntegrityError as error:  # the same key for another account at the same time
        raise key_conflict() from error


def hold_capture(*, actor: Actor, key: str, source: str) -> int:
    """Spend what was held; a second capture answers with the first journal.

    Raises:
        StateRefused: released or expired meanwhile.
        AccountNotOpen: frozen meanwhile; the hold stays until it is released or expires.
    """
    today = clock.today()
    partitions.ensure(ENTRY_TABLE, [today])
    with transaction.atomic():
        cursor = columns.plain_cursor()
        account, hold = _hold_locked(actor, key)
        if hold.state == HoldState.CAPTURED:
            return Journal.objects.get(key=f"hold:{key}").pk
        account_require_open(account)
        if hold.state == HoldState.PLACED and hold.expires_at <= clock.now():
            raise errors.StateRefused("该笔占用已过期，请重新下单。", key=key)
        _hold_settle(account, hold, HoldState.CAPTURED)
        return _spend(
            cursor,
            actor,
            account_id=hold.account_id,
            points=hold.points,
            key=f"hold:{key}",
            source=source,
            day=today,
        )


def hold_release(*, actor: Actor, key: str) -> None:
    """Give held points free; what is free already stays so.

    Raises:
        StateRefused: already captured.
    """
    with transaction.atomic():
        account, hold = _hold_locked(actor, key)
        if hold.state not in {HoldState.RELEASED, HoldState.EXPIRED}:
            _hold_settle(account, hold, HoldState.RELEASED)


def holds_expire(*, actor: Actor) -> int:
    """Release every hold whose time is over; the number released."""
    permit(actor, "ledger.post")
    due = Hold.objects.filter(state=HoldState.PLACED, expires_at__lte=clock.now())
    return sum(_hold_expire(actor, key) for key in list(due.values_list("key", flat=True)))


def _hold_expire(actor: Actor, key: str) -> bool:
    """False where the hold was settled since the job listed it."""
    with transaction.atomic():
        account, hold = _hold_locked(actor, key)
        if hold.state != HoldState.PLACED:
            return False
        _hold_settle(account, hold, HoldState.EXPIRED)
        return True


def _hold_locked(actor: Actor, key: str) -> tuple[Account, Hold]:
    """Account first, then hold: the same order as placing."""
    account_id = Hold.objects.filter(key=key).values_list("account_id", flat=True).first()
    if account_id is None:
        raise errors.StateRefused("没有这笔积分占用，请核对编号。", key=key)
    permit(actor, "ledger.spend", party_id=account_id)
    return account_lock(account_id), Hold.objects.select_for_update().get(key=key)


def _hold_settle(account: Account, hold: Hold, state: HoldState) -> None:
    if hold.state != HoldState.PLACED:
        message = "该笔占用{now}，不能再{wanted}。"
        now = HoldState(hold.state).label
        raise errors.StateRefused(message, key=hold.key, now=now, wanted=state.label)
    hold.state = state
    hold.settled_at = clock.now()
    hold.save(update_fields=["state", "settled_at"])
    account.held_points -= hold.points
    account.save(update_fields=["held_points"])
