"""Faults: a killed process, a database that dies, two first writers; nothing lost, nothing twice."""

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from tests.conftest import FixedClock
from tests.factories.cities import EXAMPLE, ROOT, living_in
from tests.factories.database import counts, execute, value
from tests.factories.town import Town, codes, record, town_open

from tanpuhui.domain.ledger import selectors as book
from tanpuhui.domain.scenarios import selectors, services

BATCH = [
    record(
        f"r{n}",
        subject=f"u{n % 3}",
        distance=1.0 + n,
        occurred_at=f"2026-03-0{1 + n % 5}T{6 + n:02d}:00:00+08:00",
    )
    for n in range(12)
]
PREFACE = """
import json, os, signal, sys
from datetime import datetime, timezone
import django
django.setup()
from django.db import connection, connections
from tanpuhui.kernel import clock
clock.now = lambda: datetime(2026, 3, 10, 4, 0, tzinfo=timezone.utc)
from tanpuhui.domain.scenarios.pipeline import writing, overlaps
from tanpuhui.domain.scenarios.services import ingestion
from tests.factories.town import Town, codes, record
from tests.flows.test_faults import BATCH

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def after(module, name, step):
    original = getattr(module, name)
    def patched(*args, **kwargs):
        answer = original(*args, **kwargs)
        step()
        return answer
    setattr(module, name, patched)

def before(module, name, step):
    original = getattr(module, name)
    def patched(*args, **kwargs):
        step()
        return original(*args, **kwargs)
    setattr(module, name, patched)
"""


def environment(**given: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tanpuhui.config.settings",
        "TANPUHUI_PACK": str(EXAMPLE),
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        **given,
    }


