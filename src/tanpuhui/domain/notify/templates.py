"""The words of messages, by code. A message keeps its facts; the words are filled when read.

They come in the language that is active then: the reader's on a page, the one that the recipient
chose for a short message.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext

from tanpuhui.kernel.cityrules import title_said

SERVICE, ACTIVITY = "service", "activity"
DAYS = {"day", "since"}  # facts that are days, as 2026-03-10


@dataclass(frozen=True)
class Template:
    """Title and text with places for facts.

    Attributes:
        title: a few words.
        text: one or two sentences: what happened, what to do.
        icon: lucide name.
        kind: service messages always reach the inbox; activity ones only where wanted.
        by_sms: whether it is worth a short message for those who want them.
    """

    title: str
    text: str
    icon: str = "bell"
    kind: str = SERVICE
    by_sms: bool = False


class _Facts(dict[str, Any]):
    """A fact that is missing shows as nothing: an old message never breaks the inbox."""

    def __missing__(self, key: str) -> str:
        return ""


TEMPLATES: Mapping[str, Template] = {
    "sign_in": Template(
        "碳账户有新的登录",
        "您的碳账户刚刚登录（{way}）。如果不是您本人，请马上联系客服。",
        "log-in",
    ),
    "first_act": Template(
        "低碳行为开始入账了",
        "您的低碳行为“{scenario}”已经记进碳账本。每一笔都可以点开，看到每一步怎么算。",
        "sprout",
    ),
    "act_withdrawn": Template(
        "有记录被撤回",
        "{provider}撤回了您{day}{since}的 {count} 条“{scenario}”记录，"
        "账本已相应冲正。不同意可以申诉。",
        "undo-2",
        by_sms=True,
    ),
    "act_corrected": Template(
        "有记录被更正",
        "{provider}更正了您{day}{since}的 {count} 条“{scenario}”记录，账本已按新数据重新核算。",
        "pencil",
    ),
    "consent_given": Template(
        "已同意一项授权",
        "您同意了{provider}发来{scenario}记录（文本 {version}）。随时可以在授权管理里撤回。",
        "shield-check",
    ),
    "consent_withdrawn": Template(
        "已撤回授权",
        "您撤回了{provider}的授权：{scenario}。从现在起不再接收，已入账的不受影响。",
        "shield-off",
    ),
    "consents_withdrawn": Template(
        "已撤回全部授权",
        "您撤回了全部 {count} 项授权。从现在起不再接收，已入账的不受影响。",
        "shield-off",
    ),
    "appeal_answered": Template(
        "申诉有答复了",
        "您对“{scenario}”记录的申诉已有结论：{outcome}。",
        "scale",
        by_sms=True,
    ),
    "ticket_answered": Template(
        "客服已答复",
        "您提交的“{title}”已有答复。看完可以继续追问，也可以评分。",
        "message-circle",
        by_sms=True,
    ),
    "data_looked": Template(
        "工作人员查看了您的信息",
        "为处理“{reason}”，工作人员查看了您的{what}。这次查看已留痕，有疑问可以投诉。",
        "eye",
        by_sms=True,
    ),
    "export_made": Template(
        "您的数据已导出",
        "您的全部数据刚刚导出了一份。如果不是您本人操作，请马上联系客服。",
        "download",
    ),
    "export_ready": Template(
        "您的数据副本已备好",
        "您要的全部数据已经打包，24 小时内可以在隐私中心下载。如果不是您本人操作，请马上联系客服。",
        "download",
    ),
    "details_changed": Template(
        "账户资料已更改",
        "您的{what}已更改。如果不是您本人操作，请马上联系客服。",
        "user-pen",
        by_sms=True,
    ),
}
OTHERWISE = Template("平台消息", "请到相应页面查看。")


def filled(code: str, facts: Mapping[str, Any]) -> Template:
    """The template of a code in the active language, its text with the facts in place."""
    template = TEMPLATES.get(code, OTHERWISE)
    said = {name: _said(name, value) for name, value in facts.items()}
    text = gettext(template.text).format_map(_Facts(said))
    return replace(template, title=gettext(template.title), text=text)


def speaks_of(template: Template, text: str) -> bool:
    """Whether a template's words hold a text, as written or in the active language."""
    words = (template.title, template.text, gettext(template.title), gettext(template.text))
    return any(text.casefold() in one.casefold() for one in words)


def _said(name: str, value: Any) -> Any:
    """A fact in the active language: days, scenarios and our own words; the rest as it stands."""
    if not value or not isinstance(value, str):
        return value
    if name in DAYS:
        return _day(value, is_first=name == "since")
    return gettext(title_said(value))


def _day(text: str, *, is_first: bool) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:  # words of an older message
        return text
    said = f"{day:%-d %B}" if get_language() == "en" else f"{day.month}月{day.day}日"
    return gettext("{day}起").format(day=said) if is_first else said
