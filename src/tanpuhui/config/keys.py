"""Secrets of this installation: made on first use outside the repository, never printed."""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Secrets:
    """The key file as this process knows it; a rotation by another process is noticed.

    Attributes:
        session: Django's signing key.
        field_keys: id → 16-byte SM4 key (hex); old ones stay until nothing is sealed with them.
        field_key_current: the id with which new values are sealed.
        index: key of the blind indexes; it cannot be rotated without reading every value.
    """

    session: str
    field_keys: dict[str, str]
    field_key_current: str
    index: str
    path: Path | None = None
    _written_ns: int = field(default=0, repr=False)

    def sealing(self) -> tuple[str, str]:
        """Id and key with which to seal now."""
        self._refresh()
        return self.field_key_current, self.field_keys[self.field_key_current]

    def opening(self, key_id: str) -> str:
        """The key with this id.

        Raises:
            KeyError: this installation no longer holds it.
        """
        if key_id not in self.field_keys:
            self._refresh()
        return self.field_keys[key_id]

    def _refresh(self) -> None:
        if self.path is None or not self.path.exists():
            return
        written_ns = self.path.stat().st_mtime_ns
        if written_ns != self._written_ns:
            found = json.loads(self.path.read_text())
            self.field_keys = found["field_keys"]
            self.field_key_current = found["field_key_current"]
            self._written_ns = written_ns


def load(path: Path, *, required: bool) -> Secrets:
    """Read the key file; make it (mode 0600) where it is missing and not required.

    Raises:
        RuntimeError: production without a key file; keys must then be brought by the operator.
    """
    if not path.exists():
        if required:
            message = f"{path} is missing: production never invents its own keys"
            raise RuntimeError(message)
        _make(path)
    written_ns = path.stat().st_mtime_ns
    return Secrets(**json.loads(path.read_text()), path=path, _written_ns=written_ns)


def rotate(path: Path) -> str:
    """Add a field key and make it the current one; the file changes in one step.

    Returns:
        The new key's id.
    """
    content = json.loads(path.read_text())
    taken = [int(name[1:]) for name in content["field_keys"] if name[1:].isdecimal()]
    name = f"k{max(taken, default=0) + 1}"
    content["field_keys"][name] = secrets.token_hex(16)
    content["field_key_current"] = name
    _replace(path, content)
    return name


def retire(path: Path, key_ids: list[str]) -> None:
    """Forget keys with which nothing is sealed any more; the current one always stays."""
    content = json.loads(path.read_text())
    for name in key_ids:
        if name != content["field_key_current"]:
            content["field_keys"].pop(name, None)
    _replace(path, content)


def _replace(path: Path, content: dict[str, object]) -> None:
    private = path.with_suffix(f".{os.getpid()}")
    _write(private, content)
    private.replace(path)


def _write(path: Path, content: dict[str, object]) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())


def _make(path: Path) -> None:
    fresh: dict[str, object] = {
        "session": secrets.token_urlsafe(50),
        "field_keys": {"k1": secrets.token_hex(16)},
        "field_key_current": "k1",
        "index": secrets.token_hex(32),
    }
    # O_EXCL into a private name, then link: two first starts at once agree on one file.
    private = path.with_suffix(f".{os.getpid()}")
    _write(private, fresh)
    try:
        os.link(private, path)
    except FileExistsError:
        pass
    finally:
        private.unlink()
