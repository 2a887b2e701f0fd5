"""A file through the whole door: kept once, resumable, refused rows given back."""

import csv
import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import polars as pl
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from tests.domain.scenarios.imports.reading_files import profile, written
from tests.factories.database import tables_holding

from tanpuhui.config.commands.database import address
from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.ledger import services as accounts
from tanpuhui.domain.methodology import services as methodology
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.scenarios.imports import refusals
from tanpuhui.domain.scenarios.imports.faults import FileError
from tanpuhui.domain.scenarios.models import Batch, ImportRun
from tanpuhui.domain.scenarios.services import imports
from tanpuhui.domain.scenarios.services.imports import file_import
from tanpuhui.kernel import actors, clock
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.spreadsheets import unquoted

METRO = """
id: metro_rides
title: 地铁行程
file: {kind: csv}
time_zone: Asia/Shanghai
record:
  item_no: "no"
  subject: rider
  scenario: travel/metro
  occurred_at: {column: start, formats: "%Y-%m-%d %H:%M:%S"}
quantities:
  distance: {column: metres, unit: m, to: km}
refuse:
  - {code: record.trip_zero, quantity: distance, at_most: 0, message: 没有里程，不予计算。}
"""
HEAD = "no,rider,start,metres\n"
ACTOR = actors.system()


def lines(count: int) -> str:
    """One ride a day and person, 5 km; ride 3 has no distance, ride 5 an unknown rider."""
    rows = []
    for n in range(count):
        rider = "stranger" if n == 5 else f"r{n}"
        rows.append(f"m{n},{rider},2026-03-0{1 + n % 9} 08:00:00,{0 if n == 3 else 5000}\n")
    return HEAD + "".join(rows)


@pytest.fixture
def provider(committed, fixed_clock):
    methodology.pack_load(actor=ACTOR, pack=pack())
    mask = sum(1 << scenario.no for scenario in pack().scenarios.values())
    found = parties.organisation_open(
        actor=ACTOR, code="metro", kind="provider", title="地铁", scenario_mask=mask
    )
    people = parties.people_open_many(actor=ACTOR, count=20)
    accounts.accounts_open(actor=ACTOR, kind="person", party_ids=people)
    parties.links_bind_many(
        actor=ACTOR,
        provider_id=found.party_id,
        subjects=[f"r{n}" for n in range(20)],
        person_ids=people,
    )
    parties.consents_grant_many(
        actor=ACTOR,
        provider_id=found.party_id,
        person_ids=people,
        scenario_nos=[pack().scenarios["travel/metro"].no],
        text_version="1",
    )
    return found.party_id


def bring(provider: int, path, **more):
    more.setdefault("refused_path", path.with_suffix(".refused.csv"))
    return file_import(
        actor=ACTOR, provider_id=provider, path=path, profile=profile(METRO), chunk_rows=4, **more
    )


def acts() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from scenarios_act")
        return cursor.fetchone()[0]


