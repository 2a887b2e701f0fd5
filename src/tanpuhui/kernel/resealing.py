"""Sealed columns brought under the current field key, block by block; stopping loses nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from tanpuhui.kernel import crypto

BLOCK = 500
ENDING = "_sealed"
# model.field → the context under which its values are sealed. A test finds columns without a row.
CONTEXTS = {
    "parties.Person.phone_sealed": "parties.person.phone",
    "parties.Person.name_sealed": "parties.person.name",
    "parties.Person.identity_sealed": "parties.person.identity",
    "parties.ProviderKey.secret_sealed": "parties.providerkey",
    "parties.Invitation.email_sealed": "parties.invitation.email",
    "parties.StaffMember.email_sealed": "parties.staffmember.email",
    "parties.Application.contact_sealed": "parties.application.contact",
    "notify.Outgoing.recipient_sealed": "notify.outgoing",
    "notify.Outgoing.text_sealed": "notify.outgoing",
    "supervision.TicketMessage.body_sealed": "supervision.ticketmessage",
}


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values."""

    name: str
    table: str
    key: str
    column: str
    context: str


def columns() -> Iterator[SealedColumn]:
    """Every sealed column of the platform's own tables.

    Raises:
        KeyError: a column has no context in CONTEXTS.
    """
    for model in apps.get_models():
        if not model.__module__.startswith("tanpuhui."):
            continue
        meta = model._meta  # noqa: SLF001 - Django documents it as public
        for field in meta.get_fields():
            if isinstance(field, models.Field) and field.name.endswith(ENDING):
                name = f"{meta.app_label}.{model.__name__}.{field.name}"
                yield SealedColumn(
                    name, meta.db_table, str(meta.pk.column), str(field.column), CONTEXTS[name]
                )


def column_left(column: SealedColumn) -> int:
    """How many values are still sealed with an older key."""
    key_id, _ = settings.SECRETS.sealing()
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*) from {_quoted(column.table)}"  # noqa: S608 - names from our models
            f" where {_quoted(column.column)} <> '' and {_quoted(column.column)} not like %s",
            [f"{key_id}:%"],
        )
        return int(cursor.fetchone()[0])


def column_reseal(column: SealedColumn) -> Iterator[int]:
    """Seal anew whatever an older key sealed; yields the count of each block.

    Each block is a transaction of its own. A value that somebody changes meanwhile is left alone:
    it was sealed with the current key then.
    """
    table, key, name = (_quoted(text) for text in (column.table, column.key, column.column))
    last = None
    while True:
        key_id, _ = settings.SECRETS.sealing()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"select {key}, {name} from {table}"  # noqa: S608 - names from our models
                f" where {name} <> '' and {name} not like %(current)s"
                + (f" and {key} > %(last)s" if last is not None else "")
                + f" order by {key} limit %(block)s for update",
                {"current": f"{key_id}:%", "last": last, "block": BLOCK},
            )
            rows = cursor.fetchall()
            if not rows:
                return
            fresh = [
                (crypto.encrypt(crypto.decrypt(sealed, context=column.context),
                                context=column.context), row)
                for row, sealed in rows
            ]  # fmt: skip
            cursor.executemany(f"update {table} set {name} = %s where {key} = %s", fresh)  # noqa: S608
        last = rows[-1][0]
        yield len(rows)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
