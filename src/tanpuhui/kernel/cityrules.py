"""The city's pack, read once for a process."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from tanpuhui.packs import Pack, load_pack


@lru_cache(maxsize=1)
def pack() -> Pack:
    """The pack named by the setting PACK; a pack is data and changes only with a restart."""
    return load_pack(Path(settings.PACK))
