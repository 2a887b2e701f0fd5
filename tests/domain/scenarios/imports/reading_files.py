"""Small files and profiles for the tests of the readers."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from tanpuhui.domain.scenarios.imports.reading import Reading
from tanpuhui.packs.profile_reading import profile_from
from tanpuhui.packs.profiles import Profile


class _Loader(yaml.SafeLoader):
    """Decimals keep their digits."""


_Loader.add_constructor("tag:yaml.org,2002:float", lambda _, node: Decimal(node.value))

RIDES = """
id: rides
title: 骑行
file: {kind: csv}
time_zone: Asia/Shanghai
record:
  item_no: no
  subject: rider
  scenario: travel/shared_bike
  occurred_at: {column: start, formats: "%Y-%m-%d %H:%M:%S"}
  ended_at: {column: stop, formats: "%Y-%m-%d %H:%M:%S"}
quantities:
  distance: {column: metres, unit: m, to: km}
  duration: {duration: true}
"""


def profile(text: str = RIDES, **file: Any) -> Profile:
    """A profile from YAML text; keywords change its file section."""
    document = yaml.load(text.replace("item_no: no", 'item_no: "no"'), Loader=_Loader)
    document["file"] |= file
    return profile_from(document)


def read(path: Path, form: Profile, **more: Any) -> pl.DataFrame:
    """All records of a file."""
    chunks = Reading(path, form, day_zone="Asia/Shanghai", **more)
    return pl.concat([chunk.records for chunk in chunks])


def written(folder: Path, data: bytes | str, name: str = "rides.csv") -> Path:
    """A file with these bytes."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
