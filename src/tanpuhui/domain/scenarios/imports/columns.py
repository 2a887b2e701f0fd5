"""Columns of a frame by the rules of a profile: kept rows, derived texts, quantities, refusals."""

import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction

import polars as pl

from tanpuhui.domain.scenarios.imports.lookups import Table, lookup_column
from tanpuhui.packs.profiles import Derive, Keep, Profile, Quantity, Refuse, Scenario, Unpivot

EARTH_RADIUS_MM = 6_371_008_800  # mean radius 6371.0088 km (IUGG)
_MM_PER_KM = 1_000_000
_DIGEST_CHARS = 32


def cleaned(frame: pl.DataFrame, columns: Sequence[str], blanks: Sequence[str]) -> pl.DataFrame:
    """Texts without surrounding space; what means nothing becomes null."""
    texts = [name for name in columns if frame.schema[name] == pl.String]
    trimmed = [pl.col(name).str.strip_chars() for name in texts]
    nothing = ["", *blanks]
    return frame.with_columns(
        pl.when(~text.is_in(nothing)).then(text).alias(name)
        for name, text in zip(texts, trimmed, strict=True)
    )


def kept(frame: pl.DataFrame, rules: Sequence[Keep]) -> pl.DataFrame:
    """Rows that the profile wants; broken rows always stay, to be refused."""
    for rule in rules:
        inside = pl.col(rule.column).cast(pl.String).is_in(list(rule.values)).fill_null(value=False)
        frame = frame.filter(pl.col("@refused").is_not_null() | (~inside if rule.drop else inside))
    return frame


def unpivoted(frame: pl.DataFrame, rule: Unpivot) -> pl.DataFrame:
    """One row per filled value column, in the order of the lines; broken rows stay once."""
    broken = frame.filter(pl.col("@refused").is_not_null())
    index = [name for name in frame.columns if name not in rule.columns]
    order = list(rule.columns)
    long = (
        frame.filter(pl.col("@refused").is_null())
        .unpivot(on=order, index=index, variable_name=rule.name, value_name=rule.value)
        .filter(pl.col(rule.value).is_not_null())
        .with_columns(
            pl.col(rule.name).replace_strict({c: i for i, c in enumerate(order)}).alias("@i")
        )
        .sort("@line", "@i", maintain_order=True)
        .drop("@i")
        .with_columns(pl.col(rule.name).replace_strict(dict(rule.columns), return_dtype=pl.String))
    )
    return pl.concat([long, broken.select(index)], how="diagonal") if broken.height else long


def derived(
    frame: pl.DataFrame, steps: Sequence[Derive], tables: Mapping[str, Table]
) -> pl.DataFrame:
    """Add the profile's text columns, in order."""
    for step in steps:
        if step.lookup is not None:
            assert step.source is not None
            values = lookup_column(frame[step.source], step, tables[step.lookup])
            frame = frame.with_columns(values.alias(step.name))
        elif step.values is not None:
            assert step.source is not None
            mapped = pl.col(step.source).cast(pl.String)
            frame = frame.with_columns(
                mapped.replace_strict(
                    dict(step.values), default=pl.lit(step.other, pl.String), return_dtype=pl.String
                ).alias(step.name)
            )
        elif step.join:
            frame = frame.with_columns(joined(step.join, step.between).alias(step.name))
        else:
            frame = frame.with_columns(pl.lit(step.constant, pl.String).alias(step.name))
    return frame


def joined(columns: Sequence[str], between: str = "-") -> pl.Expr:
    """Texts of several columns as one; null if one is missing."""
    return pl.concat_str([pl.col(name).cast(pl.String) for name in columns], separator=between)


def digests(texts: pl.Series) -> pl.Series:
    """A stable short name for each text."""
    names = [
        None if text is None else hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_CHARS]
        for text in texts
    ]
    return pl.Series(texts.name, names, dtype=pl.String)


def scenario_column(scenario: Scenario) -> pl.Expr:
    """The record's scenario; null where the profile has no word for it."""
    if scenario.column is None:
        return pl.lit(scenario.constant, pl.String)
    return (
        pl.col(scenario.column)
        .cast(pl.String)
        .replace_strict(dict(scenario.values), default=None, return_dtype=pl.String)
    )


def refuse(frame: pl.DataFrame, test: pl.Expr, code: str) -> pl.DataFrame:
    """Give rows that meet the test a code; the first code of a row stays."""
    return frame.with_columns(
        pl.when(pl.col("@refused").is_null() & test.fill_null(value=False))
        .then(pl.lit(code))
        .otherwise(pl.col("@refused"))
        .alias("@refused")
    )


