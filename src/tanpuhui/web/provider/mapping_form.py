"""The mapping form: what a scenario wants beside what the file has, with guesses to begin with."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import QueryDict

from tanpuhui.domain.intake.data import ColumnMap, FieldMap, UploadView
from tanpuhui.domain.intake.errors import ProfileRefused
from tanpuhui.domain.intake.mapping import TIME_FORMS
from tanpuhui.domain.parties.data import OrganisationView
from tanpuhui.engine.methodologies import Input
from tanpuhui.kernel import clock
from tanpuhui.kernel.cityrules import pack
from tanpuhui.packs import Scenario
from tanpuhui.web.provider.mapping_guesses import (
    FIELD_GUESSES,
    GUESSES,
    guess,
    time_form_of,
    unit_of,
    units_for,
)
from tanpuhui.web.shared import scenes

UNIT_WORDS = {
    "km": "公里 km", "m": "米 m", "mi": "英里", "ft": "英尺", "h": "小时", "min": "分钟", "s": "秒",
    "kWh": "千瓦时 kWh", "Wh": "瓦时 Wh", "MWh": "兆瓦时 MWh", "kg": "公斤 kg", "g": "克 g",
    "t": "吨 t", "jin": "斤", "m3": "立方米 m³", "L": "升 L", "gal_us": "美制加仑",
    "item": "个", "1": "无单位",
}  # fmt: skip
ZONES = {
    "Asia/Shanghai": "北京时间",
    "UTC": "世界时 UTC",
}
SEPARATORS = {",": "逗号 ,", "\t": "制表符", ";": "分号 ;", "|": "竖线 |"}
ENCODINGS = {"utf-8": "UTF-8", "gb18030": "GB 18030（GBK）"}
WORD_LINE = re.compile(r"^\s*(.+?)\s*[=\uff1d]\s*(\S+)\s*$")


@dataclass(frozen=True)
class Choice:
    """An option of a select."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True)
class FieldLine:
    """One quantity: which column, in which unit, or which words mean which choice."""

    name: str
    label: str
    is_required: bool
    bounds: str
    columns: tuple[Choice, ...]
    units: tuple[Choice, ...]
    to: str
    words: str
    is_choice: bool
    may_be_computed: bool
    is_computed: bool


