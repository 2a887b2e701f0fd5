"""The files of a pack: which keys each kind holds and what may stand there. One table per kind."""

from decimal import Decimal
from typing import Any

from tanpuhui.engine.methodologies import LEVELS, STATUSES
from tanpuhui.engine.rounding import ROUNDINGS
from tanpuhui.packs.loader import Form, Mapping, Node, Reading, Text
from tanpuhui.packs.specs import (
    Day,
    Flag,
    ListOf,
    Loose,
    MapOf,
    Numeric,
    OneOf,
    OrNull,
    Record,
    UnitText,
    Words,
    whole,
)

TIERS = ("国标", "地标", "团标", "本市", "official", "press", "secondary", "proposal")
ENGINE_VERSION = 1

TEXT = Words()
NUMBER = Numeric()
NAME = Words(r"[a-z][a-z0-9_]*", "小写字母开头的名字，如 distance")
SLUG = Words(r"[a-z][a-z0-9-]*", "小写字母、数字和连字符，如 one-trip")
REFERENCE = Words(r"[a-z0-9][a-z0-9-]*(#\S.*)?", "来源的键，可加“#条款”，如 hefei-notice#四(四)5")
SOURCES = ListOf(REFERENCE, or_one=True)
SCENARIO_ID = Words(r"[a-z]+/[a-z0-9_]+", "场景编号，如 travel/metro")
METHODOLOGY_ID = Words(r"[A-Z0-9]+(-[A-Z0-9]+)+", "方法学编号，如 HF-TR-002")
PERIOD = Record({"from": Day(), "to?": Day()})
WHY = {"provisional?": Flag(), "reason?": TEXT}

PACK = Record(
    {
        "id": SLUG,
        "title": TEXT,
        "brand": TEXT,
        "official_name": TEXT,
        "operator_name": TEXT,
        "time_zone": TEXT,
        "engine": whole(1),
        "accept": MapOf(NAME, whole()),
        "support_phone": TEXT,
    }
)

SOURCE_FILE = Record(
    {
        "sources": MapOf(
            Words(r"[a-z0-9][a-z0-9-]*", "小写字母、数字和连字符"),
            Record(
                {
                    "title": TEXT,
                    "issuer": TEXT,
                    "number?": TEXT,
                    "date?": TEXT,
                    "url?": TEXT,
                    "tier": OneOf(TIERS),
                    "note?": TEXT,
                }
            ),
        )
    }
)

DATED = MapOf(Day(), OrNull(Record({"value": NUMBER, "source": SOURCES})))
FIGURE = {"label": TEXT, "unit": UnitText(), "basis?": TEXT, "note?": TEXT, **WHY, "values": DATED}
FACTOR_FILE = Record({"factors": MapOf(NAME, Record(FIGURE))})
POINTS_FILE = Record({"points_per_kg": Record(FIGURE)})

_NUMBER_INPUT = {
    "label?": TEXT,
    "unit": UnitText(),
    "places": whole(),
    "min": NUMBER,
    "max": NUMBER,
    "absent?": NUMBER,
    "note?": TEXT,
}
_CHOICE_INPUT = {
    "label?": TEXT,
    "choices": ListOf(TEXT),
    "words?": MapOf(TEXT, TEXT),
    "absent?": TEXT,
    "note?": TEXT,
}


class Either(Form):
    """One of two records, told apart by a key."""

    def __init__(self, key: str, with_key: Record, without: Record) -> None:
        self.key = key
        self.with_key = with_key
        self.without = without

    def read(self, node: Node, reading: Reading) -> Any:
        """The record that applies."""
        has_key = isinstance(node, Mapping) and any(key.text == self.key for key, _ in node.items)
        return (self.with_key if has_key else self.without).read(node, reading)


