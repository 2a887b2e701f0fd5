"""A provider's own import profiles: documents, read by the same strict reader as a pack's."""

import tempfile
from pathlib import Path

import polars as pl
from django.conf import settings
from django.db import transaction

from tanpuhui.domain.intake.data import OWN, ColumnMap, PreviewRow
from tanpuhui.domain.intake.errors import ProfileRefused, UnknownProfile
from tanpuhui.domain.intake.mapping import document_of
from tanpuhui.domain.intake.models import OwnProfile
from tanpuhui.domain.scenarios import services as scenarios
from tanpuhui.domain.scenarios.imports.faults import FileError, reasons
from tanpuhui.domain.scenarios.imports.reading import Reading
from tanpuhui.engine.errors import EngineError
from tanpuhui.kernel import audit, clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.permissions import permit
from tanpuhui.packs.own_profiles import profile_read
from tanpuhui.packs.problems import PackError
from tanpuhui.packs.profiles import Profile, ProfileError

PREVIEW_ROWS = 20
SAMPLE_BYTES = 512 * 1024
DOCUMENT_MAX = 20_000


def profile_checked(text: str) -> Profile:
    """The profile of a document.

    Raises:
        ProfileRefused: with the first flaw's own sentence, and scenarios that the city lacks.
    """
    if len(text) > DOCUMENT_MAX:
        raise ProfileRefused("导入档案过长，请精简后再保存。")
    try:
        profile = profile_read(text, "profile.yaml")
    except PackError as error:
        first = error.problems[0]
        raise ProfileRefused(f"第 {first.line} 行：{first.message}") from error
    except ProfileError as error:
        raise ProfileRefused(str(error)) from error
    except EngineError as error:
        raise ProfileRefused(error.message) from error
    named = {profile.scenario.constant} - {None} | set(profile.scenario.values.values())
    if strange := sorted(str(one) for one in named - set(pack().scenarios)):
        raise ProfileRefused(f"没有这些场景：{'、'.join(strange)}。请从场景清单中选择。")
    return profile


def profile_save(
    *, actor: Actor, provider_id: int, title: str, mapping: ColumnMap | None = None, text: str = ""
) -> str:
    """Keep a mapping, or a document, under its title; the same title is written over.

    Returns:
        The profile's name for imports.

    Raises:
        ProfileRefused: the document breaks the form; nothing is kept.
    """
    permit(actor, "intake.manage", party_id=provider_id)
    if not title.strip():
        raise ProfileRefused("请给映射起一个名称。")
    with transaction.atomic():
        row, _ = OwnProfile.objects.select_for_update().get_or_create(
            provider_id=provider_id,
            title=title.strip()[:60],
            defaults={"document": "", "changed_at": clock.now()},
        )
        name = f"{OWN}{row.pk}"
        row.document = document_of(mapping, name) if mapping else text
        profile_checked(row.document)
        row.changed_at = clock.now()
        row.save()
        audit.record(actor, "intake:profile:save", f"profile:{name}", after={"title": row.title})
    return name


def profile_delete(*, actor: Actor, provider_id: int, name: str) -> None:
    """Forget a profile; imports made with it stay.

    Raises:
        UnknownProfile: none of this provider's.
    """
    permit(actor, "intake.manage", party_id=provider_id)
    number = name.removeprefix(OWN)
    with transaction.atomic():
        gone, _ = OwnProfile.objects.filter(
            provider_id=provider_id, pk=int(number) if number.isdecimal() else 0
        ).delete()
        if not gone:
            raise UnknownProfile("没有这份映射，请从列表重新进入。")
        audit.record(actor, "intake:profile:delete", f"profile:{name}")


def profile_preview(
    *, actor: Actor, provider_id: int, path: Path, profile: Profile
) -> list[PreviewRow]:
    """The first rows of a file as the records they would become, with what would happen to them.

    Raises:
        ProfileRefused: the file does not fit the profile.
    """
    permit(actor, "intake.manage", party_id=provider_id)
    with tempfile.TemporaryDirectory(dir=_spill()) as folder:
        sample = _sample(path, profile, Path(folder))
        try:
            reading = Reading(
                path=sample,
                profile=profile,
                day_zone=pack().time_zone,
                chunk_rows=PREVIEW_ROWS,
                spill=Path(folder),
            )
            chunk = next(iter(reading))
        except FileError as error:
            raise ProfileRefused(error.message) from error
        except StopIteration:
            raise ProfileRefused("文件里没有一行成为记录，请核对映射。") from None
    records = chunk.records
    own = records["refused"]
    known = reasons(profile)
    clean = records.with_columns(
        pl.when(own.is_not_null()).then(pl.lit("row.refused")).alias("refused")
    )
    result = scenarios.acts_ingest(
        actor=actor,
        provider_id=provider_id,
        batch_no="preview",
        channel="page",
        records=clean,
        dry_run=True,
    )
    quantities = [name for name in records.columns if name.startswith("q_")]
    return [
        PreviewRow(
            line=row["line"],
            item_no=row["item_no"] or "",
            subject=row["subject"] or "",
            scenario=row["scenario"] or "",
            occurred_at=row["occurred_at"],
            quantities=tuple(
                (name[2:], _number(row[name])) for name in quantities if row[name] is not None
            ),
            status=answer["status"],
            code=row["refused"] or answer["code"],
            message=known.get(row["refused"], answer["message"])
            if row["refused"]
            else answer["message"],
            reduction_mg=answer["reduction_mg"],
        )
        for row, answer in zip(records.to_dicts(), result.receipts.to_dicts(), strict=True)
    ]


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _spill() -> Path:
    folder = Path(settings.HOME) / "spill"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sample(path: Path, profile: Profile, folder: Path) -> Path:
    """The file's beginning in whole lines; the file itself where its kind cannot be cut."""
    if profile.file.kind not in {"csv", "ndjson"} or path.stat().st_size <= SAMPLE_BYTES:
        return path
    with path.open("rb") as stream:
        head = stream.read(SAMPLE_BYTES)
    end = head.rfind(b"\n")
    sample = folder / "sample"
    sample.write_bytes(head[: end + 1] if end > 0 else head)
    return sample