@dataclass(frozen=True)
class MappingForm:
    """The form with everything that it offers and holds."""

    upload: UploadView
    values: QueryDict
    scenarios: tuple[Choice, ...]
    chosen: tuple[Scenario, ...]
    examples: Mapping[str, str]

    def value(self, name: str) -> str:
        """What was given, or the guess."""
        if name in self.values:
            return self.values.get(name, "").strip()
        return self._guess(name)

    def _guess(self, name: str) -> str:
        plain = {
            "title": self._title(),
            "time_zone": pack().time_zone,
            "encoding": self.upload.encoding or "utf-8",
            "separator": self.upload.separator or ",",
            "time_form": time_form_of(self.examples.get(self._guessed("occurred_at"), "")),
        }
        return plain[name] if name in plain else self._guessed(name)

    def _title(self) -> str:
        names = "、".join(one.title for one in self.chosen)
        stem = self.upload.file_name.rpartition(".")[0] or self.upload.file_name
        return f"{names}：{stem}"[:60] if names else ""

    def _guessed(self, name: str) -> str:
        pattern = GUESSES.get(name)
        return guess(pattern, self.upload.columns) if pattern else ""

    @property
    def is_scenario_chosen(self) -> bool:
        """Whether the second part can be shown."""
        return bool(self.chosen)

    @property
    def is_mixed(self) -> bool:
        """Whether a column says which scenario a row is of."""
        return len(self.chosen) > 1

    @property
    def title(self) -> str:
        """The mapping's name."""
        return self.value("title")

    @property
    def item_nos(self) -> tuple[str, ...]:
        """Columns that together are the record's number."""
        given = [one for one in self.values.getlist("item_no") if one]
        return tuple(given) or tuple(filter(None, [self._guessed("item_no")]))

    @property
    def item_no_choices(self) -> tuple[Choice, ...]:
        """Columns for the first part of the number."""
        return self._columns(self.item_nos[0] if self.item_nos else "")

    @property
    def item_no_more(self) -> tuple[Choice, ...]:
        """Columns for a second part."""
        return self._columns(self.item_nos[1] if len(self.item_nos) > 1 else "")

    @property
    def subject_choices(self) -> tuple[Choice, ...]:
        """Columns for the user."""
        return self._columns(self.value("subject"))

    @property
    def occurred_choices(self) -> tuple[Choice, ...]:
        """Columns for the time."""
        return self._columns(self.value("occurred_at"))

    @property
    def ended_choices(self) -> tuple[Choice, ...]:
        """Columns for the end."""
        return self._columns(self.value("ended_at"))

    @property
    def asset_choices(self) -> tuple[Choice, ...]:
        """Columns for the thing's number."""
        return self._columns(self.value("asset_key"))

    @property
    def scenario_column_choices(self) -> tuple[Choice, ...]:
        """Columns that say the scenario."""
        return self._columns(self.value("scenario_column"))

    @property
    def scenario_words(self) -> str:
        """Words of that column, one a line."""
        if "scenario_words" in self.values:
            return self.values.get("scenario_words", "")
        return "\n".join(f"{one.title}={one.id}" for one in self.chosen)

    @property
    def blanks(self) -> str:
        """Texts that mean nothing."""
        return self.values.get("blanks", "")

    @property
    def time_forms(self) -> tuple[Choice, ...]:
        """Ways of writing a time."""
        return _choices(TIME_FORMS, self.value("time_form"))

    @property
    def zones(self) -> tuple[Choice, ...]:
        """Time zones."""
        return _choices(
            ZONES | {pack().time_zone: ZONES.get(pack().time_zone, pack().time_zone)},
            self.value("time_zone"),
        )

    @property
    def encodings(self) -> tuple[Choice, ...]:
        """Encodings of a text file."""
        return _choices(ENCODINGS, self.value("encoding"))

    @property
    def separators(self) -> tuple[Choice, ...]:
        """Separators of a CSV file."""
        return _choices(SEPARATORS, self.values.get("separator") or self.upload.separator or ",")

    @property
    def is_text(self) -> bool:
        """Whether the file has an encoding."""
        return self.upload.kind in {"csv", "ndjson"}

    @property
    def fields(self) -> tuple[FieldLine, ...]:
        """Every quantity that the chosen scenarios take."""
        return tuple(self._field(one) for one in self._inputs().values())

    def _inputs(self) -> dict[str, Input]:
        found: dict[str, Input] = {}
        for scenario in self.chosen:
            found |= pack().inputs_for(scenario.id, clock.today())
        return found

    def _field(self, one: Input) -> FieldLine:
        column = self.value(f"f-{one.name}")
        if f"f-{one.name}" not in self.values:
            column = guess(FIELD_GUESSES.get(one.name, re.escape(one.name)), self.upload.columns)
        to = one.unit.text if one.unit and not one.choices else ""
        given = self.values.get(f"u-{one.name}") or unit_of(column, to)
        return FieldLine(
            name=one.name,
            label=one.label,
            is_required=one.required,
            bounds=scenes.bounds(one),
            columns=self._columns(column),
            units=_choices({unit: UNIT_WORDS.get(unit, unit) for unit in units_for(to)}, given),
            to=to,
            words=self.values.get(
                f"w-{one.name}", "\n".join(f"{one.words.get(c, c)}={c}" for c in one.choices)
            ),
            is_choice=bool(one.choices),
            may_be_computed=one.name == "duration",
            is_computed=self.values.get("f-duration") == "@computed" and one.name == "duration",
        )

    def _columns(self, chosen: str) -> tuple[Choice, ...]:
        return tuple(
            Choice(name, self._shown(name), name == chosen) for name in self.upload.columns
        )

    def _shown(self, name: str) -> str:
        example = self.examples.get(name, "")
        return f"{name}（如 {example[:24]}）" if example else name

    def mapping(self) -> ColumnMap:
        """What was given, checked as far as the form goes.

        Raises:
            ProfileRefused: something compulsory is missing.
        """
        if not self.chosen:
            raise ProfileRefused("请先选择场景。")
        for name, word in (
            ("title", "名称"),
            ("subject", "用户标识"),
            ("occurred_at", "发生时间"),
        ):
            if not self.values.get(name, "").strip():
                raise ProfileRefused(f"请选择或填写“{word}”。")
        if not [one for one in self.values.getlist("item_no") if one]:
            raise ProfileRefused("请选择“记录编号”的列：重发时编号不变，才不会重复计入。")
        fields, is_computed = self._mapped()
        ended = self.values.get("ended_at", "")
        if is_computed and not ended:
            raise ProfileRefused("时长要由起止时间算出，请选择“结束时间”的列。")
        mixed = self.is_mixed
        words = _words(self.values.get("scenario_words", "")) if mixed else ()
        if mixed and not self.values.get("scenario_column"):
            raise ProfileRefused("选了多个场景，请选择说明场景的列。")
        return ColumnMap(
            title=self.values.get("title", "").strip(),
            kind=self.upload.kind,
            item_no=tuple(one for one in self.values.getlist("item_no") if one),
            subject=self.values.get("subject", ""),
            occurred_at=self.values.get("occurred_at", ""),
            time_form=self._offered("time_form", TIME_FORMS),
            time_zone=self._offered("time_zone", ZONES | {pack().time_zone: ""}),
            scenario="" if mixed else self.chosen[0].id,
            scenario_column=self.values.get("scenario_column", "") if mixed else "",
            scenario_words=words,
            ended_at=ended,
            asset_key=self.values.get("asset_key", ""),
            encoding=self._offered("encoding", ENCODINGS) if self.is_text else "",
            separator=self._offered("separator", SEPARATORS) if self.upload.kind == "csv" else "",
            blanks=tuple(self.values.get("blanks", "").split()),
            fields=fields,
            sets_duration=is_computed,
        )

    def _offered(self, name: str, offered: Iterable[str]) -> str:
        given = self.values.get(name) or self._guess(name)
        if given not in set(offered):
            raise ProfileRefused("页面提交了不存在的选项，请重新选择。")
        return given

    def _mapped(self) -> tuple[tuple[FieldMap, ...], bool]:
        found: list[FieldMap] = []
        is_computed = False
        by_scenario = {one.id: set(pack().inputs_for(one.id, clock.today())) for one in self.chosen}
        for one in self._inputs().values():
            column = self.values.get(f"f-{one.name}", "")
            if column == "@computed":
                is_computed = True
                continue
            if not column:
                if one.required:
                    raise ProfileRefused(f"请选择“{one.label}”的列：这个场景必须报送它。")
                continue
            holders = tuple(
                sorted(one_id for one_id, names in by_scenario.items() if one.name in names)
            )
            only = holders if len(holders) < len(self.chosen) else ()
            if one.choices:
                words = _words(self.values.get(f"w-{one.name}", ""))
                found.append(FieldMap(one.name, column, words=words, only=only))
            else:
                to = one.unit.text if one.unit else "1"
                unit = self.values.get(f"u-{one.name}") or to
                found.append(FieldMap(one.name, column, unit=unit, to=to, only=only))
        return tuple(found), is_computed


def form_of(
    values: QueryDict,
    upload: UploadView,
    organisation: OrganisationView,
    examples: Mapping[str, str],
) -> MappingForm:
    """The form of a request."""
    wanted = set(values.getlist("scenario"))
    mine = [one for one in scenes.scenarios_in_order() if organisation.scenario_mask >> one.no & 1]
    if len(mine) == 1:
        wanted = {mine[0].id}
    return MappingForm(
        upload=upload,
        values=values,
        scenarios=tuple(Choice(one.id, one.title, one.id in wanted) for one in mine),
        chosen=tuple(one for one in mine if one.id in wanted),
        examples=examples,
    )


def _choices(offered: Mapping[str, str], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, value == chosen) for value, label in offered.items())


def _words(text: str) -> tuple[tuple[str, str], ...]:
    """`文字=取值` lines.

    Raises:
        ProfileRefused: a line without its sign.
    """
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        match = WORD_LINE.match(line)
        if match is None:
            raise ProfileRefused(f"“{line.strip()[:40]}”应写成 文件里的文字=取值，每行一个。")
        found.append((match.group(1), match.group(2)))
    return tuple(found)
