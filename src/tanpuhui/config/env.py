"""Typed reads of the environment. Each setting stands in docs/settings.md."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

PROJECT = Path(__file__).resolve().parents[3]


def text(name: str, default: str) -> str:
    """The variable's value, or the default where it is unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, *, default: bool) -> bool:
    """True for 1/true/yes/on, False for 0/false/no/off; anything else is refused."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    message = f"{name}={value!r}: write 1 or 0"
    raise ValueError(message)


def names(name: str, default: str) -> list[str]:
    """A comma-separated list."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def web_address(name: str) -> str:
    """An http(s) address, or empty where it is unset; anything else is refused."""
    value = os.environ.get(name, "")
    if value and urlsplit(value).scheme not in {"http", "https"}:
        message = f"{name}: write a whole address that begins with https://"
        raise ValueError(message)
    return value


def home() -> Path:
    """The folder for everything this installation writes: database, keys, static files, reports."""
    return Path(text("TANPUHUI_HOME", str(PROJECT / "var"))).expanduser().resolve()


def database_from_url(url: str) -> dict[str, str]:
    """Connection keywords from `postgresql://user:password@host:port/name?host=…&port=…`.

    As in libpq, `host` and `port` may stand in the query, where a socket folder must stand.

    Raises:
        ValueError: another scheme than PostgreSQL; the product knows one SQL dialect.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        message = "DATABASE_URL: only postgresql:// is supported"
        raise ValueError(message)
    asked = dict(parse_qsl(parts.query))  # a socket folder: postgresql://user@/name?host=/run/pg
    return {
        "host": asked.get("host") or unquote(parts.hostname or ""),
        "port": asked.get("port") or str(parts.port or 5432),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": parts.path.lstrip("/"),
    }