def refused_rows(path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


EXPECTED = {"counted": 10, "record.trip_zero": 1, "subject.unknown": 1}


def test_counts_refused_rows_and_no_second_count(provider, tmp_path):
    path = written(tmp_path, lines(12))
    report = bring(provider, path)
    assert report.counts == EXPECTED
    assert (report.rows_read, report.refused, report.chunks) == (12, 2, 3)
    assert report.reduction_mg > 0
    rows = refused_rows(path.with_suffix(".refused.csv"))
    assert rows[0] == ["行号", "编号", "原始内容", "代码", "原因"]
    assert rows[1][:4] == ["5", "m3", "m3,r3,2026-03-04 08:00:00,0", "record.trip_zero"]
    assert "没有里程" in rows[1][4]
    assert rows[2][:4] == ["7", "", "", "subject.unknown"]  # nothing of an unknown person is kept
    with pytest.raises(FileError) as caught:
        bring(provider, path)
    assert caught.value.code == "file.already_imported"
    again = bring(provider, path, resume=False)
    assert again.counts == {"duplicate": 10, "record.trip_zero": 1, "subject.unknown": 1}
    assert again.reduction_mg == 0
    assert acts() == 10
    assert ledger.proof().is_clean


def test_cells_of_the_list_cannot_run_in_a_spreadsheet(provider, tmp_path):
    risky = "".join(f"{start}m{n},r{n},2026-03-01 08:00:00,0\n" for n, start in enumerate("=+-@＝"))
    path = written(tmp_path, HEAD + risky)
    assert bring(provider, path).counts == {"record.trip_zero": 5}
    rows = refused_rows(path.with_suffix(".refused.csv"))[1:]
    assert [row[1] for row in rows] == ["'=m0", "'+m1", "'-m2", "'@m3", "'＝m4"]
    assert [row[2][:3] for row in rows] == ["'=m", "'+m", "'-m", "'@m", "'＝m"]
    assert [unquoted(row[2]) for row in rows] == risky.splitlines()


def test_unreadable_rows_go_back_to_their_provider_and_stay_nowhere(provider, tmp_path):
    path = written(tmp_path, HEAD + "secret-item,r1\n" + lines(2).partition("\n")[2])
    report = bring(provider, path)
    assert report.counts == {"record.row_ragged": 1, "counted": 2}
    (row,) = refused_rows(path.with_suffix(".refused.csv"))[1:]
    assert (row[0], row[2], row[3]) == ("2", "secret-item,r1", "record.row_ragged")
    assert tables_holding("secret-item") == []


def test_lists_of_refused_rows_go_after_their_month(provider, tmp_path):
    reports = Path(settings.HOME) / "reports"
    old, young = reports / "older-refused.csv", reports / "younger-refused.csv"
    reports.mkdir(exist_ok=True)
    now = clock.now().timestamp()
    for file, days in ((old, 31), (young, 29)):
        file.touch()
        os.utime(file, (now - days * 86_400,) * 2)
    bring(provider, written(tmp_path, lines(3)))
    assert (old.exists(), young.exists()) == (False, True)
    young.unlink()


def test_dry_run_keeps_nothing(provider, tmp_path):
    path = written(tmp_path, lines(12))
    report = bring(provider, path, dry_run=True, refused_path=None)
    assert report.counts == EXPECTED
    assert (acts(), Batch.objects.count(), ImportRun.objects.count()) == (0, 0, 0)
    assert bring(provider, path).counts == EXPECTED


def test_interrupted_between_chunks_then_resumed(provider, tmp_path):
    path = written(tmp_path, lines(12))

    def stop(state):
        if state.stage == "import" and state.rows_done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(provider, path, on_progress=stop)
    run = ImportRun.objects.get()
    assert (run.state, run.chunks_done) == ("stopped", 1)
    assert acts() == 3
    report = bring(provider, path)
    assert (report.resumed_at, report.counts) == (1, EXPECTED)
    assert len(refused_rows(path.with_suffix(".refused.csv"))) == 3
    assert acts() == 10


def test_disk_full_stops_cleanly_and_resumes(provider, tmp_path, monkeypatch):
    path = written(tmp_path, lines(12))
    real = os.fsync
    calls = []

    def full(number):
        calls.append(number)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(number)

    monkeypatch.setattr(refusals.os, "fsync", full)
    with pytest.raises(FileError) as caught:
        bring(provider, path)
    assert caught.value.code == "file.disk_full"
    run = ImportRun.objects.get()
    assert (run.state, run.error, run.chunks_done, acts()) == ("stopped", "file.disk_full", 1, 3)
    report = bring(provider, path)
    assert report.counts == EXPECTED
    assert len(refused_rows(path.with_suffix(".refused.csv"))) == 3


def ended_session():
    connection.cursor().execute("select pg_terminate_backend(pg_backend_pid())")


def failing(error):
    def fail():
        raise error

    return fail


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (failing(psycopg.errors.DiskFull("could not extend file")), "file.disk_full"),
        (failing(OSError(errno.ENOSPC, "No space left on device")), "file.disk_full"),
        (ended_session, "file.database_away"),
    ],
)
def test_trouble_of_the_machine_stops_with_a_sentence_and_resumes(
    provider, tmp_path, monkeypatch, trouble, code
):
    path = written(tmp_path, lines(12))
    real = imports.acts_post
    calls = []

    def post(**given):
        calls.append(1)
        answer = real(**given)
        if len(calls) == 2:
            trouble()
        return answer

    monkeypatch.setattr(imports, "acts_post", post)
    with pytest.raises(FileError) as caught:
        bring(provider, path)
    assert caught.value.code == code
    assert "继续" in caught.value.message
    run = ImportRun.objects.get()
    assert (run.state, run.error, run.chunks_done, acts()) == ("stopped", code, 1, 3)
    report = bring(provider, path)
    assert (report.resumed_at, report.counts) == (1, EXPECTED)
    assert [row[0] for row in refused_rows(path.with_suffix(".refused.csv"))] == ["行号", "5", "7"]
    assert acts() == 10
    assert ledger.proof().is_clean


