"""City apps (皖事通, Alipay, WeChat …) whose people may sign in, from `sign-in.json`."""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class SignInService:
    """A city app that vouches for its people by OpenID Connect."""

    code: str
    title: str
    server: str
    client_id: str
    secret: str

    def app(self) -> dict[str, object]:
        """In django-allauth's form."""
        return {
            "provider_id": self.code,
            "name": self.title,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {"server_url": self.server, "fetch_userinfo": False},
        }


def load(path: Path) -> list[SignInService]:
    """The services listed in a JSON file; none where there is no file.

    Raises:
        ValueError: an entry is incomplete, or its server is not reached by https.
    """
    if not path.exists():
        return []
    found = [SignInService(**one) for one in json.loads(path.read_text())]
    for one in found:
        server = urlsplit(one.server)
        if server.scheme != "https" and server.hostname not in {"127.0.0.1", "localhost"}:
            message = f"{path}: {one.code}: the server must be reached by https"
            raise ValueError(message)
    return found
