"""Databases of the bench: a city with people and consents made once, then copied for each run.

Its own names (`tanpuhui_bench…`) on the installation's server; the city's own data stays untouched.
"""

import contextlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg

PREFIX = "tanpuhui_bench"


def ready() -> None:
    """Django over the bench's database; the database itself need not exist yet."""
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    django.setup()


def folder() -> Path:
    """Where files of the bench are kept between runs."""
    from django.conf import settings

    made = Path(settings.HOME) / "bench"
    made.mkdir(parents=True, exist_ok=True)
    return made


def last_day() -> date:
    """The last day of acts: yesterday in the city."""
    from tanpuhui.kernel import clock

    return clock.today() - timedelta(days=1)


def keywords(name: str) -> dict[str, Any]:
    """Psycopg's connection keywords for a database of the same server."""
    from django.conf import settings

    chosen = settings.DATABASES["default"]
    return {
        "host": chosen["HOST"],
        "port": chosen["PORT"],
        "user": chosen["USER"],
        "password": chosen["PASSWORD"] or None,
        "dbname": name,
    }


@contextlib.contextmanager
def server() -> Iterator[psycopg.Connection[Any]]:
    """A connection to the server itself, outside any of our databases."""
    with psycopg.connect(**keywords("postgres"), autocommit=True) as connection:
        yield connection


def drop(name: str) -> None:
    """Remove a database of the bench."""
    assert name.startswith(PREFIX)
    with server() as connection:
        connection.execute(f"drop database if exists {name} with (force)")


def drop_like(start: str) -> None:
    """Remove the bench's databases whose names begin like this."""
    with server() as connection:
        rows = connection.execute("select datname from pg_database").fetchall()
    for (name,) in rows:
        if name.startswith(start):
            drop(name)


def use(name: str) -> None:
    """Point this process's Django at a database."""
    from django.conf import settings
    from django.db import connection

    from tanpuhui.kernel import partitions

    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name
    partitions.forget()


def fresh(name: str, template: str = "template1") -> None:
    """A new database, empty or a copy, and this process on it."""
    from django.core.management import call_command
    from django.db import connection

    connection.close()
    drop(name)
    with server() as admin:
        admin.execute(f"create database {name} template {template} strategy file_copy")
        admin.execute("checkpoint")
    use(name)
    if template == "template1":
        call_command("migrate", interactive=False, verbosity=0)


def seal(name: str) -> None:
    """Mark a database as whole: it may be copied for many runs."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
        cursor.execute(f"comment on database {name} is 'whole'")
    connection.close()


def is_whole(name: str) -> bool:
    """Whether there is such a database and it was sealed."""
    with server() as connection:
        row = connection.execute(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = %s",
            [name],
        ).fetchone()
    return row is not None and row[0] == "whole"


def setting(name: str) -> str:
    """One setting of the server, e.g. fsync."""
    with server() as connection:
        row = connection.execute(f"show {name}").fetchone()
    assert row is not None
    return str(row[0])


def wal_bytes() -> int:
    """Write-ahead log written so far, in bytes."""
    with server() as connection:
        row = connection.execute("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')").fetchone()
    assert row is not None
    return int(row[0])
