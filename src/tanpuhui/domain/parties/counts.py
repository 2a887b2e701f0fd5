"""Counts of parties' facts, without anybody in them."""

from datetime import date

from django.db import connection

from tanpuhui.kernel import clock, sqlfiles


def consent_months(provider_id: int) -> list[tuple[int, date, int, int]]:
    """(scenario number, month, granted, withdrawn) of a provider, by scenario and month."""
    with connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "consent_months"),
            {"provider_id": provider_id, "zone": clock.city_zone().key},
        )
        return list(cursor.fetchall())