INPUT = Either("choices", Record(_CHOICE_INPUT), Record(_NUMBER_INPUT))
FIELD = Either(
    "choices",
    Record({**_CHOICE_INPUT, "optional?": Flag()}),
    Record({**_NUMBER_INPUT, "optional?": Flag()}),
)
SHARED = Record(
    {"use": Words(r"factors/[a-z0-9_/]+#[a-z][a-z0-9_]*", "factors/文件#名字"), "label?": TEXT}
)

METHODOLOGY = Record(
    {
        "id": METHODOLOGY_ID,
        "version": whole(1),
        "title": TEXT,
        "status": OneOf(STATUSES),
        "level": OneOf(LEVELS),
        "effective": PERIOD,
        "source": SOURCES,
        "scenario": SCENARIO_ID,
        "boundary": TEXT,
        **WHY,
        "inputs": MapOf(NAME, INPUT),
        "parameters?": MapOf(NAME, Either("use", SHARED, Record(FIGURE)), may_be_empty=True),
        "tables?": MapOf(
            NAME,
            Record(
                {
                    "label": TEXT,
                    "key": NAME,
                    "unit": UnitText(),
                    "note?": TEXT,
                    **WHY,
                    "values": MapOf(
                        Day(), OrNull(Record({"rows": MapOf(TEXT, NUMBER), "source": SOURCES}))
                    ),
                }
            ),
        ),
        "steps": ListOf(
            Record({"name": NAME, "label?": TEXT, "unit": UnitText(), "formula": TEXT})
        ),
        "result": Record(
            {"name": NAME, "unit": UnitText(), "round": OneOf(ROUNDINGS), "places": whole()}
        ),
    }
)


class Sent(Form):
    """A value as a provider would send it: a number, or text."""

    def read(self, node: Node, reading: Reading) -> Any:
        """Decimal for a plain number, text otherwise."""
        if isinstance(node, Text) and not node.is_plain:
            return node.text
        return Loose().read(node, reading)


CASES = ListOf(
    Record(
        {
            "name": TEXT,
            "date": Day(),
            "input": MapOf(NAME, Sent(), may_be_empty=True),
            "steps?": MapOf(NAME, NUMBER),
            "output?": NUMBER,
            "error?": Words(r"[a-z_]+", "错误代码，如 input_below_minimum"),
            "source": TEXT,
        }
    )
)

SCENARIO = Record(
    {
        "id": SCENARIO_ID,
        "no": whole(1),
        "title": TEXT,
        "title_en?": TEXT,
        "summary": TEXT,
        "icon": SLUG,
        "notice": SOURCES,
        "effective": PERIOD,
        "methodology?": METHODOLOGY_ID,
        "points_only?": Record({"reason": TEXT}),
        "points?": Record(FIGURE),
        "claimant": OneOf(("person", "household", "organisation")),
        "claimant_note?": TEXT,
        "late_days": whole(),
        "fields?": MapOf(NAME, FIELD, may_be_empty=True),
        "limits?": MapOf(
            NAME, Record({"value": NUMBER, "unit": UnitText(), "source": SOURCES, "note?": TEXT})
        ),
        "plausibility?": ListOf(
            Record({"code": NAME, "refuse_if": TEXT, "message": TEXT}), may_be_empty=True
        ),
        "caps?": ListOf(
            Record(
                {
                    "per": OneOf(("day", "month", "year")),
                    "of": OneOf(("acts", "mass_g")),
                    "limit": Numeric(Decimal(1), is_whole=True),
                    "source": SOURCES,
                    **WHY,
                }
            ),
            may_be_empty=True,
        ),
        "privacy": TEXT,
        "expected_delay": TEXT,
        "note?": TEXT,
    }
)

OVERLAPS = Record(
    {
        "overlaps": ListOf(
            Record(
                {
                    "id": SLUG,
                    "title": TEXT,
                    "match": OneOf(("time", "key")),
                    "key?": NAME,
                    "scenarios": ListOf(SCENARIO_ID),
                    "message": TEXT,
                    "message_en?": TEXT,
                    "note?": TEXT,
                }
            )
        )
    }
)
LOOSE = Loose()
