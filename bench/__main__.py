"""`tanpuhui bench`: speed and memory, as ratios to a floor and to fair peers of the same run.

Without a part: all of them, one after the other, and one report.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import stage
from bench.options import Part, Run, Tell
from bench.records.drawing import Sizes

app = typer.Typer(
    help=__doc__,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
CITY, TOWN = (2_000_000, 500_000), (400_000, 200_000)
STORED = 5_000_000

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
Seconds = Annotated[int, typer.Option(help="how long the crowd is measured")]
Scale = Annotated[float, typer.Option(help="of the usual sizes, for a quick look: 0.01")]
Measure = Callable[[Run], Part]


def teller() -> Tell:
    """Progress on standard error, with the seconds since the start."""
    begun = time.perf_counter()

    def tell(text: str) -> None:
        sys.stderr.write(f"{time.perf_counter() - begun:7.1f} s  {text}\n")
        sys.stderr.flush()

    return tell


def measure(work: list[tuple[str, Run]]) -> None:
    """Run parts in order; print each, keep all in one report."""
    from importlib import import_module

    stage.ready()
    from django.conf import settings

    from bench import report

    parts = []
    for name, run in work:
        run.tell(f"== {name}")
        function: Measure = getattr(import_module(f"bench.{name}"), name)
        parts.append(function(run))
        print(report.markdown(parts[-1]), flush=True)
    for path in report.write(parts, Path(settings.HOME) / "reports"):
        print(path)


def one(name: str, sizes: Sizes, **more: Any) -> None:
    """Run a single part."""
    measure([(name, Run(sizes, teller(), **more))])


@app.callback(invoke_without_command=True)
def everything(context: typer.Context, *, scale: Scale = 1.0, repeat: Repeat = 1) -> None:
    """All parts, one after the other."""
    if context.invoked_subcommand is not None:
        return

    def of(number: int, least: int) -> int:
        return max(least, int(number * scale))

    tell = teller()
    city = Sizes(of(CITY[0], 5_000), of(CITY[1], 1_000))
    town = Sizes(of(TOWN[0], 5_000), of(TOWN[1], 1_000))
    stored = of(STORED, 10_000)
    bulk_run = Run(city, tell, repeat=repeat, rowwise=of(2_000, 100), batched=of(20_000, 1_000))
    http_run = Run(city, tell, batches=of(100, 4), singles=of(1_500, 100))
    book = Run(town, tell, stored=stored, repeat=repeat, seconds=of(20, 3))
    measure(
        [("bulk", bulk_run), ("http", http_run)]
        + [(name, book) for name in ("growth", "home", "pages", "replay")]
    )


@app.command()
def bulk(
    *,
    acts: Acts = CITY[0],
    accounts: Accounts = CITY[1],
    days: Days = 30,
    seed: Seed = 1,
    random_numbers: Numbers = False,
    chunk_rows: Chunk = 100_000,
    repeat: Repeat = 1,
    rowwise: Rowwise = 2_000,
    batched: Batched = 20_000,
) -> None:
    """Files in bulk against floor and peers: rows/s, memory, log, where the time goes."""
    more = {"repeat": repeat, "rowwise": rowwise, "batched": batched}
    sizes = Sizes(acts, accounts, days, seed, random_numbers)
    one("bulk", sizes, chunk_rows=chunk_rows, **more)


@app.command()
def http(
    *,
    acts: Acts = CITY[0],
    accounts: Accounts = CITY[1],
    seed: Seed = 1,
    batches: Batches = 100,
    lanes: Lanes = 2,
    workers: Workers = 2,
    singles: Singles = 1_500,
) -> None:
    """Signed batches of 1,000 against a server that only decodes and COPYs; single calls."""
    more = {"batches": batches, "lanes": lanes, "workers": workers, "singles": singles}
    one("http", Sizes(acts, accounts, seed=seed), **more)


@app.command()
def growth(
    *,
    acts: Acts = TOWN[0],
    accounts: Accounts = TOWN[1],
    seed: Seed = 1,
    stored: Stored = STORED,
    repeat: Repeat = 1,
) -> None:
    """The import's rate with many stored acts, divided by its rate with none."""
    one("growth", Sizes(acts, accounts, seed=seed), stored=stored, repeat=repeat)


@app.command()
def home(
    *,
    acts: Acts = TOWN[0],
    accounts: Accounts = TOWN[1],
    seed: Seed = 1,
    stored: Stored = STORED,
) -> None:
    """Queries and time of the citizen's first page, with few and with many stored acts."""
    one("home", Sizes(acts, accounts, seed=seed), stored=stored)


@app.command()
def pages(
    *,
    acts: Acts = TOWN[0],
    accounts: Accounts = TOWN[1],
    seed: Seed = 1,
    stored: Stored = STORED,
    workers: Workers = 2,
    seconds: Seconds = 20,
) -> None:
    """Citizens' pages: server time of each, and a crowd on them, driven by locust."""
    more = {"stored": stored, "workers": workers, "seconds": seconds}
    one("pages", Sizes(acts, accounts, seed=seed), **more)


@app.command()
def replay(
    *,
    acts: Acts = TOWN[0],
    accounts: Accounts = TOWN[1],
    seed: Seed = 1,
    stored: Stored = STORED,
) -> None:
    """Rows a second of `ledger verify` and of the replay."""
    one("replay", Sizes(acts, accounts, seed=seed), stored=stored)


if __name__ == "__main__":
    app()
