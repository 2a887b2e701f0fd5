"""`tanpuhui bench`: speed and memory, as ratios to a floor and to fair peers of the same run."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import stage
from bench.options import Part, Run
from bench.records.drawing import Sizes

app = typer.Typer(help=__doc__, add_completion=False, rich_markup_mode=None)
PARTS = ("bulk", "http", "growth", "home", "replay")

Acts = Annotated[int, typer.Option(help="records to import, repeated and invalid ones included")]
Accounts = Annotated[int, typer.Option(help="people with an account")]
Days = Annotated[int, typer.Option(help="days that the acts are spread over")]
Seed = Annotated[int, typer.Option(help="same seed, same records")]
Chunk = Annotated[int, typer.Option(help="records per transaction of the file import")]
Repeat = Annotated[int, typer.Option(help="how often ratios are measured")]
Rowwise = Annotated[int, typer.Option(help="records for the peer that takes a row an act")]
Batched = Annotated[int, typer.Option(help="records for the peer with bulk_create")]
Batches = Annotated[int, typer.Option(help="batches of 1,000 sent to each server")]
Lanes = Annotated[int, typer.Option(help="connections that send at the same time")]
Workers = Annotated[int, typer.Option(help="processes of the server")]
Singles = Annotated[int, typer.Option(help="single records, at 50 a second")]
Stored = Annotated[int, typer.Option(help="acts stored beforehand, over a year of months")]
Numbers = Annotated[bool, typer.Option("--random-numbers", help="item numbers in no order")]


@app.callback(invoke_without_command=True)
def everything(context: typer.Context) -> None:
    """Without a part: all of them, one after the other."""
    if context.invoked_subcommand is None:
        for name in PARTS:
            context.invoke(globals()[name])


def measure(function: Callable[[Run], Part], run: Run) -> None:
    """Run a part, print and keep what it found."""
    part = function(run)
    _finish([part])


def _finish(parts: list[Part]) -> None:
    from django.conf import settings

    from bench import report

    for part in parts:
        print(report.markdown(part))
    for path in report.write(parts, Path(settings.HOME) / "reports"):
        print(path)


def make_run(sizes: Sizes, **more: Any) -> Run:
    """A run whose progress goes to standard error with its time."""
    begun = time.perf_counter()

    def tell(text: str) -> None:
        sys.stderr.write(f"{time.perf_counter() - begun:7.1f} s  {text}\n")
        sys.stderr.flush()

    stage.ready()
    return Run(sizes, tell, **more)


@app.command()
def bulk(
    *,
    acts: Acts = 2_000_000,
    accounts: Accounts = 500_000,
    days: Days = 30,
    seed: Seed = 1,
    random_numbers: Numbers = False,
    chunk_rows: Chunk = 200_000,
    repeat: Repeat = 1,
    rowwise: Rowwise = 2_000,
    batched: Batched = 20_000,
) -> None:
    """Files in bulk against the floor: rows/s, memory, write-ahead log, where the time goes."""
    from bench.bulk import bulk as part

    sizes = Sizes(acts, accounts, days, seed, random_numbers)
    more = {"repeat": repeat, "rowwise": rowwise, "batched": batched}
    measure(part, make_run(sizes, chunk_rows=chunk_rows, **more))


@app.command()
def http(
    *,
    acts: Acts = 2_000_000,
    accounts: Accounts = 500_000,
    seed: Seed = 1,
    batches: Batches = 100,
    lanes: Lanes = 2,
    workers: Workers = 2,
    singles: Singles = 1_500,
) -> None:
    """Signed batches of 1,000 against a server that only decodes and COPYs; single calls."""
    from bench.http import http as part

    more = {"batches": batches, "lanes": lanes, "workers": workers, "singles": singles}
    measure(part, make_run(Sizes(acts, accounts, seed=seed), **more))


@app.command()
def growth(
    *,
    acts: Acts = 400_000,
    accounts: Accounts = 200_000,
    seed: Seed = 1,
    stored: Stored = 5_000_000,
    repeat: Repeat = 1,
) -> None:
    """The import's rate with many stored acts, divided by its rate with none."""
    from bench.growth import growth as part

    measure(part, make_run(Sizes(acts, accounts, seed=seed), stored=stored, repeat=repeat))


@app.command()
def home(
    *,
    acts: Acts = 400_000,
    accounts: Accounts = 200_000,
    seed: Seed = 1,
    stored: Stored = 5_000_000,
) -> None:
    """Queries and time of the citizen's first page, with few and with many stored acts."""
    from bench.home import home as part

    measure(part, make_run(Sizes(acts, accounts, seed=seed), stored=stored))


@app.command()
def replay(
    *,
    acts: Acts = 400_000,
    accounts: Accounts = 200_000,
    seed: Seed = 1,
    stored: Stored = 5_000_000,
) -> None:
    """Rows a second of `ledger verify` and of the replay."""
    from bench.replay import replay as part

    measure(part, make_run(Sizes(acts, accounts, seed=seed), stored=stored))


if __name__ == "__main__":
    app()
