"""The catalogue of scenarios as a list, for citizens and for everybody."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from tanpuhui.kernel.cityrules import title_said
from tanpuhui.web.shared import lists, scenes
from tanpuhui.web.shared.lists import Cell, Filter, Head
from tanpuhui.web.shared.scenes import Scene

ALL = 200  # a catalogue stands on one page unless it grows beyond reading


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    filters = {"group": tuple(scenes.GROUPS), "gives": ("mass", "points", "open")}
    return lists.query_of(got, sorts=("no", "title"), sort="no", filters=filters)


def table(
    query: lists.Query, open_nos: Collection[int] = (), *, for_citizen: bool = False
) -> lists.Listing[Scene]:
    """Scenarios; a citizen may also ask for those that are open."""
    group, gives = query.get("group"), query.get("gives")
    every = [scenes.scene(one, open_nos) for one in scenes.scenarios_in_order()]
    fitting = [
        one for one in every if group in {"", one.group} and (not gives or gives in _gives(one))
    ]
    offered = [("mass", _("可计减排量")), ("points", _("只记积分"))]
    if for_citizen:
        offered.append(("open", _("已开通")))
    groups = [(key, _(word)) for key, word in scenes.GROUPS.items()]
    return lists.held(
        query,
        tuple(Head(one) for one in (_("编号"), _("场景"), _("类别"), _("说明"), _("方法学"))),
        fitting,
        lambda one: (
            Cell(f"{one.group}/{one.slug}"),
            Cell(title_said(one.title)),
            Cell(_(scenes.GROUPS.get(one.group, one.group))),
            Cell(one.summary),
            Cell(one.methodology_key or _("只记积分")),
        ),
        words=lambda one: (
            f"{one.title} {title_said(one.title)} {one.summary} {one.methodology_key}"
        ),
        keys={"no": lambda one: one.no, "title": lambda one: one.title},
        size=ALL,
        caption=_("低碳场景"),
        search_hint=_("名称或说明"),
        filters=(
            Filter("group", _("类别"), _("全部"), lists.options(groups), group),
            Filter("gives", _("状态"), _("全部"), lists.options(offered), gives),
        ),
        sorts=lists.options([("no", _("按通知的次序")), ("title", _("按名称"))]),
    )


def _gives(one: Scene) -> set[str]:
    return {"points" if one.is_points_only else "mass", "open" if one.is_open else ""}
