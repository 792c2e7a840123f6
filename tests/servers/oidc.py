"""A stand-in of a server that people log in by: OpenID Connect over HTTP on loopback."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from nanoedit_site.account_settings import oidc_settings
from nanoedit_site.environment import Oidc

CLIENT, SECRET = "nanoedit-here", "the-clients-secret"


class Provider:
    """Signs whoever `person` says in. `faults` change one thing each."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.person: dict[str, Any] = {}
        self.faults: dict[str, Any] = {}
        self.asked: dict[str, Any] = {}
        self._codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, "")

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                provider.answer(self, self.rfile.read(length).decode())

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def be(self, sub: str, email: str = "", verified: object = True, **faults: Any) -> None:
        """Say who logs in next, and what goes wrong."""
        self.person = {"sub": sub, "preferred_username": sub}
        if email:
            self.person |= {"email": email, "email_verified": verified}
        self.faults = faults

    def answer(self, handler: BaseHTTPRequestHandler, body: str) -> None:
        """One request."""
        url = urlsplit(handler.path)
        asked = {k: v[0] for k, v in parse_qs(url.query or body).items()}
        if url.path == "/.well-known/openid-configuration":
            names = {
                "issuer": self.faults.get("issuer", self.issuer),
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
            return self._json(handler, names)
        if url.path == "/jwks":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return self._json(handler, {"keys": [{**public, "kid": "1", "alg": "RS256"}]})
        if url.path == "/authorize":
            return self._authorize(handler, asked)
        if url.path == "/token":
            return self._token(handler, asked)
        if url.path == "/userinfo":
            subject = self.faults.get("told", self.person["sub"])
            return self._json(handler, {**self.person, "sub": subject})
        return self._json(handler, {"error": "not_found"}, 404)

    def _authorize(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        self.asked = asked
        code = uuid.uuid4().hex
        self._codes[code] = asked
        back = {"state": asked["state"], "code": code}
        if self.faults.get("cancelled"):
            back = {"state": asked["state"], "error": "access_denied"}
        handler.send_response(302)
        handler.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
        handler.end_headers()

    def _token(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        began = self._codes.pop(asked.get("code", ""), None)
        proof = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
        if (
            began is None
            or (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET)
            or began.get("code_challenge") != challenge
            or began["redirect_uri"] != asked.get("redirect_uri")
        ):
            return self._json(handler, {"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.faults.get("audience", CLIENT),
            "iat": now,
            "exp": now + self.faults.get("lives", 60),
            **self.person,
        }
        if "told" in self.faults:
            claims.pop("email")
        key = self.stranger if self.faults.get("forged") else self.key
        signed = jwt.encode(claims, key, algorithm="RS256", headers={"kid": "1"})
        if self.faults.get("unsigned"):
            signed = jwt.encode(claims, None, algorithm="none", headers={"kid": "1"})
        token = {"access_token": "a-token-of-theirs", "token_type": "Bearer", "id_token": signed}
        return self._json(handler, token)

    def _json(self, handler: BaseHTTPRequestHandler, body: Any, status: int = 200) -> None:
        data = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)


@pytest.fixture(scope="session")
def oidc_server() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


@pytest.fixture
def oidc(oidc_server: Provider, settings: Any) -> Provider:
    """That server, named by the settings."""
    oidc_server.be("nobody")
    settings.OIDC_NAME = "Example ID"
    named = Oidc(oidc_server.issuer, CLIENT, SECRET, "Example ID")
    settings.SOCIALACCOUNT_PROVIDERS = oidc_settings(named)
    return oidc_server