def test_a_defect_keeps_its_traceback(provider, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "acts_post", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bring(provider, written(tmp_path, lines(3)))


def test_a_file_that_breaks_off_keeps_what_came_before(provider, tmp_path):
    path = written(tmp_path, lines(12) + 'm99,"r1,2026-03-01 08:00:00,5\n')
    with pytest.raises(FileError) as caught:
        bring(provider, path)
    assert caught.value.code in {"file.quote_open", "file.quotes_uneven"}
    assert ImportRun.objects.get().state == "failed"


def test_second_importer_of_the_same_file_is_told(provider, tmp_path):
    path = written(tmp_path, lines(12))
    codes = []

    def other():
        try:
            bring(provider, path)
        except FileError as error:
            codes.append(error.code)
        finally:
            connection.close()

    def start_other(state):
        if state.stage == "import" and not codes:
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()

    assert bring(provider, path, on_progress=start_other).counts == EXPECTED
    assert codes == ["file.import_running"]
    assert acts() == 10


KILLED = """
import os, signal, django
django.setup()
from django.conf import settings
from pathlib import Path
from tanpuhui.domain.scenarios.services import imports
from tanpuhui.kernel import actors, clock
from datetime import datetime, timezone
from tests.domain.scenarios.imports.reading_files import profile
from tests.domain.scenarios.imports.test_file_import import METRO
clock.now = lambda: datetime(2026, 3, 10, 4, tzinfo=timezone.utc)
done = 0
def dying(kept, at):
    def call(*given, **named):
        global done
        answer = kept(*given, **named)
        done += 1
        if done == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer
    return call
{place} = dying({place}, {at})
imports.file_import(actor=actors.system(), provider_id={provider}, path=Path({path!r}),
    profile=profile(METRO), chunk_rows=4, refused_path=Path({refused!r}))
"""


STAGES = [
    ("imports.file_digest", 1, 0),  # nothing begun
    ("imports.acts_read", 1, 0),  # the first rows read
    ("imports.acts_post", 1, 0),  # evidence and entries written, not committed
    ("imports.RefusedRows.write", 1, 0),  # refused rows on disk, not committed
    ("imports.RefusedRows.write", 2, 3),
    ("imports.ImportRun.save", 2, 0),  # progress written, not committed
    ("imports.ImportRun.save", 4, 6),
    ("imports._Import._pass", 1, 10),  # all rows in, the end not noted
]


@pytest.mark.parametrize(("place", "at", "kept"), STAGES)
def test_killed_at_each_stage_then_resumed(provider, tmp_path, place, at, kept):
    path = written(tmp_path, lines(12))
    refused = path.with_suffix(".refused.csv")
    script = KILLED.format(
        provider=provider, path=str(path), refused=str(refused), place=place, at=at
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ
        | {"DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "tanpuhui.config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert acts() == kept
    report = bring(provider, path)
    assert report.counts == EXPECTED
    assert acts() == 10
    rows = refused_rows(refused)
    assert [row[0] for row in rows] == ["行号", "5", "7"]
    assert ledger.proof().is_clean


def test_totals_are_those_of_the_file(provider, tmp_path):
    path = written(tmp_path, lines(12))
    report = bring(provider, path)
    with connection.cursor() as cursor:
        cursor.execute("select sum(inputs[1]), sum(reduction_mg) from scenarios_act")
        metres, mg = cursor.fetchone()
    assert metres == 10 * 5000
    assert mg == report.reduction_mg
    assert isinstance(pl.read_csv(path).height, int)
