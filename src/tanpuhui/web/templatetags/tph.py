"""Template words of this product: icons, masses, points, days. Built in to every template."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

import qrcode
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from tanpuhui.domain.parties import staffing
from tanpuhui.kernel import clock
from tanpuhui.kernel.cityrules import title_said
from tanpuhui.web.shared import districts, durations, numbers
from tanpuhui.web.shared.language import ENGLISH

register = template.Library()

WEEKDAYS = "一二三四五六日"
LEAD_CHARACTERS = 12
LEAD_LETTERS = 30
FALLBACK_ICON = "leaf"
DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
STATUSES = {"draft": "草案", "reviewed": "已评审", "filed": "已备案"}
STATE_TONES = {"已入账": "ok", "核算中": "wait", "未计入": "no", "已冲正": "off"}


@lru_cache(maxsize=512)
def _icon(name: str) -> SafeString:
    """The icon's markup, made once for a process: parsing it takes most of a page's time."""
    try:
        source = lucide(name)
    except IconDoesNotExist:
        source = lucide(FALLBACK_ICON)
    found = DRAWING.search(re.sub(r"\s*\n\s*", "", source))
    drawing = found.group(1).replace(" />", "/>") if found else ""
    return mark_safe(  # noqa: S308 - the text comes from the icon library, not from a person
        f'<svg class="t-i" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{drawing}</svg>'
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon by its lucide name; it says nothing to a screen reader, so a word stands beside."""
    return _icon(str(name))


@register.filter
def kg(mg: int) -> str:
    """Kilograms with two places."""
    return numbers.kilograms(mg)


@register.filter
def kg_exact(mg: int) -> str:
    """Kilograms to the milligram."""
    return numbers.kilograms_exact(mg)


@register.filter
def mass(mg: int) -> str:
    """One person's amount with its unit."""
    return " ".join(numbers.mass(mg))


@register.filter
def mass_signed(mg: int) -> str:
    """One person's amount with sign and unit: +0.42 kg."""
    return f"{'+' if mg > 0 else ''}{mass(mg)}"


@register.simple_tag
def mass_big(mg: int, unit: str = "CO₂e") -> SafeString:
    """A headline figure: the number large, its unit small."""
    figure, short = numbers.mass(mg)
    return format_html(
        '<b class="t-num">{}</b> <span class="t-unit">{} {}</span>', figure, short, unit
    )


@register.simple_tag
def mass_city(mg: int) -> SafeString:
    """A city's headline figure, in tonnes from one tonne on."""
    figure, short = numbers.mass_public(mg)
    joined = f"{short}CO₂e" if short == "t" else f"{short} CO₂e"
    return format_html('<b class="t-num">{}</b> <span class="t-unit">{}</span>', figure, joined)


