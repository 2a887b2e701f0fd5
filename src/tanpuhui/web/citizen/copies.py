"""A citizen's whole data as one archive: JSON for programs, CSV for spreadsheets."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import IO, Any

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.notify import selectors as notify
from tanpuhui.domain.parties.data import OwnData
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.kernel import clock
from tanpuhui.web.citizen import looks
from tanpuhui.web.shared.downloads import BOM, harmless

MESSAGES_MAX = 10_000
README = """这是您在{name}的全部数据，导出时间 {now}。

data.json     全部内容，供程序读取
acts.csv      每条低碳行为（现行版本）：企业、编号、时间、数量、减排量（毫克）、积分、结果
ledger.csv    账本：按日、按场景的每一笔
consents.csv  每一次同意和撤回，及文本版本
links.csv     各企业对您的编号
messages.csv  发给您的消息
tickets.csv   您提交的工单
looks.csv     工作人员查看您完整信息的记录

身份证号为防泄露只显示首尾；减排量单位为毫克二氧化碳当量（1 kg = 1000000 mg）。
请妥善保管，不要转给他人。
"""


def archive(person_id: int, own: OwnData, official_name: str) -> IO[bytes]:
    """A ZIP file in memory: a year of acts takes some hundred kilobytes; at its beginning.

    Args:
        person_id: whose.
        own: what parties holds.
        official_name: the platform's.
    """
    file = io.BytesIO()
    now = clock.now().astimezone(clock.city_zone()).strftime("%Y-%m-%d %H:%M")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("说明.txt", BOM + README.format(name=official_name, now=now))
        tables = {name: list(rows) for name, rows in _tables(person_id, own)}
        for name, rows in tables.items():
            _csv(packed, f"{name}.csv", rows)
        account = {
            key: value for key, value in asdict(own).items() if key not in {"links", "consents"}
        }
        with packed.open("data.json", "w") as raw, io.TextIOWrapper(raw, "utf-8") as text:
            json.dump({"account": account, **tables}, text, ensure_ascii=False, default=_plain)
    file.seek(0)
    return file


def _tables(person_id: int, own: OwnData) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    yield "acts", (asdict(one) for one in scenarios.acts_copied(person_id))
    yield "ledger", (asdict(one) for one in ledger.entries_copied(person_id))
    yield "consents", (asdict(one) for one in own.consents)
    yield "links", (asdict(one) for one in own.links)
    yield (
        "messages",
        (
            {"sent_at": one.sent_at, "title": one.title, "text": one.text}
            for one in notify.messages(person_id, limit=MESSAGES_MAX)
        ),
    )
    yield "tickets", _tickets(person_id)
    yield "looks", (asdict(one) for one in looks.looks_at(person_id))


def _tickets(person_id: int) -> Iterator[dict[str, Any]]:
    for one in supervision.tickets(person_id=person_id, order="-opened", limit=MESSAGES_MAX):
        whole = supervision.ticket(one.public_id, person_id=person_id)
        yield {
            "number": one.public_id,
            "kind": one.kind_label,
            "title": one.title,
            "state": one.state_label,
            "outcome": one.outcome_label,
            "opened_at": one.opened_at,
            "answered_at": one.answered_at,
            "rating": one.rating,
            "messages": [
                {"by": said.author_label, "at": said.written_at, "text": said.body}
                for said in whole.messages
            ],
        }


def _csv(packed: zipfile.ZipFile, name: str, rows: Sequence[dict[str, Any]]) -> None:
    with packed.open(name, "w") as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
        text.write(BOM)
        if not rows:
            return
        writer = csv.writer(text)
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow([harmless(_cell(value)) for value in row.values()])


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return _plain(value) if isinstance(value, date | datetime) else value


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(clock.city_zone()).isoformat(timespec="seconds")
    return str(value)
