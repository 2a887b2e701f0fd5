"""Jobs: worked once, by one worker, to a told end; a dead worker's job is taken over."""

from datetime import timedelta

import pytest
from tests.factories import database
from tests.factories.parallel import at_once

from tanpuhui.kernel import actors, clock, jobs

ANN, BOB = actors.staff(1, "operator", 1), actors.staff(1, "operator", 2)


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path


def ask(actor=ANN, **params):
    return jobs.enqueue(actor=actor, kind="export", title="导出", params=params)


def write(claimed, progress):
    progress.move(1, 2)
    name = f"{claimed.public_id}.csv"
    (jobs.folder() / name).write_text("a")
    return name


def state(job):
    return jobs.job(job.public_id, ANN.label).state


def test_from_queue_to_file(db):
    job = ask(year=2026)
    assert (job.state, job.percent) == ("queued", 0)
    assert jobs.work_one({"export": write})
    done = jobs.job(job.public_id, ANN.label)
    assert (done.state, done.result_bytes, done.percent) == ("done", 1, 100)
    assert not jobs.work_one({"export": write})


def test_only_the_asker_sees_and_cancels(db):
    job = ask()
    assert jobs.jobs(BOB.label) == []
    for call in (
        lambda: jobs.job(job.public_id, BOB.label),
        lambda: jobs.cancel(actor=BOB, public_id=job.public_id),
    ):
        with pytest.raises(jobs.UnknownJob):
            call()
    assert jobs.cancel(actor=ANN, public_id=job.public_id).state == "cancelled"
    assert not jobs.work_one({"export": write})


def test_a_running_job_stops_where_it_is_cancelled(db):
    job = ask()

    def slow(claimed, progress):
        jobs.cancel(actor=ANN, public_id=claimed.public_id)
        progress.move(1, 2)
        raise AssertionError

    assert jobs.work_one({"export": slow})
    assert state(job) == "cancelled"


def test_a_failure_says_so_without_details(db, caplog):
    job = ask()

    def broken(claimed, progress):
        raise ValueError("select secret")

    assert jobs.work_one({"export": broken})
    failed = jobs.job(job.public_id, ANN.label)
    assert failed.state == "failed"
    assert "secret" not in failed.error


def test_a_dead_workers_job_is_taken_over_three_times(db, fixed_clock):
    job = ask()

    def dies(claimed, progress):
        raise KeyboardInterrupt

    for attempt in range(3):
        with pytest.raises(KeyboardInterrupt):
            jobs.work_one({"export": dies})
        assert not jobs.work_one({"export": write}), "its worker may still be alive"
        fixed_clock.set(clock.now() + timedelta(seconds=61))
        assert attempt < 3
    assert jobs.work_one({"export": write})
    assert state(job) == "failed"


def test_the_late_worker_does_not_overwrite_the_second(db, fixed_clock):
    job = ask()

    def late(claimed, progress):
        fixed_clock.set(clock.now() + timedelta(seconds=61))
        jobs.work_one({"export": write})
        progress.move(1)
        raise AssertionError

    jobs.work_one({"export": late})
    assert state(job) == "done"


def test_four_workers_share_the_queue(committed, settings):
    made = [ask() for _ in range(8)]
    worked = at_once(4, lambda _: sum(jobs.work_one({"export": write}) for _ in range(4)))
    assert sum(worked) == 8
    assert {state(job) for job in made} == {"done"}
    assert database.value("select max(attempts) from kernel_job") == 1


def test_results_are_kept_for_a_week(db, fixed_clock):
    job = ask()
    jobs.work_one({"export": write})
    fixed_clock.set(clock.now() + timedelta(days=8))
    jobs.sweep()
    assert jobs.job(job.public_id, ANN.label).result == ""
    assert list(jobs.folder().iterdir()) == []
