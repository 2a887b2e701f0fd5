"""Secrets of this installation: made on first use outside the repository, never printed."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Secrets:
    """session: Django's signing key. field_keys: id -> 16-byte SM4 key (hex). index: HMAC key."""

    session: str
    field_keys: dict[str, str]
    field_key_current: str
    index: str


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
    return Secrets(**json.loads(path.read_text()))


def _make(path: Path) -> None:
    fresh = Secrets(
        session=secrets.token_urlsafe(50),
        field_keys={"k1": secrets.token_hex(16)},
        field_key_current="k1",
        index=secrets.token_hex(32),
    )
    # O_EXCL into a private name, then link: two first starts at once agree on one file.
    private = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(private, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(fresh), file)
    try:
        os.link(private, path)
    except FileExistsError:
        pass
    finally:
        private.unlink()
