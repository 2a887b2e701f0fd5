"""A small OpenID provider on loopback: discovery, authorisation code with PKCE, signed id token."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "tanpuhui", "a-shared-secret"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(ThreadingHTTPServer):
    """Signs in `subject`, whoever asks; refuses everything that a real one would refuse."""

    subject = "city-user-1"
    audience = CLIENT
    is_broken = False
    discovery: str | None = None  # said in place of where it is

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.codes: dict[str, dict[str, str]] = {}
        self.refusals: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *args: Any) -> None: ...

    def do_GET(self) -> None:
        issuer, parts = self.server.issuer, urlsplit(self.path)
        if self.server.discovery is not None:
            self.say(self.server.discovery.encode())
        elif parts.path == "/.well-known/openid-configuration":
            self.answer(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "userinfo_endpoint": f"{issuer}/userinfo",
                    "jwks_uri": f"{issuer}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )
        elif parts.path == "/keys":
            key = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
            self.answer({"keys": [key | {"kid": "one", "alg": "RS256", "use": "sig"}]})
        elif parts.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            assert asked["scope"] == "openid", asked
            assert asked["code_challenge_method"] == "S256"
            code = hashlib.sha256(parts.query.encode()).hexdigest()
            self.server.codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.server.codes.pop(given.get("code", ""), None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        good = (
            asked is not None
            and not self.server.is_broken
            and given.get("client_secret") == SECRET
            and given.get("redirect_uri") == asked["redirect_uri"]
            and challenge == asked["code_challenge"]
        )
        if not good:
            self.server.refusals.append(self.path)
            self.answer({"error": "invalid_grant"}, 400)
            return
        now = int(time.time())
        token = jwt.encode(
            {
                "iss": self.server.issuer,
                "aud": self.server.audience,
                "sub": self.server.subject,
                "iat": now,
                "exp": now + 60,
            },
            KEY,
            algorithm="RS256",
            headers={"kid": "one"},
        )
        self.answer({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def answer(self, content: Any, status: int = 200) -> None:
        self.say(json.dumps(content).encode(), status)

    def say(self, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
