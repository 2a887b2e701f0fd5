"""The city's pack, read once for a process."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language

from tanpuhui.packs import Pack, load_pack


@lru_cache(maxsize=1)
def pack() -> Pack:
    """The pack named by the setting PACK; a pack is data and changes only with a restart."""
    return load_pack(Path(settings.PACK))


def title_said(title: str) -> str:
    """A scenario's title in the active language, where the pack has one; else as it stands."""
    if get_language() != "en":
        return title
    return next((o.title_en for o in pack().scenarios.values() if o.title == title), "") or title
