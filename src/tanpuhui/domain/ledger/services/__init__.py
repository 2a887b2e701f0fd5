"""Every change of the book: accounts, postings, reversals, spending."""

from tanpuhui.domain.ledger.services.accounts import (
    account_set_state,
    accounts_lock,
    accounts_open,
)
from tanpuhui.domain.ledger.services.postings import ENTRY_TABLE, LINE_SCHEMA, journal_post
from tanpuhui.domain.ledger.services.reversals import clawbacks_settle, journal_reverse_lines
from tanpuhui.domain.ledger.services.spending import (
    hold_capture,
    hold_place,
    hold_release,
    holds_expire,
    points_spend,
)
from tanpuhui.domain.ledger.services.transfers import reduction_transfer

__all__ = [
    "ENTRY_TABLE",
    "LINE_SCHEMA",
    "account_set_state",
    "accounts_lock",
    "accounts_open",
    "clawbacks_settle",
    "hold_capture",
    "hold_place",
    "hold_release",
    "holds_expire",
    "journal_post",
    "journal_reverse_lines",
    "points_spend",
    "reduction_transfer",
]
