"""Servers and clients for these tests."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme

from editor.nanogpt import wire
from editor.nanogpt.client import NanoGPT

from .fake_network import Recorder
from .scripted_server import Behaviour, ScriptedServer

KEY = "sk-nano-5ec2e7a0-1111-4222-8333-444455556666"

Serve = Callable[..., ScriptedServer]
MakeClient = Callable[..., NanoGPT]


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
def certificate_for(authority: trustme.CA) -> Callable[[str], ssl.SSLContext]:
    def make(name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        return context

    return make


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers: `serve(behaviour, ...)`; stopped at the end of the test."""
    with ExitStack() as running:

        def start(*behaviours: Behaviour, **options: Any) -> ScriptedServer:
            return running.enter_context(ScriptedServer(*behaviours, **options))

        yield start


@pytest.fixture
def client_of() -> MakeClient:
    """Makes a client of a server: `client_of(server, ...)`; its deadlines suit a busy machine."""

    def make(server: ScriptedServer, **options: Any) -> NanoGPT:
        options = {"timeout_seconds": 10, "connect_seconds": 5, **options}
        return NanoGPT(options.pop("base_url", server.origin), options.pop("key", KEY), **options)

    return make


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(wire, "open_socket", recorder)
    return recorder


@pytest.fixture
def stand_in_for(
    serve: Serve, recorder: Recorder, certificate_for: Callable[[str], ssl.SSLContext]
) -> Callable[[str], Serve]:
    """Makes starters of a server that is found at https://NAME."""

    def of(name: str) -> Serve:
        def start(*behaviours: Behaviour) -> ScriptedServer:
            recorder.server = serve(*behaviours, tls=certificate_for(name))
            return recorder.server

        return start

    return of
