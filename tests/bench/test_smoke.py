"""The bench runs in seconds at a small scale, and its parts agree with each other."""

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from bench.records.drawing import Sizes, acts_of, doers, providers
from bench.records.mistakes import with_mistakes
from bench.records.shares import SHARES

ROOT = Path(__file__).resolve().parents[2]
LAST = date(2026, 3, 9)
SIZES = Sizes(acts=20_000, accounts=2_000)


def test_shares_cover_every_scenario_of_the_city(pack):
    assert set(SHARES) == set(pack.scenarios)
    assert sum(share.part for share in SHARES.values()) == pytest.approx(1)
    travel = sum(share.part for name, share in SHARES.items() if name.startswith("travel/"))
    assert travel > 0.5


def test_records_are_the_same_for_the_same_seed(pack):
    transit = providers(pack)[0]
    once, again = (acts_of(pack, SIZES, transit, LAST) for _ in range(2))
    assert once.equals(again)
    other = acts_of(pack, Sizes(acts=20_000, accounts=2_000, seed=2), transit, LAST)
    assert not once.equals(other)


def test_numbers_rise_with_time_and_are_never_used_twice(pack):
    for provider in providers(pack):
        acts = acts_of(pack, SIZES, provider, LAST)
        assert acts["occurred_at"].is_sorted()
        assert acts["item_no"].is_sorted()
        assert acts["item_no"].is_unique().all()


def test_random_numbers_are_in_no_order(pack):
    acts = acts_of(
        pack, Sizes(acts=20_000, accounts=2_000, random_numbers=True), providers(pack)[0], LAST
    )
    assert acts["item_no"].is_unique().all()
    assert not acts["item_no"].is_sorted()


def test_two_in_a_hundred_come_twice_and_near_and_one_in_a_hundred_is_spoilt(pack):
    acts = acts_of(pack, Sizes(acts=100_000, accounts=20_000), providers(pack)[0], LAST)
    sent = with_mistakes(acts, np.random.default_rng(1)).with_row_index("place")
    again = sent.height - acts.height
    assert again / sent.height == pytest.approx(0.02, abs=0.004)
    apart = sent.group_by("item_no").agg(
        pl.len(), far=(pl.col("place").max() - pl.col("place").min())
    )
    assert apart["len"].max() == 2
    assert apart["far"].max() < 1_000
    first = sent.unique("item_no", keep="first").join(
        acts, on="item_no", suffix="_true", how="left"
    )
    spoilt = first.filter(
        pl.any_horizontal(
            pl.col(name).ne_missing(pl.col(f"{name}_true"))
            for name in acts.columns
            if name in sent.columns and name != "item_no"
        )
    )
    assert spoilt.height / acts.height == pytest.approx(0.009, abs=0.003)


def test_everybody_does_something():
    sizes = Sizes(acts=20_000, accounts=5_000)
    active = {person for name in SHARES for person in doers(sizes, name)[0].tolist()}
    assert len(active) == sizes.accounts


@pytest.fixture
def home(settings):
    """A folder of its own, so that nothing of the bench stays in the city's."""
    folder = Path(settings.HOME) / "bench-smoke"
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_all_parts_run_small_and_agree(home):
    # Peers and ours must agree on every sum, and proofs must be clean, or the run stops.
    environment = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--scale=0.003"],
        cwd=ROOT,
        env=environment | {"TANPUHUI_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    table, report = (Path(line) for line in done.stdout.splitlines()[-2:])
    parts = json.loads(report.read_text())["parts"]
    assert list(parts) == ["bulk", "http", "growth", "home", "pages", "replay"]
    assert all(part["lines"] for part in parts.values())
    assert "ours ÷ floor" in table.read_text()