@register.filter
def tonnes(mg: int) -> str:
    """Tonnes with one place; below a hundredth of that, two."""
    return numbers.tonnes(mg, 1 if abs(mg) >= numbers.MG_PER_TONNE // 10 or not mg else 3)


@register.filter
def mass_wall(mg: int) -> str:
    """A district's amount with its unit, tonnes from one tonne on."""
    return " ".join(numbers.mass_public(mg))


@register.filter
def kg_axis(mg: int) -> str:
    """A figure beside a scale, in kilograms, with as few places as it needs."""
    text = numbers.kilograms_exact(mg)
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.simple_tag
def count_wall(number: int, unit: str) -> SafeString:
    """A count to be read from afar: 86.42 万户."""
    figure, short = numbers.count_public(number)
    return format_html(
        '<b class="t-num">{}</b> <span class="t-unit">{}{}</span>', figure, short, unit
    )


@register.filter
def district(code: str) -> str:
    """A district's name."""
    return districts.name(code)


@register.filter
def district_short(code: str) -> str:
    """A district's short name."""
    return districts.short(code)


@register.filter
def points(number: int) -> str:
    """Points or another count, with thousands separators."""
    return numbers.count(number)


@register.filter
def points_signed(number: int) -> str:
    """Points with sign: +4."""
    return f"{'+' if number > 0 else ''}{numbers.count(number)}"


@register.filter
def day(value: date) -> str:
    """A day as people say it: 今天, 昨天, 11月20日, and with the year where it is another one."""
    today = clock.today()
    if value == today:
        return gettext("今天")
    if value == today - timedelta(days=1):
        return gettext("昨天")
    if get_language() == ENGLISH:
        return f"{value:%-d %b}" if value.year == today.year else f"{value:%-d %b %Y}"
    text = f"{value.month}月{value.day}日"
    return text if value.year == today.year else f"{value.year}年{text}"


@register.filter
def day_of(value: datetime) -> date:
    """The city's day of an instant."""
    return clock.day_of(value)


@register.filter
def day_full(value: date) -> str:
    """A day with year and weekday: 2026年11月20日 星期五."""
    if get_language() == ENGLISH:
        return f"{value:%A, %-d %B %Y}"
    return f"{value.year}年{value.month}月{value.day}日 星期{WEEKDAYS[value.weekday()]}"


@register.filter
def month(value: date) -> str:
    """A month: 2026年11月."""
    if get_language() == ENGLISH:
        return f"{value:%B %Y}"
    return f"{value.year}年{value.month}月"


@register.filter
def time_of_day(value: datetime) -> str:
    """Hours and minutes in the city's zone."""
    return value.astimezone(clock.city_zone()).strftime("%H:%M")


@register.filter
def moment(value: datetime) -> str:
    """Day, hour and minute in the city's zone: 2026-11-20 08:12."""
    return value.astimezone(clock.city_zone()).strftime("%Y-%m-%d %H:%M")


@register.filter
def day_time(value: datetime) -> str:
    """Day and minute as people say them: 今天 08:12."""
    return f"{day(clock.day_of(value))} {time_of_day(value)}"


@register.filter
def duration(seconds: int) -> str:
    """How long something took: 25 分钟, 3 小时, 2 天."""
    return durations.words(seconds)


@register.filter
def unit(text: str) -> str:
    """A unit or formula with a proper lowered two: kgCO₂e."""
    return text.replace("CO2", "CO₂").replace(" * ", " × ").replace("*", "·")


@register.filter
def equals(value: str) -> str:
    """A computed value with its sign: = 12.5, or ≈ 748.55 where it was shortened."""
    return f"≈ {value[1:]}" if value.startswith("≈") else f"= {value}"


@register.filter
def group_of(scenario_id: str) -> str:
    """`travel` of `travel/metro`."""
    return scenario_id.partition("/")[0]


@register.filter
def slug_of(scenario_id: str) -> str:
    """`metro` of `travel/metro`."""
    return scenario_id.partition("/")[2]


@register.filter
def status(word: str) -> str:
    """A methodology's status in words."""
    return gettext(STATUSES.get(word, word))


@register.filter
def said(text: str) -> str:
    """Words of the platform that come from code, in the reader's language."""
    return gettext(text) if text else ""


@register.filter
def zh(text: str) -> SafeString:
    """Words that bind in Chinese only: said to be Chinese where the page is in English."""
    if get_language() == ENGLISH and text:
        return format_html('<span lang="zh-Hans">{}</span>', text)
    return format_html("{}", text)


@register.filter
def scene(title: str) -> str:
    """A scenario's title, the pack's English one where the page is in English."""
    return title_said(title)


@register.filter
def role_title(role: str) -> str:
    """A staff role in Chinese."""
    return dict(staffing.roles()).get(role, role)


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """A QR code as inline SVG: no image of its own, so the strict policy lets it through."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return format_html(
        '<svg class="t-qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"'
        ' shape-rendering="crispEdges"><path d="{2}"/></svg>',
        len(rows),
        label,
        path,
    )


@register.filter
def lead(text: str) -> SafeString:
    """A paragraph whose words before the first colon stand out: **谁能看到**：您本人。"""
    colon, most = ("：", LEAD_CHARACTERS) if "：" in text else (": ", LEAD_LETTERS)
    head, found, rest = text.partition(colon)
    if not found or len(head) > most:
        return format_html("{}", text)
    return format_html("<b>{}</b>{}{}", head, colon, rest)


@register.simple_tag
def state(word: str, tone: str = "") -> SafeString:
    """A state chip: colour never alone, the word says it."""
    return format_html(
        '<span class="t-chip t-{}">{}</span>',
        tone or STATE_TONES.get(word, "off"),
        gettext(word),
    )


@register.filter
def entry(table: Mapping[str, str], key: str) -> str:
    """The table's word for a key, or the key itself."""
    return table.get(key, key)
