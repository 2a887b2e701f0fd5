"""Calls under /sandbox/: the same endpoints and rules; what they did is undone."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext

import polars as pl

from tanpuhui.domain.intake import services as intake
from tanpuhui.domain.scenarios.data import BatchResult
from tanpuhui.httpapi.admission import Caller


def tried(
    caller: Caller, operation: str, records: pl.DataFrame, send: Callable[[], BatchResult]
) -> BatchResult:
    """Send; in the sandbox undo it and keep the answer for the provider's pages."""
    if not caller.is_sandbox:
        return send()
    with intake.rehearsal(caller.provider_id, records["subject"].drop_nulls().unique().to_list()):
        result = send()
    intake.trial_note(
        provider_id=caller.provider_id, key_id=caller.key_id, operation=operation, result=result
    )
    return result


def undone(caller: Caller, subjects: Iterable[str] = ()) -> AbstractContextManager[None]:
    """A context whose writes are undone in the sandbox, and hold elsewhere."""
    return intake.rehearsal(caller.provider_id, subjects) if caller.is_sandbox else nullcontext()
