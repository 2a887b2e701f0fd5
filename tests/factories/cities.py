"""Packs for tests: the two of the repository, and copies with something changed."""

import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from django.test import override_settings

from tanpuhui.kernel import cityrules
from tanpuhui.packs import Pack, load_pack

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "packs" / "example"
HEFEI = ROOT / "packs" / "hefei"


@lru_cache(maxsize=16)
def loaded(folder: Path) -> Pack:
    """A pack, read once for all tests."""
    return load_pack(folder)


@contextmanager
def living_in(folder: Path) -> Iterator[Pack]:
    """Let this process be a platform of another city."""
    read = cityrules.load_pack
    cityrules.load_pack = loaded
    with override_settings(PACK=str(folder)):
        forget()
        try:
            yield cityrules.pack()
        finally:
            cityrules.load_pack = read
            forget()


def forget() -> None:
    """What a process remembers of its pack and of filings, as a restart would."""
    for module, name in (
        ("tanpuhui.kernel.cityrules", "pack"),
        ("tanpuhui.domain.scenarios.pipeline.rulebook", "rulebook"),
    ):
        if module in sys.modules:
            getattr(sys.modules[module], name).cache_clear()
    forget_filings()


def forget_filings() -> None:
    """What a process remembers of a database's filings: true for ever, but not after a rollback."""
    selectors = sys.modules.get("tanpuhui.domain.methodology.selectors")
    if selectors is not None:
        selectors.forget()
    ingestion = sys.modules.get("tanpuhui.domain.scenarios.services.ingestion")
    if ingestion is not None:
        ingestion._filings.clear()


def changed_pack(
    target: Path, changes: Mapping[str, Mapping[str, str]], source: Path = EXAMPLE
) -> Path:
    """A copy of a pack with texts replaced: file → {old: new}; every old text must be there."""
    shutil.copytree(source, target)
    for name, replaced in changes.items():
        file = target / name
        text = file.read_text(encoding="utf-8")
        for old, new in replaced.items():
            assert text.count(old) >= 1, f"{old!r} is not in {name}"
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    return target
