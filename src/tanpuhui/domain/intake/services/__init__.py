"""What a provider sets up, tries and states."""

from tanpuhui.domain.intake.services.calls import call_note, sweep
from tanpuhui.domain.intake.services.profiles import (
    profile_delete,
    profile_preview,
    profile_save,
)
from tanpuhui.domain.intake.services.rehearsals import rehearsal, trial_note
from tanpuhui.domain.intake.services.runs import run_begin, run_stop
from tanpuhui.domain.intake.services.statements import statements_take
from tanpuhui.domain.intake.services.uploads import (
    mended_take,
    upload_delete,
    upload_take,
)

__all__ = [
    "call_note",
    "mended_take",
    "profile_delete",
    "profile_preview",
    "profile_save",
    "rehearsal",
    "run_begin",
    "run_stop",
    "statements_take",
    "sweep",
    "trial_note",
    "upload_delete",
    "upload_take",
]
