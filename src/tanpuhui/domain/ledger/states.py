"""Lifecycles.

Account: open → frozen → open | closed. Hold: placed → captured | released | expired.
"""

from django.db.models import TextChoices


class AccountState(TextChoices):
    """Only an open account takes part in postings by people and providers."""

    OPEN = "open", "正常"
    FROZEN = "frozen", "冻结"
    CLOSED = "closed", "已注销"


class HoldState(TextChoices):
    """A placed hold is settled once."""

    PLACED = "placed", "已占用"
    CAPTURED = "captured", "已使用"
    RELEASED = "released", "已释放"
    EXPIRED = "expired", "已过期"


ACCOUNT_MOVES = {
    (AccountState.OPEN, AccountState.FROZEN),
    (AccountState.FROZEN, AccountState.OPEN),
    (AccountState.OPEN, AccountState.CLOSED),
    (AccountState.FROZEN, AccountState.CLOSED),
}
