"""Reads an import profile from its document, strictly: every flaw names its place and its cure."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal, cast, get_args

from tanpuhui.engine.errors import EngineError
from tanpuhui.packs import profiles as form
from tanpuhui.packs.profile_nodes import Node

_TESTS = ("below", "above", "at_most", "at_least", "equals", "missing", "speed_above")
_POINTS = ("lon", "lat", "end_lon", "end_lat")


def _choices(literal: Any) -> tuple[str, ...]:
    return cast("tuple[str, ...]", get_args(literal))


def profile_from(document: Any) -> form.Profile:
    """Build a profile from a strictly loaded YAML document.

    Args:
        document: mappings, lists, texts, booleans, ints, Decimals and Fractions; no floats.

    Raises:
        ProfileError: the first flaw, with its path.
    """
    keys = Node(document).mapping(
        allowed="lookups keep unpivot derive pairing track quantities refuse sum note",
        required="id title file time_zone record",
    )
    record = keys["record"].mapping(
        allowed="ended_at asset_key item_digest", required="item_no subject scenario occurred_at"
    )
    profile = form.Profile(
        id=keys["id"].text(),
        title=keys["title"].text(),
        file=_file(keys["file"]),
        time_zone=keys["time_zone"].zone(),
        item_no=record["item_no"].texts(),
        subject=record["subject"].text(),
        scenario=_scenario(record["scenario"]),
        occurred_at=_time(record["occurred_at"]),
        ended_at=_time(record["ended_at"]) if "ended_at" in record else None,
        asset_key=record["asset_key"].texts() if "asset_key" in record else (),
        item_digest=record["item_digest"].flag() if "item_digest" in record else False,
        lookups={name: _lookup(name, node) for name, node in _named(keys, "lookups").items()},
        keep=tuple(_keep(node) for node in _listed(keys, "keep")),
        unpivot=_unpivot(keys["unpivot"]) if "unpivot" in keys else None,
        derive=tuple(_derive(node) for node in _listed(keys, "derive")),
        pairing=_pairing(keys["pairing"]) if "pairing" in keys else None,
        track=_track(keys["track"]) if "track" in keys else None,
        quantities=tuple(
            _quantity(name, node) for name, node in _named(keys, "quantities").items()
        ),
        refuse=tuple(_refuse(node) for node in _listed(keys, "refuse")),
        sum=_sum(keys["sum"]) if "sum" in keys else None,
    )
    _check(profile)
    return profile


def _named(keys: dict[str, Node], name: str) -> dict[str, Node]:
    return keys[name].mapping() if name in keys else {}


def _listed(keys: dict[str, Node], name: str) -> list[Node]:
    return keys[name].items() if name in keys else []


def _file(node: Node) -> form.FileForm:
    keys = node.mapping(
        allowed="encoding separator quote header list sheet blanks", required="kind"
    )
    kind = keys["kind"].choice(_choices(form.FileKind))
    separator = keys["separator"].text() if "separator" in keys else ","
    if len(separator) != 1 or not separator.isascii():
        raise keys["separator"].fail("profile_separator", "分隔符应是一个半角字符，如“;”或“\\t”。")
    quote: str | None = keys["quote"].text() if "quote" in keys else '"'
    if quote == "none":
        quote = None
    elif quote is None or len(quote) != 1 or not quote.isascii():
        raise keys["quote"].fail("profile_quote", "引号应是一个半角字符；没有引号的文件请写 none。")
    return form.FileForm(
        kind=cast("form.FileKind", kind),
        encoding=cast("form.Encoding", keys["encoding"].choice(_choices(form.Encoding)))
        if "encoding" in keys
        else "utf-8",
        separator=separator,
        quote=quote,
        header=keys["header"].texts() if "header" in keys else None,
        list_path=keys["list"].text() if "list" in keys else "",
        sheet=keys["sheet"].text() if "sheet" in keys else None,
        blanks=keys["blanks"].texts() if "blanks" in keys else (),
    )


def _scenario(node: Node) -> form.Scenario:
    if isinstance(node.value, str):
        return form.Scenario(constant=node.text())
    keys = node.mapping(allowed="", required="column values")
    return form.Scenario(column=keys["column"].text(), values=keys["values"].words())


def _time(node: Node) -> form.TimeForm:
    keys = node.mapping(
        allowed="zone zone_column zones precision ambiguous", required="column formats"
    )
    return form.TimeForm(
        column=keys["column"].text(),
        formats=keys["formats"].texts(),
        zone=keys["zone"].zone() if "zone" in keys else None,
        zone_column=keys["zone_column"].text() if "zone_column" in keys else None,
        zones={text: item.zone() for text, item in _named(keys, "zones").items()},
        precision=cast("form.Precision", keys["precision"].choice(_choices(form.Precision)))
        if "precision" in keys
        else "instant",
        ambiguous=cast("form.Ambiguous", keys["ambiguous"].choice(_choices(form.Ambiguous)))
        if "ambiguous" in keys
        else "refuse",
    )


def _lookup(name: str, node: Node) -> form.LookupForm:
    keys = node.mapping(allowed="list file repeats", required="kind key columns")
    columns = {}
    for column, item in keys["columns"].mapping().items():
        if isinstance(item.value, Mapping):
            parts = item.mapping(allowed="", required="path split part")
            columns[column] = form.LookupColumn(
                parts["path"].text(), parts["split"].text(), int(parts["part"].number())
            )
        else:
            columns[column] = form.LookupColumn(item.text())
    return form.LookupForm(
        name=name,
        kind=cast('Literal["csv", "json"]', keys["kind"].choice(("csv", "json"))),
        key=keys["key"].text(),
        columns=columns,
        list_path=keys["list"].text() if "list" in keys else "",
        file=keys["file"].text() if "file" in keys else None,
        repeats=cast('Literal["same", "first"]', keys["repeats"].choice(("same", "first")))
        if "repeats" in keys
        else "same",
    )


def _keep(node: Node) -> form.Keep:
    keys = node.mapping(allowed="in not_in", required="column")
    if ("in" in keys) == ("not_in" in keys):
        raise node.fail("profile_keep", "请写 in 或 not_in 之一。")
    drop = "not_in" in keys
    return form.Keep(keys["column"].text(), keys["not_in" if drop else "in"].texts(), drop)


def _unpivot(node: Node) -> form.Unpivot:
    keys = node.mapping(allowed="", required="columns name value")
    return form.Unpivot(keys["columns"].words(), keys["name"].text(), keys["value"].text())


def _derive(node: Node) -> form.Derive:
    keys = node.mapping(
        allowed="constant join between map values other lookup key take rename suffix",
        required="name",
    )
    ways = [way for way in ("constant", "join", "map", "lookup") if way in keys]
    if len(ways) != 1:
        raise node.fail("profile_derive", "constant、join、map、lookup 请写且只写一种。")
    way = ways[0]
    own = {
        "constant": {"constant"},
        "join": {"join", "between"},
        "map": {"map", "values", "other"},
        "lookup": {"lookup", "key", "take", "rename", "suffix"},
    }[way]
    needed = {"map": {"values"}, "lookup": {"key", "take"}}.get(way, set())
    if strange := set(keys) - own - {"name"}:
        raise node.fail("profile_derive", f"“{way}”不用这些键：{'、'.join(sorted(strange))}。")
    if lacking := needed - set(keys):
        raise node.fail("profile_derive", f"“{way}”还要写：{'、'.join(sorted(lacking))}。")

    def word(key: str) -> str | None:
        return keys[key].text() if key in keys else None

    return form.Derive(
        name=keys["name"].text(),
        constant=word("constant"),
        join=keys["join"].texts() if way == "join" else (),
        between=word("between") or "-",
        source=word("map") or word("key"),
        values=keys["values"].words() if way == "map" else None,
        other=word("other"),
        lookup=word("lookup"),
        take=word("take"),
        rename=keys["rename"].words() if "rename" in keys else {},
        suffix=word("suffix"),
    )


def _pairing(node: Node) -> form.Pairing:
    keys = node.mapping(allowed="single", required="by event start end")
    return form.Pairing(
        by=keys["by"].texts(),
        event=keys["event"].text(),
        start=keys["start"].texts(),
        end=keys["end"].texts(),
        single=keys["single"].texts() if "single" in keys else (),
    )


def _track(node: Node) -> form.Track:
    keys = node.mapping(allowed="contiguous jump_kmh gap_seconds", required="by lon lat")
    return form.Track(
        by=keys["by"].text(),
        lon=keys["lon"].text(),
        lat=keys["lat"].text(),
        contiguous=keys["contiguous"].flag() if "contiguous" in keys else False,
        jump_kmh=keys["jump_kmh"].number() if "jump_kmh" in keys else Fraction(120),
        gap_seconds=int(keys["gap_seconds"].number()) if "gap_seconds" in keys else 300,
    )


def _sum(node: Node) -> form.Sum:
    keys = node.mapping(allowed="", required="by period")
    period = cast('Literal["day", "month"]', keys["period"].choice(("day", "month")))
    return form.Sum(keys["by"].texts(), period)


def _quantity(name: str, node: Node) -> form.Quantity:
    keys = node.mapping(
        allowed="column unit to values great_circle duration constant thousands decimal only"
    )
    ways = [way for way in ("column", "great_circle", "duration", "constant") if way in keys]
    if len(ways) != 1:
        raise node.fail(
            "profile_quantity", "column、great_circle、duration、constant 请写且只写一种。"
        )
    if ("unit" in keys) != ("to" in keys):
        raise node.fail("profile_quantity", "unit（文件的单位）与 to（记录的单位）要同时写。")
    kind: str = ways[0]
    if kind == "column":
        kind = "text" if "values" in keys else "number"
        if kind == "number" and "unit" not in keys:
            raise node.fail("profile_quantity", "数值列要写 unit 和 to，如 unit: Wh、to: kWh。")
    if kind == "duration" and not keys["duration"].flag():
        raise keys["duration"].fail("profile_quantity", "这里只能写 true。")
    given = {"great_circle": "km", "duration": "s"}.get(kind)
    try:
        factor = form.conversion(
            keys["unit"].text() if "unit" in keys else given or "1",
            keys["to"].text() if "to" in keys else given or "1",
        )
    except EngineError as error:
        raise node.fail(error.code, error.message) from None
    points = keys["great_circle"].texts() if kind == "great_circle" else None
    if points is not None and len(points) != len(_POINTS):
        raise keys["great_circle"].fail(
            "profile_points", "请依次写四列：起点经度、纬度，终点经度、纬度。"
        )
    return form.Quantity(
        name=name,
        kind=cast('Literal["number", "text", "great_circle", "duration", "constant"]', kind),
        column=keys["column"].text() if "column" in keys else None,
        points=points,
        factor=factor,
        values=keys["values"].words() if "values" in keys else None,
        constant=keys["constant"].text() if "constant" in keys else None,
        thousands=keys["thousands"].text() if "thousands" in keys else None,
        decimal=keys["decimal"].choice((".", ",")) if "decimal" in keys else ".",
        only=keys["only"].texts() if "only" in keys else (),
    )


def _refuse(node: Node) -> form.Refuse:
    keys = node.mapping(allowed=f"quantity only {' '.join(_TESTS)}", required="code message")
    tests = [test for test in _TESTS if test in keys]
    if len(tests) != 1:
        raise node.fail("profile_refuse", f"请写且只写一种条件：{'、'.join(_TESTS)}。")
    test = tests[0]
    if "quantity" not in keys and test != "speed_above":
        raise node.fail("profile_refuse", "缺少 quantity：要检查的量。")
    if test == "missing":
        keys[test].flag()
    return form.Refuse(
        code=keys["code"].text(),
        message=keys["message"].text(),
        quantity=keys["quantity"].text() if "quantity" in keys else None,
        test=cast('Literal["below", "above", "at_most", "missing"]', test),
        bound=Fraction(0) if test == "missing" else keys[test].number(),
        only=keys["only"].texts() if "only" in keys else (),
    )


def _check(profile: form.Profile) -> None:
    """What only the whole shows: names that lead nowhere, stages that exclude each other."""
    if sum(stage is not None for stage in (profile.pairing, profile.track, profile.sum)) > 1:
        raise form.ProfileError("profile_stages", "pairing、track、sum 一个档案只能用一种。")
    for place, step in enumerate(profile.derive):
        table = profile.lookups.get(step.lookup or "")
        if step.lookup and (table is None or step.take not in table.columns):
            raise form.ProfileError(
                "profile_lookup",
                f"lookups 里没有“{step.lookup}”的“{step.take}”列。",
                ("derive", place),
            )
    names = {quantity.name for quantity in profile.quantities}
    times = {"occurred_at", "ended_at"}
    counted = {"points", "jumps", "gaps", "track_km"} if profile.track else set()
    for place, rule in enumerate(profile.refuse):
        if rule.quantity and rule.quantity not in names | times | counted:
            raise form.ProfileError(
                "profile_refuse", f"quantities 里没有“{rule.quantity}”。", ("refuse", place)
            )
        if rule.test == "speed_above" and not {"distance", "duration"} <= names:
            raise form.ProfileError(
                "profile_refuse",
                "speed_above 要有 distance（km）和 duration（s）两个量。",
                ("refuse", place),
            )
    endless = profile.ended_at is None and not (profile.pairing or profile.track)
    if endless and any(quantity.kind == "duration" for quantity in profile.quantities):
        raise form.ProfileError("profile_duration", "时长要有 record.ended_at。", ("quantities",))
    if profile.sum and any(q.kind not in ("number", "constant") for q in profile.quantities):
        raise form.ProfileError("profile_sum", "求和时各量须是数值列。", ("quantities",))
