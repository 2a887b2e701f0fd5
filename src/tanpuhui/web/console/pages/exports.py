"""Any list of the console as a file: the same rows, made in the background, safe to open."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from tanpuhui.kernel import jobs
from tanpuhui.web.console.menu import AUDITORS, HELPERS, READERS, WORKERS
from tanpuhui.web.console.pages import (
    announcements,
    anomalies,
    audit,
    changes,
    deliveries,
    intake,
    methodologies,
    organisations,
    scenarios,
    statistics,
    tickets,
)
from tanpuhui.web.shared import list_files, lists
from tanpuhui.web.shared.downloads import csv_lines, xlsx_write

Params = Mapping[str, str]
Rows = Iterator[list[Decimal | str]]


@dataclass(frozen=True)
class Export:
    """A list that can be exported: for whom, and how a page of it is made."""

    title: str
    roles: tuple[str, ...]
    query: Callable[[Params], lists.Query]
    table: Callable[[lists.Query, str], lists.Listing[Any]]


def _plain(make: Callable[[lists.Query], lists.Listing[Any]]) -> Callable[..., lists.Listing[Any]]:
    """A table that is the same for everybody."""
    return lambda query, _viewer: make(query)


def _corrections(query: lists.Query, viewer: str) -> lists.Listing[Any]:
    return changes.table(query, viewer, kinds=changes.CORRECTIONS)


EXPORTS = {
    "changes": Export("变更", READERS, changes.query_of, changes.table),
    "corrections": Export(
        "更正与冲正",
        READERS,
        lambda got: changes.query_of(got, changes.CORRECTIONS),
        _corrections,
    ),
    "tickets": Export("工单", READERS, tickets.query_of, tickets.table),
    "anomalies": Export("异常", READERS, anomalies.query_of, _plain(anomalies.table)),
    "scenarios": Export("场景", READERS, scenarios.query_of, _plain(scenarios.table)),
    "intake": Export("数据接入", READERS, intake.query_of, _plain(intake.table)),
    "imports": Export(
        "文件导入", READERS, deliveries.imports_query, _plain(deliveries.imports_table)
    ),
    "batches": Export(
        "数据批次", READERS, deliveries.batches_query, _plain(deliveries.batches_table)
    ),
    "refusals": Export(
        "退回记录", READERS, deliveries.refusals_query, _plain(deliveries.refusals_table)
    ),
    "organisations": Export("机构", READERS, organisations.query_of, _plain(organisations.table)),
    "applications": Export(
        "入驻申请",
        HELPERS,
        organisations.applications_query,
        _plain(organisations.applications_table),
    ),
    "announcements": Export("公告", WORKERS, announcements.query_of, _plain(announcements.table)),
    "methodologies": Export("方法学", READERS, methodologies.query_of, _plain(methodologies.table)),
    "coverage": Export(
        "条款覆盖", READERS, methodologies.coverage_query, _plain(methodologies.clauses)
    ),
    "statistics": Export("统计", READERS, statistics.query_of, _plain(statistics.table)),
    "audit": Export("审计记录", AUDITORS, audit.query_of, _plain(audit.table)),
}


def run(job: jobs.Claimed, progress: jobs.Progress) -> str:
    """Write the file of one export; its name in the exports folder."""
    export, kept = EXPORTS[job.params["list"]], dict(job.params["query"])
    query = export.query(kept)
    suffix = job.params["format"]
    name = f"{job.public_id}.{suffix}"
    write = _xlsx if suffix == "xlsx" else _csv
    first = export.table(replace(query, size=1, page="1"), job.asked_by)
    head = [one.label for one in first.heads]
    write(name, head, _rows(export, query, job.asked_by, progress))
    return name


def _rows(export: Export, query: lists.Query, viewer: str, progress: jobs.Progress) -> Rows:
    found = list_files.lines(lambda asked: export.table(asked, viewer), query)
    for done, (page, values) in enumerate(found, start=1):
        yield values
        progress.move(done, done + (list_files.PAGE if page.page.has_next else 0))


def _csv(name: str, head: list[str], rows: Rows) -> None:
    with (jobs.folder() / name).open("w", encoding="utf-8", newline="") as file:
        for line in csv_lines(head, rows):
            file.write(line)


def _xlsx(name: str, head: list[str], rows: Rows) -> None:
    xlsx_write(str(jobs.folder() / name), head, rows)
