"""Reads of a provider's side of the door."""

from tanpuhui.domain.intake.selectors.boards import call_board, consent_series, keys_last_used
from tanpuhui.domain.intake.selectors.days import days, items_answered, month_days
from tanpuhui.domain.intake.selectors.imports import (
    profile,
    profiles,
    refused_file,
    upload,
    upload_counts,
    upload_states,
    uploads,
    uploads_stored,
)
from tanpuhui.domain.intake.selectors.steps import sandbox_refusals, steps
from tanpuhui.domain.intake.selectors.trials import trial, trials

__all__ = [
    "call_board",
    "consent_series",
    "days",
    "items_answered",
    "keys_last_used",
    "month_days",
    "profile",
    "profiles",
    "refused_file",
    "sandbox_refusals",
    "steps",
    "trial",
    "trials",
    "upload",
    "upload_counts",
    "upload_states",
    "uploads",
    "uploads_stored",
]
