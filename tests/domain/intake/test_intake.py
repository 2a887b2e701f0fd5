"""A provider's side of the door: files, mappings, trials, stated totals; one's own alone."""

from datetime import date
from pathlib import Path

import pytest
from tests.factories.database import counts, rows, value
from tests.factories.town import Town, record

from tanpuhui.domain.intake import errors, selectors
from tanpuhui.domain.intake.data import ColumnMap, FieldMap
from tanpuhui.domain.intake.services import (
    mended_take,
    profile_delete,
    profile_preview,
    profile_save,
    rehearsal,
    run_begin,
    statements_take,
    trial_note,
    upload_delete,
    upload_take,
)
from tanpuhui.domain.intake.services.profiles import profile_checked
from tanpuhui.domain.intake.services.uploads import folder
from tanpuhui.kernel import actors
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.errors import NotPermitted

HEAD = "no,rider,start,km\n"
FILE = HEAD + "m1,u0,2026-03-10 08:00:00,5\nm2,u1,2026-03-10 09:00:00,500\n"
MAP = ColumnMap(
    title="行程",
    kind="csv",
    item_no=("no",),
    subject="rider",
    occurred_at="start",
    time_form="%Y-%m-%d %H:%M:%S",
    time_zone="Asia/Shanghai",
    scenario="travel/metro",
    fields=(FieldMap("distance", "km", "km", "km"),),
)


@pytest.fixture
def me(town: Town) -> Actor:
    return actors.provider(town.provider, door="page")


def take(town: Town, me: Actor, content: str = FILE) -> str:
    return upload_take(
        actor=me, provider_id=town.provider, file_name="a.csv", blocks=[content.encode()]
    )


def test_a_file_from_upload_to_deletion(town: Town, me: Actor) -> None:
    token = take(town, me)
    view = selectors.upload(town.provider, token)
    assert (view.kind, view.columns) == ("csv", ("no", "rider", "start", "km"))
    name = profile_save(actor=me, provider_id=town.provider, title="行程", mapping=MAP)
    run_begin(actor=me, provider_id=town.provider, token=token, profile=name, is_trial=True)
    assert rows("select kind from kernel_job") == [("intake_import",)]
    with pytest.raises(errors.UploadBusy):
        run_begin(actor=me, provider_id=town.provider, token=token, profile=name, is_trial=True)
    with pytest.raises(errors.UploadBusy):
        upload_delete(actor=me, provider_id=town.provider, token=token)
    other = take(town, me)
    upload_delete(actor=me, provider_id=town.provider, token=other)
    assert not selectors.upload(town.provider, other).is_kept
    with pytest.raises(errors.UnknownProfile):
        run_begin(actor=me, provider_id=town.provider, token=other, profile="own-0", is_trial=True)


@pytest.mark.parametrize("content", ["", "%PDF-1.7 x"])
def test_what_is_no_table_is_not_kept(town: Town, me: Actor, content: str) -> None:
    before = sorted(folder().iterdir())
    with pytest.raises(errors.UploadRefused):
        take(town, me, content)
    assert sorted(folder().iterdir()) == before


def test_mappings_are_kept_looked_through_and_forgotten(
    town: Town, me: Actor, tmp_path: Path
) -> None:
    name = profile_save(actor=me, provider_id=town.provider, title="行程", mapping=MAP)
    assert profile_save(actor=me, provider_id=town.provider, title="行程", mapping=MAP) == name
    document = selectors.profile(town.provider, name).document
    path = tmp_path / "a.csv"
    path.write_text(FILE)
    before = counts()
    shown = profile_preview(
        actor=me, provider_id=town.provider, path=path, profile=profile_checked(document)
    )
    assert [(one.item_no, one.code) for one in shown] == [
        ("m1", "counted"),
        ("m2", "record.out_of_bounds"),
    ]
    assert counts() == before, "a look keeps nothing"
    with pytest.raises(errors.ProfileRefused):
        profile_save(actor=me, provider_id=town.provider, title="坏", text="id: [")
    profile_delete(actor=me, provider_id=town.provider, name=name)
    with pytest.raises(errors.UnknownProfile):
        profile_delete(actor=me, provider_id=town.provider, name=name)


def test_a_mended_list_becomes_a_file(town: Town, me: Actor) -> None:
    token = take(town, me)
    listed = '行号,编号,原始内容,代码,原因\n3,m2,"\'=m2,u1,2026-03-10 09:00:00,50",x,y\n'
    fresh, number = mended_take(
        actor=me, provider_id=town.provider, token=token, blocks=[listed.encode()]
    )
    assert number == 1
    stored = value("select stored_name from intake_upload where token = %s", fresh)
    assert (folder() / stored).read_text() == HEAD + "=m2,u1,2026-03-10 09:00:00,50\n"


def test_stated_totals_of_a_day_are_written_over(town: Town, me: Actor) -> None:
    no = 1
    for number in (5, 7):
        statements_take(
            actor=me, provider_id=town.provider, lines=[(date(2026, 3, 9), no, number, None)]
        )
    assert rows("select records from intake_statement") == [(7,)]
    with pytest.raises(errors.StatementRefused):
        statements_take(actor=me, provider_id=town.provider, lines=[])


def test_a_rehearsal_is_undone_and_its_answer_kept(town: Town) -> None:
    before = counts()
    with rehearsal(town.provider, ["test-a", "test-no-consent"]):
        result = town.send(record("x1", subject="test-a"), record("x2", subject="test-no-consent"))
    assert counts() == before
    assert result.receipts["code"].to_list() == ["counted", "consent.missing"]
    assert result.points == 4, "test people take points"
    trial_note(provider_id=town.provider, key_id="k", operation="batch", result=result)
    (kept,) = selectors.trials(town.provider)
    assert kept.counts == {"counted": 1, "consent.missing": 1}


def test_nobody_else(town: Town, me: Actor, tmp_path: Path) -> None:
    token = take(town, me)
    name = profile_save(actor=me, provider_id=town.provider, title="行程", mapping=MAP)
    given = {"actor": actors.provider(town.provider + 10**6), "provider_id": town.provider}
    for step in (
        lambda: upload_take(**given, file_name="a.csv", blocks=[b"a,b\n1,2\n"]),
        lambda: upload_delete(**given, token=token),
        lambda: mended_take(**given, token=token, blocks=[b""]),
        lambda: run_begin(**given, token=token, profile=name, is_trial=True),
        lambda: profile_save(**given, title="x", mapping=MAP),
        lambda: profile_delete(**given, name=name),
        lambda: profile_preview(
            **given, path=tmp_path, profile=profile_checked(
                selectors.profile(town.provider, name).document
            ),
        ),
        lambda: statements_take(**given, lines=[(date(2026, 3, 9), 1, 1, None)]),
    ):  # fmt: skip
        with pytest.raises(NotPermitted):
            step()
