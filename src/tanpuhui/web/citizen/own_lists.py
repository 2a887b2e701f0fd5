"""A citizen's own lists: the same search, order, pages and file as every list, drawn as cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tanpuhui.domain.notify import selectors as notify
from tanpuhui.domain.notify.data import MessageView
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties.services.unmasking import FIELDS
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios.data import SenderView
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.domain.supervision.data import TicketView
from tanpuhui.domain.supervision.states import TicketKind, TicketState
from tanpuhui.kernel import cityrules
from tanpuhui.packs import Scenario
from tanpuhui.web.citizen import consenting, looks
from tanpuhui.web.shared import lists, numbers
from tanpuhui.web.shared.lists import Cell, Filter, Head, Query
from tanpuhui.web.templatetags.tph import moment, scene


@dataclass(frozen=True)
class Sent:
    """What one provider sent of one scenario."""

    who: str
    scenario: Scenario
    sums: SenderView


def newest_first() -> tuple[lists.Option, ...]:
    """The two orders by time."""
    return lists.options([("-at", _("最近的在前")), ("at", _("最早的在前"))])


def heads(*labels: str) -> tuple[Head, ...]:
    """Columns of the file."""
    return tuple(Head(one) for one in labels)


def _choice(query: Query, name: str, label: str, pairs: Sequence[tuple[str, str]]) -> Filter:
    offered = lists.options([(value, _(word)) for value, word in pairs])
    return Filter(name, label, _("全部"), offered, query.get(name))


def tickets_query(got: Mapping[str, str]) -> Query:
    """What the address asks for."""
    filters = {"kind": TicketKind.values, "progress": TicketState.values}
    return lists.query_of(got, sorts=("at", "kind"), sort="-at", filters=filters)


def tickets(query: Query, person_id: int) -> lists.Listing[TicketView]:
    """Questions, complaints and appeals."""
    order = {"at": "opened", "-at": "-opened"}.get(query.sort, query.sort)

    def read(limit: int, offset: int) -> list[TicketView]:
        return supervision.tickets(
            person_id=person_id,
            kind=query.get("kind"),
            state=query.get("progress"),
            text=query.text,
            order=order,
            limit=limit,
            offset=offset,
        )

    return lists.listing(
        query,
        heads(_("工单号"), _("标题"), _("类别"), _("提出"), _("进度"), _("结论")),
        read,
        lambda rows: [
            (
                Cell(one.public_id),
                Cell(one.title),
                Cell(_(one.kind_label)),
                Cell(moment(one.opened_at)),
                Cell(_(one.state_label)),
                Cell(_(one.outcome_label) if one.outcome else ""),
            )
            for one in rows
        ],
        caption=_("我的工单"),
        search_hint=_("标题或工单号"),
        filters=(
            _choice(query, "kind", _("类别"), TicketKind.choices),
            _choice(query, "progress", _("进度"), TicketState.choices),
        ),
        sorts=(*newest_first(), lists.Option("kind", _("按类别"))),
    )


def messages_query(got: Mapping[str, str]) -> Query:
    """What the address asks for."""
    filters = {"show": ("unread",), "kind": ("service", "activity")}
    return lists.query_of(got, sorts=("at",), sort="-at", filters=filters)


def messages(query: Query, person_id: int) -> lists.Listing[MessageView]:
    """The inbox."""

    def read(limit: int, offset: int) -> list[MessageView]:
        return notify.messages(
            person_id,
            limit=limit,
            offset=offset,
            is_unread=query.get("show") == "unread",
            kind=query.get("kind"),
            text=query.text,
            is_oldest_first=query.sort == "at",
        )

    kinds = (("service", "服务消息"), ("activity", "活动消息"))
    return lists.listing(
        query,
        heads(_("时间"), _("标题"), _("内容"), _("已读")),
        read,
        lambda rows: [
            (
                Cell(moment(one.sent_at)),
                Cell(one.title),
                Cell(one.text),
                Cell(_("是") if one.is_read else _("否")),
            )
            for one in rows
        ],
        caption=_("消息"),
        search_hint=_("标题或内容"),
        filters=(_choice(query, "kind", _("类别"), kinds),),
        keeps=(("show", "unread"),) if query.get("show") else (),
        sorts=newest_first(),
    )


def consents_query(got: Mapping[str, str]) -> Query:
    """What the address asks for."""
    filters = {"standing": ("yes", "no")}
    return lists.query_of(got, sorts=("at", "title"), sort="-at", filters=filters)


def consents(query: Query, person_id: int) -> lists.Listing[consenting.ConsentRow]:
    """Every consent ever given."""
    wanted = query.get("standing")
    rows = [
        one
        for one in consenting.history(person_id)
        if not wanted or (one.consent.withdrawn_at is None) == (wanted == "yes")
    ]
    choices = (("yes", "有效"), ("no", "已撤回"))
    return lists.held(
        query,
        heads(_("授权"), _("对象"), _("同意"), _("撤回"), _("文本")),
        rows,
        lambda one: (
            Cell(_(scene(one.title))),
            Cell(_(one.who)),
            Cell(moment(one.consent.granted_at)),
            Cell(moment(one.consent.withdrawn_at) if one.consent.withdrawn_at else ""),
            Cell(one.consent.text_version),
        ),
        words=lambda one: f"{one.title} {_(scene(one.title))} {one.who}",
        keys={"at": lambda one: one.consent.granted_at, "title": lambda one: one.title},
        caption=_("同意与撤回的记录"),
        search_hint=_("场景或企业"),
        filters=(_choice(query, "standing", _("状态"), choices),),
        sorts=(*newest_first(), lists.Option("title", _("按名称"))),
    )


def senders_query(got: Mapping[str, str]) -> Query:
    """What the address asks for."""
    filters = {"scenario": [str(one.no) for one in cityrules.pack().scenarios.values()]}
    return lists.query_of(got, sorts=("at", "acts", "title"), sort="-at", filters=filters)


def senders(query: Query, person_id: int) -> lists.Listing[Sent]:
    """Who sent what: providers and scenarios with counts."""
    titles = {one.party_id: one.title for one in parties.organisations()}
    city = cityrules.pack()
    everything = [
        Sent(titles.get(one.provider_id, ""), city.scenario_by_no(one.scenario_no), one)
        for one in scenarios.senders_of(person_id)
    ]
    met = {one.scenario.no: scene(one.scenario.title) for one in everything}
    wanted = query.get("scenario")
    return lists.held(
        query,
        heads(_("企业"), _("场景"), _("条数"), _("计入"), _("最早"), _("最近")),
        [one for one in everything if wanted in {"", str(one.scenario.no)}],
        _sent_cells,
        words=lambda one: f"{one.who} {one.scenario.title} {scene(one.scenario.title)}",
        keys={
            "at": lambda one: one.sums.last_day,
            "acts": lambda one: one.sums.acts,
            "title": lambda one: (one.who, one.scenario.no),
        },
        caption=_("数据是谁发来的"),
        search_hint=_("场景或企业"),
        filters=(
            Filter(
                "scenario",
                _("场景"),
                _("全部场景"),
                lists.options([(str(no), title) for no, title in sorted(met.items())]),
                wanted,
            ),
        ),
        sorts=(
            *newest_first(),
            lists.Option("-acts", _("条数多的在前")),
            lists.Option("title", _("按名称")),
        ),
    )


def _sent_cells(one: Sent) -> tuple[Cell, ...]:
    return (
        Cell(one.who),
        Cell(scene(one.scenario.title)),
        Cell(numbers.count(one.sums.acts), is_right=True),
        Cell(numbers.count(one.sums.counted), is_right=True),
        Cell(str(one.sums.first_day)),
        Cell(str(one.sums.last_day)),
    )


def looks_query(got: Mapping[str, str]) -> Query:
    """What the address asks for."""
    filters = {"what": tuple(FIELDS)}
    return lists.query_of(got, sorts=("at",), sort="-at", filters=filters)


def looked(query: Query, person_id: int) -> lists.Listing[Any]:
    """Who saw the details unmasked."""
    wanted = query.get("what")
    return lists.held(
        query,
        heads(_("时间"), _("谁"), _("看了什么"), _("理由")),
        [one for one in looks.looks_at(person_id) if not wanted or one.what == FIELDS[wanted]],
        lambda one: (Cell(moment(one.at)), Cell(one.who), Cell(_(one.what)), Cell(one.reason)),
        words=lambda one: f"{one.what} {one.who} {one.reason}",
        keys={"at": lambda one: one.at},
        caption=_("查看记录"),
        search_hint=_("理由"),
        filters=(_choice(query, "what", _("看了什么"), tuple(FIELDS.items())),),
        sorts=newest_first(),
    )