def divided(value: pl.Expr, by: int) -> pl.Expr:
    """The quotient, rounded once.

    Polars turns division by a literal, or anything of one value, into a product with its
    reciprocal: one tenth becomes 0.0999…9. Hence a divisor that it looks at row by row.
    """
    dividend = value.cast(pl.Float64)
    return dividend / (dividend * 0 + by)


def great_circle_km(lon1: pl.Expr, lat1: pl.Expr, lon2: pl.Expr, lat2: pl.Expr) -> pl.Expr:
    """Haversine distance of two points in degrees, in km."""
    phi1, phi2 = lat1.radians(), lat2.radians()
    across = (phi2 - phi1) / 2
    along = (lon2 - lon1).radians() / 2
    half = across.sin().pow(2) + phi1.cos() * phi2.cos() * along.sin().pow(2)
    return divided(half.clip(0, 1).sqrt().arcsin() * 2 * EARTH_RADIUS_MM, _MM_PER_KM)


def quantified(frame: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Add `q_<name>` per quantity; an unreadable number or unknown place refuses its row."""
    for quantity in profile.quantities:
        frame = _quantity(frame, quantity)
    for rule in profile.refuse:
        frame = refuse(frame, _test(rule), rule.code)
    return frame


def _quantity(frame: pl.DataFrame, quantity: Quantity) -> pl.DataFrame:
    name = f"q_{quantity.name}"
    here = pl.col("scenario").is_in(list(quantity.only)) if quantity.only else pl.lit(value=True)
    if quantity.kind == "constant":
        value = pl.lit(quantity.constant, pl.String)
    elif quantity.kind == "duration":
        value = divided((pl.col("@ended") - pl.col("@occurred")).dt.total_milliseconds(), 1000)
    elif quantity.kind == "text":
        assert quantity.column is not None
        value = pl.col(quantity.column).replace_strict(
            dict(quantity.values or {}), default=pl.col(quantity.column), return_dtype=pl.String
        )
    elif quantity.kind == "great_circle":
        assert quantity.points is not None
        texts = [pl.col(point) for point in quantity.points]
        degrees = [_number(text) for text in texts]
        unknown = pl.any_horizontal([degree.is_null() for degree in degrees])
        frame = refuse(frame, here & unknown, "record.lookup_unknown")
        value = great_circle_km(*degrees)
    else:
        assert quantity.column is not None
        text = pl.col(quantity.column)
        value = _number(text, frame.schema[quantity.column], quantity)
        frame = refuse(
            frame, here & text.is_not_null() & value.is_null(), "record.number_unreadable"
        )
    if quantity.factor != 1 and quantity.kind != "constant":
        value = divided(value * quantity.factor.numerator, quantity.factor.denominator)
    return frame.with_columns(pl.when(here).then(value).alias(name))


def _number(
    text: pl.Expr, dtype: pl.DataType | None = None, quantity: Quantity | None = None
) -> pl.Expr:
    """A finite number, or null."""
    if dtype is None or dtype == pl.String:
        if quantity and quantity.thousands:
            text = text.str.replace_all(quantity.thousands, "", literal=True)
        if quantity and quantity.decimal != ".":
            text = text.str.replace_all(quantity.decimal, ".", literal=True)
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _literal(bound: Fraction) -> pl.Expr:
    return pl.lit(bound.numerator / bound.denominator)


def _test(rule: Refuse) -> pl.Expr:
    here = pl.col("scenario").is_in(list(rule.only)) if rule.only else pl.lit(value=True)
    bound = _literal(rule.bound)
    if rule.test == "speed_above":
        return here & (pl.col("q_distance") * 3600 > bound * pl.col("q_duration"))
    assert rule.quantity is not None
    value = _tested(rule.quantity)
    tests = {
        "below": value < bound,
        "above": value > bound,
        "at_most": value <= bound,
        "at_least": value >= bound,
        "equals": value == bound,
        "missing": value.is_null(),
    }
    return here & tests[rule.test]


def _tested(name: str) -> pl.Expr:
    own = {"occurred_at": "@occurred", "ended_at": "@ended"}
    if name in own:
        return pl.col(own[name])
    if name in ("points", "jumps", "gaps", "track_km"):
        return pl.col(name)
    return pl.col(f"q_{name}")
