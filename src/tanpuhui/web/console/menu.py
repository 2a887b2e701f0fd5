"""The console's side navigation: which part is for which role."""

from dataclasses import dataclass

READERS = ("operator", "authority", "supervisor")
WORKERS = ("operator", "authority")
EVERYBODY = (*READERS, "system_admin", "security_admin", "audit_admin")
HELPERS = ("operator",)
AUDITORS = ("authority", "supervisor", "audit_admin")


@dataclass(frozen=True)
class Entry:
    """One line of the navigation; `tab` is also the page's name in `console:`."""

    tab: str
    title: str
    icon: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Lines under one heading."""

    title: str
    entries: tuple[Entry, ...]


MENU = (
    Group("", (Entry("home", "待办", "inbox", EVERYBODY),)),
    Group(
        "减排管理",
        (
            Entry("scenarios", "场景与上限", "leaf", READERS),
            Entry("methodologies", "方法学", "book-open-check", READERS),
            Entry("corrections", "更正与冲正", "undo-2", READERS),
            Entry("statistics", "统计与目标", "chart-column", READERS),
            Entry("coverage", "条款覆盖", "list-checks", READERS),
        ),
    ),
    Group(
        "运营",
        (
            Entry("intake", "数据接入", "plug", READERS),
            Entry("organisations", "机构", "building-2", READERS),
            Entry("people", "居民服务", "users", HELPERS),
            Entry("tickets", "申诉与工单", "messages-square", READERS),
            Entry("announcements", "公告", "megaphone", WORKERS),
            Entry("jobs", "任务与导出", "download", EVERYBODY),
        ),
    ),
    Group(
        "监督",
        (
            Entry("changes", "变更复核", "stamp", READERS),
            Entry("anomalies", "异常核查", "triangle-alert", READERS),
            Entry("audit", "审计查询", "scroll-text", AUDITORS),
        ),
    ),
)


def menu_for(role: str) -> list[Group]:
    """The navigation of a role."""
    groups = [
        Group(group.title, tuple(one for one in group.entries if role in one.roles))
        for group in MENU
    ]
    return [group for group in groups if group.entries]
