"""SQL kept in .sql files: schema beside its migration, wide reads beside their selector."""

import re
from functools import lru_cache
from pathlib import Path

from django.db.migrations import RunSQL

PART = re.compile(r"\{\{(\w+)\}\}")


def run_sql(migration_file: str, name: str) -> RunSQL:
    """The migration operation for `<context>/sql/<name>.sql`.

    Args:
        migration_file: the migration's `__file__`.
        name: file name without ending.
    """
    path = Path(migration_file).resolve().parents[1] / "sql" / f"{name}.sql"
    return RunSQL(path.read_text(), reverse_sql=RunSQL.noop)


@lru_cache
def query(module_file: str, name: str) -> str:
    """The text of `<context>/queries/<name>.sql`; `{{other}}` in it stands for that other file."""
    folder = next(p for p in Path(module_file).resolve().parents if (p / "queries").is_dir())
    text = (folder / "queries" / f"{name}.sql").read_text()
    return PART.sub(lambda part: query(module_file, part[1]).strip(), text)