def child(script: str, **given: str) -> "subprocess.Popen[str]":
    """Another process of ours, on the same database unless it is given its own home."""
    return subprocess.Popen(
        [sys.executable, "-c", PREFACE + textwrap.dedent(script)],
        env=environment(**given),
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def on_the_test_database() -> str:
    """Makes a child use this test's database instead of the installation's."""
    chosen = connection.settings_dict
    return f"connections.settings['default'].update(NAME={chosen['NAME']!r}); connection.settings_dict['NAME'] = {chosen['NAME']!r}"


def proven() -> None:
    assert book.proof().is_clean
    assert selectors.evidence_proof().is_clean
    assert services.replay(first=date(2000, 1, 1), last=date(2030, 1, 1)).differing == []


@pytest.fixture
def standing(committed: None, fixed_clock: FixedClock):
    """A committed town that child processes can see."""
    with living_in(EXAMPLE):
        yield town_open()


MOMENTS = {
    "before the transaction": "before(ingestion, 'identify', die)",
    "accounts locked, nothing written": "after(ingestion, 'lock_accounts', die)",
    "before the journal": "before(writing.ledger, 'journal_post', die)",
    "journal and balances written, before the acts": "after(writing.ledger, 'journal_post', die)",
    "acts copied, before the batch's own row": "before(overlaps, 'claims_write', die)",
    "everything written, before the commit": "after(writing, 'receipts_of', die)",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_before_the_commit_then_redelivered(standing: Town, moment: str) -> None:
    before = counts()
    process = child(
        f"""
        {on_the_test_database()}
        {MOMENTS[moment]}
        Town({standing.people}, {standing.providers}).send(*BATCH, batch_no="b1")
        """
    )
    _, errors = process.communicate(timeout=300)
    assert process.returncode == -9, errors
    assert counts() == before, "nothing of the batch is there"
    assert [standing.balance(n) for n in range(3)] == [(0, 0)] * 3
    result = standing.send(*BATCH, batch_no="b1")
    assert codes(result) == ["counted"] * 12
    again = standing.send(*BATCH, batch_no="b1")
    assert again.counts == {"repeated": 12}
    assert sum(standing.balance(n)[0] for n in range(3)) == sum(1 + n for n in range(12)) * 40_000
    proven()


def test_killed_after_the_commit_then_redelivered(standing: Town) -> None:
    process = child(
        f"""
        {on_the_test_database()}
        Town({standing.people}, {standing.providers}).send(*BATCH, batch_no="b1")
        die()
        """
    )
    _, errors = process.communicate(timeout=300)
    assert process.returncode == -9, errors
    before = counts()
    assert before["scenarios_act"] == 12
    result = standing.send(*BATCH, batch_no="b1")
    assert (codes(result), result.counts) == (["counted"] * 12, {"repeated": 12})
    assert counts() == before | {"scenarios_batch": 2}
    proven()


def test_killed_in_a_correction_and_in_a_withdrawal(standing: Town) -> None:
    standing.send(*BATCH)
    before, balances = counts(), [standing.balance(n) for n in range(3)]
    for step in (
        "town.correct(*(one | {'distance': 50.0} for one in BATCH))",
        "town.withdraw(*(one['item_no'] for one in BATCH))",
    ):
        process = child(
            f"""
            {on_the_test_database()}
            from tanpuhui.domain.scenarios.services import corrections
            town = Town({standing.people}, {standing.providers})
            before(corrections.audit, 'record', die)
            {step}
            """
        )
        _, errors = process.communicate(timeout=300)
        assert process.returncode == -9, errors
        assert (counts(), [standing.balance(n) for n in range(3)]) == (before, balances)
    assert set(standing.withdraw(*(one["item_no"] for one in BATCH)).values()) == {"withdrawn"}
    assert [standing.balance(n) for n in range(3)] == [(0, 0)] * 3
    proven()


def test_two_processes_make_the_same_months_at_once(standing: Town) -> None:
    for table in ("ledger_entry", "scenarios_act"):
        for month in ("202203", "202204"):
            execute(f"drop table if exists {table}_{month}")
    first = [
        record("x1", occurred_at="2022-03-31T08:00:00+08:00"),
        record("x2", occurred_at="2022-04-01T08:00:00+08:00"),
    ]
    second = [one | {"item_no": f"y{n}", "subject": "u1"} for n, one in enumerate(first)]
    started = [
        child(
            f"""
            {on_the_test_database()}
            result = Town({standing.people}, {standing.providers}).send(*{batch!r})
            print(json.dumps(codes(result)))
            """
        )
        for batch in (first, second, first, second)
    ]
    answers = [process.communicate(timeout=300) for process in started]
    assert [process.returncode for process in started] == [0] * 4, [
        errors[-800:] for _, errors in answers
    ]
    assert [json.loads(out) for out, _ in answers] == [["counted"] * 2] * 4
    assert value("select count(*) from scenarios_act") == 4
    assert (
        value("select count(*) from pg_inherits where inhrelid::regclass::text ~ '_20220[34]$'")
        == 4
    )
    with pytest.raises(Exception, match="append_only"):
        execute("delete from ledger_entry_202203")
    proven()


@dataclass
class Private:
    """An installation of its own, which a test may treat badly."""

    home: Path

    def run(self, script: str) -> Any:
        process = child(script, TANPUHUI_HOME=str(self.home), DATABASE_URL="")
        out, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors[-4000:]
        return json.loads(out.strip().splitlines()[-1])


@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="needs the embedded PostgreSQL")
def test_the_database_dies_in_mid_batch(tmp_path: Path) -> None:
    assert settings.configured
    answer = Private(tmp_path / "home").run(
        """
        import subprocess
        from datetime import date
        from django.conf import settings
        from django.core.management import call_command
        from django.db import DatabaseError
        import psycopg
        from tanpuhui.domain.ledger import selectors as book
        from tanpuhui.domain.scenarios import selectors, services
        from tanpuhui.kernel import postgres
        from tests.factories.town import town_open

        call_command("migrate", verbosity=0)
        town = town_open()
        folder = settings.HOME / "postgres"
        main = int((folder / "postmaster.pid").read_text().splitlines()[0])

        def crash():
            writing.post = posting
            os.kill(main, signal.SIGQUIT)  # what `pg_ctl stop -m immediate` sends: no checkpoint
            import psutil
            psutil.wait_procs([psutil.Process(main)] if psutil.pid_exists(main) else [], timeout=30)

        posting = writing.post
        after(writing, "post", crash)
        try:
            town.send(*BATCH, batch_no="b1")
            failed = ""
        except (DatabaseError, psycopg.Error) as error:
            failed = type(error).__name__
        connections.close_all()
        postgres.start(folder)
        result = town.send(*BATCH, batch_no="b1")
        again = town.send(*BATCH, batch_no="b1")
        report = services.replay(first=date(2000, 1, 1), last=date(2030, 1, 1))
        print(json.dumps({
            "failed": failed, "first": result.counts, "again": again.counts,
            "mg": sum(town.balance(n)[0] for n in range(3)),
            "book": book.proof().is_clean, "evidence": selectors.evidence_proof().is_clean,
            "replay": [report.checked, len(report.differing)],
        }))
        """
    )
    assert answer["failed"] in {"OperationalError", "InterfaceError", "AdminShutdown"}
    assert answer | {"failed": ""} == {
        "failed": "",
        "first": {"counted": 12},
        "again": {"repeated": 12},
        "mg": 78 * 40_000,
        "book": True,
        "evidence": True,
        "replay": [12, 0],
    }
