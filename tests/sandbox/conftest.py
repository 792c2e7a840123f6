import pytest
import requests

from tests.sandbox.sandbox_server import running


@pytest.fixture(scope="session")
def one_server():
    with running("--delay", "0", "--rate", "0", "--balance", "100000") as server:
        yield server


@pytest.fixture
def server(one_server):
    """The shared sandbox, with no calls recorded and no faults waiting."""
    requests.delete(one_server.url + "/sandbox/calls", timeout=5)
    requests.delete(one_server.url + "/sandbox/faults", timeout=5)
    return one_server
