"""The keys that seal secrets in the database: given, or following from the secret key."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from nanoedit_site.env import SettingsRefused, read_environment

SECRET = "a-secret-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH"


@pytest.fixture
def read(tmp_path: Path):
    """Reads an environment of only the given variables."""
    nothing = tmp_path / "empty.env"
    nothing.touch()

    def _read(**environ: str):
        return read_environment({"NANOEDIT_DATA_DIR": str(tmp_path / "data"), **environ}, nothing)

    return _read


def test_machines_with_the_same_secret_key_open_each_others_rows(read) -> None:
    here, there = (read(NANOEDIT_SECRET_KEY=SECRET).field_keys for _ in range(2))
    assert here == there
    assert len(here) == 1
    Fernet(here[0])
    assert read(NANOEDIT_SECRET_KEY=SECRET + "x").field_keys != here
    assert SECRET not in here[0]


def test_keys_that_are_given_come_first_and_our_own_still_opens(read) -> None:
    new, old = (Fernet.generate_key().decode() for _ in range(2))
    (ours,) = read(NANOEDIT_SECRET_KEY=SECRET).field_keys
    given = read(NANOEDIT_SECRET_KEY=SECRET, NANOEDIT_FIELD_KEYS=f"{new}, {old}")
    assert given.field_keys == (new, old, ours)
    assert not any(key in repr(given) for key in given.field_keys)


@pytest.mark.parametrize("given", ["sesame", "sesame" * 8, "é" * 44, "+" * 43 + "="])
def test_what_is_no_key_stops_the_start_and_is_not_shown(read, given: str) -> None:
    with pytest.raises(SettingsRefused, match="NANOEDIT_FIELD_KEYS") as refused:
        read(NANOEDIT_FIELD_KEYS=f"{Fernet.generate_key().decode()},{given}")
    assert given not in str(refused.value)


OIDC = {
    "NANOEDIT_OIDC_ISSUER": "https://id.example.org/",
    "NANOEDIT_OIDC_CLIENT_ID": "nanoedit",
    "NANOEDIT_OIDC_CLIENT_SECRET": "sesame-of-the-client",
}


def test_people_log_in_by_another_server_where_all_of_it_is_named(read) -> None:
    assert read().oidc is None
    found = read(**OIDC, NANOEDIT_OIDC_NAME="Example ID")
    assert (found.oidc.issuer, found.oidc.name) == ("https://id.example.org", "Example ID")
    assert read(**OIDC).oidc.name == "single sign-on"
    assert "sesame" not in repr(found)


@pytest.mark.parametrize("missing", [*OIDC, "https"])
def test_half_of_another_server_stops_the_start(read, missing: str) -> None:
    given = {**OIDC, missing: ""}
    if missing == "https":
        given = {**OIDC, "NANOEDIT_OIDC_ISSUER": "http://id.example.org"}
    with pytest.raises(SettingsRefused, match="NANOEDIT_OIDC") as refused:
        read(**given)
    assert "sesame" not in str(refused.value)
