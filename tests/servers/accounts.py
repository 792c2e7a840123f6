"""A sandbox with several keys, each with money of its own; all other keys are refused."""

from collections.abc import Iterator

import pytest
from django.db import connections

from tests.servers.sandbox import SandboxProcess

SERVERS_KEY = "sk-nano-this-servers-wxyz"
ALICES_KEY = "sk-nano-marker-of-alice-abcd"
BOBS_KEY = "sk-nano-marker-of-bob-efgh"
EMPTY_KEY = "sk-nano-marker-without-money-zero"


@pytest.fixture(scope="session")
def sandbox_with_accounts() -> Iterator[SandboxProcess]:
    accounts = f"{ALICES_KEY}=50.00,{BOBS_KEY}=20.00,{EMPTY_KEY}=0"
    server = SandboxProcess("--key", SERVERS_KEY, "--accounts", accounts)
    yield server
    server.stop()


@pytest.fixture
def accounts(sandbox_with_accounts, settings, monkeypatch):
    """That sandbox as the upstream, over real HTTP, of a server that takes people's own keys."""
    monkeypatch.setattr(connections["default"], "close", lambda: None)
    settings.NANOGPT_BASE_URL = sandbox_with_accounts.url
    settings.NANOGPT_API_KEY = SERVERS_KEY
    settings.NANOGPT_RESULT_ORIGINS = frozenset({sandbox_with_accounts.url})
    settings.OWN_KEYS = "allowed"
    sandbox_with_accounts.forget_calls()
    sandbox_with_accounts.fail_with()
    return sandbox_with_accounts
