"""Opening, locking, freezing and closing accounts."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from tanpuhui.domain.ledger import errors
from tanpuhui.domain.ledger.data import Balance
from tanpuhui.domain.ledger.models import Account
from tanpuhui.domain.ledger.states import ACCOUNT_MOVES, AccountState
from tanpuhui.kernel import audit, clock, columns, sqlfiles
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit


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
            message = "账户当前为“{now}”，不能改为“{wanted}”。"
            raise errors.StateRefused(
                message, account_id=account_id, now=before.label, wanted=state.label
            )
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


def accounts_lock(cursor: Any, account_ids: columns.Ints) -> columns.Columns:
    """Lock accounts in id order for the rest of the transaction.

    Args:
        cursor: psycopg cursor of the caller's transaction.
        account_ids: distinct ids.

    Returns:
        account_id, is_open (1 or 0), reduction_mg, points (free of holds), one row an account
        found.
    """
    names = ["id", "is_open", "reduction_mg", "free_points"]
    cursor.execute(
        sqlfiles.query(__file__, "accounts_lock").replace("{packed}", columns.packed(*names)),
        {"ids": account_ids},
    )
    return columns.unpacked(cursor, ["account_id", "is_open", "reduction_mg", "points"])


def account_lock(account_id: int) -> Account:
    """One account, locked for the rest of the transaction, whatever its state.

    Raises:
        UnknownAccount: there is none.
    """
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise errors.UnknownAccount("没有这个碳账户，请核对编号。", account_id=account_id)
    return account


def account_require_open(account: Account) -> None:
    """Refuse what only an open account may do; asked after a repeated request was answered.

    Raises:
        AccountNotOpen: frozen or closed.
    """
    if account.state != AccountState.OPEN:
        message = "账户{now}，暂不能使用。请联系客服。"
        now = AccountState(account.state).label
        raise errors.AccountNotOpen(message, account_id=account.pk, now=now)


def _balance(account: Account) -> Balance:
    return Balance(
        account_id=account.pk,
        state=account.state,
        reduction_mg=account.reduction_mg,
        points=account.points,
        held_points=account.held_points,
    )
