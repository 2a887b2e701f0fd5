"""Runs every file, compares figure by figure, prints both."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tanpuhui.config.acceptance import household, travel
from tanpuhui.config.acceptance.files import PACK, Figures, Sample, profile_of
from tanpuhui.config.acceptance.posting import posted

SUM_PLACES = 3
STATIONS = Path("sz_metro_stations/szmc.net-metro.json")


@dataclass(frozen=True)
class Case:
    """One file of the data folder: its profile, its figures, and those an import cannot give."""

    profile: str
    figures: Callable[[Sample], Figures]
    left_out: tuple[str, ...] = ()
    why: str = ""
    lookups: tuple[tuple[str, Path], ...] = ()


CASES: dict[str, Case] = {
    "sz_card/szt_card_data_2920000403601.csv": Case(
        "sz_card", travel.card, lookups=(("stations", STATIONS),)
    ),
    "sz_taxi/taxi-price.csv": Case("sz_taxi", travel.taxi),
    "uber_2016/My_Uber_Drives_2016.csv": Case("uber_2016", travel.ride),
    "jc_citibike_dev/JC-201902-citibike-tripdata.csv": Case(
        "citibike_2019", travel.bike, ("schema",), "a description, not a figure"
    ),
    "jc_citibike_dev/JC-202102-citibike-tripdata.csv": Case(
        "citibike_2021", travel.bike, ("schema",), "a description, not a figure"
    ),
    "valleybike_dev/june2018.csv": Case(
        "valleybike", travel.ebike, ("local_offset_hours",), "an assumption, not a figure"
    ),
    "ev_sap/conso-ve-sap0.csv": Case("ev_sap", travel.charging_csv),
    "ev_acn_office/Office_1.json": Case("ev_acn", travel.charging_json),
    "fitbit_steps/dailyActivity_merged.csv": Case("fitbit", travel.steps),
    "ausgrid_home12/data_2011-2012.csv": Case(
        "ausgrid",
        household.electricity,
        (
            "unit",
            "self_consumed_pv_kwh",
            "exported_pv_kwh",
            "published_consumption_kwh_per_year",
            "published_pv_yield_kwh_per_kwp",
            "pv_kwp",
        ),
        "reference figures, and netting of load against PV, which no import does",
    ),
    "austin_water/Austin_Water_Residential_Water_Consumption.csv": Case(
        "austin_water", household.water
    ),
    "nyc_waste/monthly_tonnage.csv": Case(
        "nyc_waste", household.waste, ("unit",), "a description, not a figure"
    ),
}


def run(data: Path) -> bool:
    """Compare every file of `data` with its expected.json; True if all agree."""
    expected = json.loads((data / "expected.json").read_text(), parse_float=Decimal)
    console = Console()
    good = True
    for name, figures in expected.items():
        case = CASES.get(name)
        if case is None:
            console.print(f"[dim]{name}: left out, no import of personal acts reads it[/]")
            continue
        lookups = {key: data / path for key, path in case.lookups}
        sample = Sample(data / name, profile_of(case.profile), lookups)
        good &= _table(console, name, case, figures, case.figures(sample))
    if not (PACK / "pack.yaml").is_file():
        console.print("[yellow]The example pack is incomplete: nothing was posted.[/]")
        return False
    return _posted(console, data) and good


def _table(console: Console, name: str, case: Case, expected: Figures, got: Figures) -> bool:
    table = Table(title=f"{name}  ({case.profile})", title_justify="left")
    for head in ("figure", "expected", "got", ""):
        table.add_column(head, overflow="fold")
    good = True
    for key, wanted in expected.items():
        if key in case.left_out:
            table.add_row(key, _shown(wanted), "-", "[dim]left out[/]", style="dim")
            continue
        same = key in got and agree(wanted, got[key])
        good &= same
        mark = "[green]ok[/]" if same else "[bold red]DIFFERS[/]"
        table.add_row(key, _shown(wanted), _shown(got.get(key)), mark)
    console.print(table)
    if case.left_out:
        console.print(f"[dim]left out: {case.why}[/]")
    return good


def agree(wanted: Any, got: Any) -> bool:
    """Counts and texts exactly; sums to 0.001, or to the decimals that the figure shows."""
    if isinstance(wanted, dict):
        return set(wanted) == set(map(str, got)) and all(
            agree(item, got[key]) for key, item in wanted.items()
        )
    if isinstance(wanted, list):
        return len(wanted) == len(got) and all(map(agree, wanted, got))
    if isinstance(wanted, Decimal):
        exact = Decimal(str(got))
        places = _places(wanted)
        same = round(exact, places) == wanted
        return same or (places >= SUM_PLACES and abs(exact - wanted) <= Decimal(10) ** -places)
    return bool(wanted == got)


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{key} {_shown(item)}" for key, item in sorted(value.items()))
    if isinstance(value, list):
        return " ".join(_shown(item) for item in value)
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _posted(console: Console, data: Path) -> bool:
    """Import the files into a scratch platform; every record must end in one receipt."""
    table = Table(title="posted through the pipeline (scratch database)", title_justify="left")
    heads = ("profile", "records", "counted", "not counted", "duplicate", "refused", "kg")
    for head in (*heads, ""):
        table.add_column(head)
    good = True
    jobs = [
        (case.profile, name, {key: str(path) for key, path in case.lookups})
        for name, case in CASES.items()
    ]
    for line in posted(data, jobs):
        good &= line["good"]
        table.add_row(
            *[str(line.get(head.replace(" ", "_"), "")) for head in heads],
            "[green]ok[/]" if line["good"] else f"[bold red]{line['why']}[/]",
        )
    console.print(table)
    return good
