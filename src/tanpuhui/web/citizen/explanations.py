"""Why an act was not counted, and what its citizen can do about it."""

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from tanpuhui.domain.scenarios.data import ActView
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.errors import PLACE, filled
from tanpuhui.web.shared.language import ENGLISH
from tanpuhui.web.templatetags.tph import scene, zh

# How the pipeline notes a ceiling; notes are kept as they were written, so their facts are read
# out of them. Notes of overlaps are those of the city's rules.
CEILINGS = (
    "已达到每日上限 {limit} {unit}",
    "已达到每月上限 {limit} {unit}",
    "已达到每年上限 {limit} {unit}",
    "超出每日上限 {limit} {unit}的部分未计入",
    "超出每月上限 {limit} {unit}的部分未计入",
    "超出每年上限 {limit} {unit}的部分未计入",
)

ADVICE = {
    "overlap": (
        "如果两次确实不是同一次，请联系场景企业核对时间和里程。",
        "场景企业更正后重新发来，平台会自动重新核算，不用您再做什么。",
    ),
    "cap": (
        "上限是为了公平，超出的部分不计入，不需要处理。",
        "到下一个周期会重新从零算起。",
    ),
    "act.no_reduction": (
        "这次按公式算下来没有产生减排量，记录仍然保留。",
        "可以看看场景的规则，了解怎样的行为会计入。",
    ),
    "act.withdrawn": (
        "场景企业撤回了这条记录，原因可向该企业了解。",
        "如果不同意，请联系平台客服。",
    ),
}
OTHERWISE = ("请先核对收到的数据；有不对的地方，请联系场景企业更正，或联系平台客服。",)


def advice(code: str) -> tuple[str, ...]:
    """What to do, by reason code or its first part."""
    return ADVICE.get(code) or ADVICE.get(code.partition(".")[0]) or OTHERWISE


def reason(act: ActView) -> str:
    """Why an act has its result, in the reader's language."""
    if get_language() != ENGLISH:
        return act.reason
    if not act.note:
        return gettext(act.sentence)
    return format_html("{} ({})", gettext(act.sentence), note_said(act.note))


def note_said(note: str) -> str | SafeString:
    """A note in English; one that is somebody's own words stays as it is, said to be Chinese."""
    for rule in pack().overlaps:
        facts = _facts(rule.message, note)
        if facts is not None and rule.message_en:
            return filled(rule.message_en, facts | {"winner": scene(facts["winner"])})
    for ceiling in CEILINGS:
        facts = _facts(ceiling, note)
        if facts is not None:
            said = {name: gettext(value) for name, value in facts.items()}
            return filled(gettext(ceiling), said)
    return zh(note)


def _facts(sentence: str, text: str) -> dict[str, str] | None:
    """What stands at the sentence's places in a text, or None where it is another sentence."""
    pieces = PLACE.split(sentence)  # words and names of places by turns
    pattern = "".join(
        f"(?P<{piece}>.+)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)
    )
    found = re.fullmatch(pattern, text)
    return found.groupdict() if found else None
