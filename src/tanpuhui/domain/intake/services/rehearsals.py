"""The sandbox: the real way with test people, undone at its end."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction

from tanpuhui.domain.intake.models import Trial
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.parties import selectors as party_reads
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.parties.data import PLATFORM
from tanpuhui.domain.scenarios.data import BatchResult
from tanpuhui.kernel import actors, clock
from tanpuhui.kernel.cityrules import pack

PREFIX = "test-"
UNLINKED = "test-unlinked"
UNWILLING = "test-no-consent"
RECEIPTS_KEPT = 50
TRIALS_KEPT = 50
TEXT_VERSION = "sandbox/1"


@contextmanager
def rehearsal(provider_id: int, subjects: Iterable[str]) -> Iterator[None]:
    """What happens inside is checked and quantified as ever, and undone at the end.

    Subjects that begin with `test-` count as bound and willing, but for `test-unlinked` (never
    bound) and `test-no-consent` (bound, no consent). Real subjects count as they are.

    Args:
        provider_id: whose sandbox.
        subjects: of the records at hand.
    """
    with transaction.atomic():
        wanted = sorted({one for one in subjects if one.startswith(PREFIX) and one != UNLINKED})
        if wanted:
            _people_of(provider_id, wanted)
        yield
        transaction.set_rollback(True)


def _people_of(provider_id: int, subjects: list[str]) -> None:
    """Test people with accounts, bound to these subjects; all of it is undone with the rest."""
    actor = actors.system(door="api", label="sandbox")
    missing = [one for one in subjects if party_reads.subject_person(provider_id, one) is None]
    if not missing:
        return
    people = parties.people_open_many(actor=actor, count=len(missing))
    ledger.accounts_open(actor=actor, kind="person", party_ids=people)
    parties.consents_grant_many(
        actor=actor,
        provider_id=PLATFORM,
        person_ids=people,
        scenario_nos=[PLATFORM],
        text_version=TEXT_VERSION,
        purpose="points",
    )
    parties.links_bind_many(
        actor=actor, provider_id=provider_id, subjects=missing, person_ids=people
    )
    mask = party_reads.organisation_by_id(provider_id).scenario_mask
    willing = [
        person for subject, person in zip(missing, people, strict=True) if subject != UNWILLING
    ]
    parties.consents_grant_many(
        actor=actor,
        provider_id=provider_id,
        person_ids=willing,
        scenario_nos=[one.no for one in pack().scenarios.values() if mask >> one.no & 1],
        text_version=TEXT_VERSION,
    )


def trial_note(*, provider_id: int, key_id: str, operation: str, result: BatchResult) -> None:
    """Keep a sandbox call's answer for its provider; the oldest ones go."""
    with transaction.atomic():
        Trial.objects.create(
            provider_id=provider_id,
            key_id=key_id,
            operation=operation,
            batch_no=result.batch_no,
            tried_at=clock.now(),
            records=result.receipts.height,
            counts=result.counts,
            reduction_mg=result.reduction_mg,
            points=result.points,
            receipts=result.receipts.head(RECEIPTS_KEPT).to_dicts(),
        )
        kept = Trial.objects.filter(provider_id=provider_id).order_by("-id")
        oldest = kept.values_list("id", flat=True)[TRIALS_KEPT : TRIALS_KEPT + 1].first()
        if oldest is not None:
            Trial.objects.filter(provider_id=provider_id, id__lte=oldest).delete()
