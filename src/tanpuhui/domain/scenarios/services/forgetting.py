"""What scenarios forgets: the words of refused records, with an account or with time."""

import re
from datetime import timedelta

from django.db import connection, transaction

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.kernel import audit, clock, sqlfiles
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

# Longer than any scenario takes late records: until then they may be mended and sent again.
KEPT_DAYS = 180
EDGE = "[^[:alnum:]_-]"  # a pseudonym inside another is not the same one


def refusals_forget(*, actor: Actor, person_id: int) -> int:
    """Empty the stored words of refused records that carry one of a person's pseudonyms.

    To be called while the links still stand; how many were emptied.
    """
    permit(actor, "scenarios.own_data", party_id=person_id)
    emptied = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for provider_id, subject in parties.subjects_of(person_id):
            pattern = f"(^|{EDGE}){re.escape(subject)}($|{EDGE})"
            cursor.execute(
                sqlfiles.query(__file__, "refusals_forget"),
                {"provider_id": provider_id, "pattern": pattern},
            )
            emptied += cursor.rowcount
        audit.record(
            actor, "scenarios:refusal:forget", f"person:{person_id}", after={"count": emptied}
        )
    return emptied


def refusals_expire(*, actor: Actor) -> int:
    """Empty the stored words of refused records after their time; how many were emptied.

    Line, number and reason stay: counts and reconciliations need them.
    """
    permit(actor, "scenarios.expire")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update scenarios_refusal set raw = null where raw is not null and batch_id <="
            " (select max(id) from scenarios_batch where received_at < %s)",
            [clock.now() - timedelta(days=KEPT_DAYS)],
        )
        emptied: int = cursor.rowcount
        if emptied:
            audit.record(actor, "scenarios:refusal:expire", "refusal:*", after={"count": emptied})
    return emptied
