"""What scenarios forgets with an account: the words of refused records."""

import re

from django.db import connection, transaction

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.kernel import audit, sqlfiles
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

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
