"""Spending points once, at once or after a hold."""

from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db import IntegrityError, transaction

from tanpuhui.domain.ledger import errors
from tanpuhui.domain.ledger.models import Account, Entry, Hold, Journal
from tanpuhui.domain.ledger.services.accounts import account_lock_open
from tanpuhui.domain.ledger.services.postings import ENTRY_TABLE, LINE_SCHEMA, journal_post
from tanpuhui.domain.ledger.states import HoldState
from tanpuhui.kernel import clock, columns, partitions
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit


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
            account = account_lock_open(account_id)
            known = Journal.objects.filter(key=key).first()
            if known is not None:
                return _same_spend(known, account_id, points)
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
    except IntegrityError as error:
        raise _key_conflict() from error


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
        account = account_lock_open(account_id)
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
        return _spend(
            cursor,
            actor,
            account_id=hold.account_id,
            points=hold.points,
            key=f"hold:{key}",
            source=source,
            day=today,
        )


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
