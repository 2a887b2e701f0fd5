"""A citizen's whole data as one archive: JSON for programs, CSV for spreadsheets."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import IO, Any

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.notify import selectors as notify
from tanpuhui.domain.notify import services as notify_services
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.parties.data import OwnData
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.kernel import actors, cityrules, clock, jobs
from tanpuhui.kernel.spreadsheets import harmless
from tanpuhui.web.citizen import looks
from tanpuhui.web.shared.downloads import BOM

MESSAGES_MAX = 10_000
KIND = "own_copy"
AT_ONCE_ACTS = 5_000  # above, the copy is made in the background
Tell = Callable[[int], None]
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
    """A ZIP file in memory, for accounts of ordinary size; at its beginning.

    Args:
        person_id: whose.
        own: what parties holds.
        official_name: the platform's.
    """
    file = io.BytesIO()
    archive_write(file, person_id, own, official_name, _nobody_watches)
    file.seek(0)
    return file


def archive_write(
    file: IO[bytes], person_id: int, own: OwnData, official_name: str, tell: Tell
) -> None:
    """Write the archive row by row: memory stays the same however long the book is.

    Args:
        file: where to.
        person_id: whose.
        own: what parties holds.
        official_name: the platform's.
        tell: hears how many rows are written.
    """
    now = clock.now().astimezone(clock.city_zone()).strftime("%Y-%m-%d %H:%M")
    account = {key: value for key, value in asdict(own).items() if key not in {"links", "consents"}}
    done = 0

    def told(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        nonlocal done
        for row in rows:
            yield row
            done += 1
            tell(done)

    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("说明.txt", BOM + README.format(name=official_name, now=now))
        for name, rows in _tables(person_id, own):
            _csv(packed, f"{name}.csv", told(rows))
        with (
            packed.open("data.json", "w", force_zip64=True) as raw,
            io.TextIOWrapper(raw, "utf-8") as text,
        ):
            text.write(f'{{"account": {_json(account)}')
            for name, rows in _tables(person_id, own):
                text.write(f', "{name}": [')
                for place, row in enumerate(told(rows)):
                    text.write(f"{', ' if place else ''}{_json(row)}")
                text.write("]")
            text.write("}")


def _nobody_watches(done: int) -> None:
    del done


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def run(job: jobs.Claimed, progress: jobs.Progress) -> str:
    """Make the archive of one account in the background, and tell its owner."""
    person_id = int(job.params["person_id"])
    name = f"{job.public_id}.zip"
    own = parties.person_export(actor=actors.person(person_id))
    path = jobs.folder() / name
    with path.open("wb") as file:
        path.chmod(0o600)
        archive_write(file, person_id, own, cityrules.pack().manifest.official_name, progress.move)
    notify_services.message_send(person_id=person_id, code="export_ready", link="/m/privacy/")
    return name


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


def _csv(packed: zipfile.ZipFile, name: str, rows: Iterable[dict[str, Any]]) -> None:
    with (
        packed.open(name, "w", force_zip64=True) as raw,
        io.TextIOWrapper(raw, "utf-8", newline="") as text,
    ):
        text.write(BOM)
        writer = csv.writer(text)
        for place, row in enumerate(rows):
            if not place:
                writer.writerow(row)
            writer.writerow([harmless(_cell(value)) for value in row.values()])


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return _json(value)
    return _plain(value) if isinstance(value, date | datetime) else value


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(clock.city_zone()).isoformat(timespec="seconds")
    return str(value)
