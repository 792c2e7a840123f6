"""Reading the environment: defaults, `.env`, and one clear line for every nonsense."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nanoedit_site.env import (
    REAL_API,
    SANDBOX_KEY,
    Environment,
    SettingsRefused,
    kept_secret_key,
    read_environment,
)

KEY = "sk-nano-0000"


@pytest.fixture
def read(tmp_path: Path):
    """Reads an environment of only the given variables, over a `.env` with the given text."""

    def _read(dotenv: str = "", **environ: str) -> Environment:
        path = tmp_path / "sample.env"
        path.write_text(dotenv)
        return read_environment({"NANOEDIT_DATA_DIR": str(tmp_path / "data"), **environ}, path)

    return _read


def test_a_fresh_clone_works_with_the_sandbox_on_sqlite(read, tmp_path: Path) -> None:
    found = read()
    assert found.sandbox_in_use
    assert found.starts_sandbox
    assert found.api_key == SANDBOX_KEY
    assert found.database_url == f"sqlite:///{tmp_path}/data/nanoedit.sqlite3"
    assert found.broker_in_process
    assert found.s3 is None
    assert (found.port, found.bind, found.debug) == (8000, "127.0.0.1", False)
    assert (found.max_upload_bytes, found.max_pixels) == (50_000_000, 64_000_000)
    assert found.max_body_bytes == 4_000_000


def test_a_key_alone_means_the_real_api(read) -> None:
    found = read(NANOGPT_API_KEY=KEY)
    assert (found.api_key, found.base_url) == (KEY, REAL_API)
    assert not found.sandbox_in_use
    assert not found.starts_sandbox
    assert found.result_origins == {"https://api.nano-gpt.com:443"}


def test_a_key_and_an_address_mean_another_server_that_speaks_the_api(read) -> None:
    found = read(NANOGPT_API_KEY=KEY, NANOGPT_BASE_URL="http://127.0.0.1:9000/")
    assert found.base_url == "http://127.0.0.1:9000"
    assert not found.sandbox_in_use
    assert found.result_origins == {"http://127.0.0.1:9000"}


def test_the_children_of_the_supervisor_know_that_they_use_the_sandbox(read) -> None:
    found = read(NANOGPT_API_KEY=SANDBOX_KEY, NANOGPT_BASE_URL="http://127.0.0.1:9001")
    assert found.sandbox_in_use
    assert not found.starts_sandbox
    assert found.base_url == "http://127.0.0.1:9001"


def test_result_origins_are_kept_with_their_ports(read) -> None:
    found = read(
        NANOGPT_API_KEY=KEY, NANOGPT_RESULT_ORIGINS="http://files.lan, https://[::1]:9000/"
    )
    assert found.result_origins == {
        "http://files.lan:80",
        "https://[::1]:9000",
        "https://api.nano-gpt.com:443",
    }


def test_the_environment_wins_over_the_file_and_may_empty_a_line_of_it(read) -> None:
    dotenv = f"PORT=9001\nNANOGPT_API_KEY={KEY}\nNANOEDIT_HOSTS=one.example, .two.example\n"
    assert read(dotenv).port == 9001
    assert read(dotenv).api_key == KEY
    assert read(dotenv).hosts == ("one.example", ".two.example")
    assert read(dotenv, PORT="9002").port == 9002
    assert read(dotenv, NANOGPT_API_KEY="").sandbox_in_use


def test_the_real_environment_does_not_leak_into_a_given_one(
    read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "9009")
    assert read().port == 8000


def test_s3_is_read_as_a_group(read) -> None:
    found = read(
        S3_BUCKET="pictures",
        S3_ENDPOINT_URL="https://s3.example/",
        S3_ACCESS_KEY_ID="id",
        S3_SECRET_ACCESS_KEY="hush",
        S3_CHECKSUMS="when_supported",
    ).s3
    assert found is not None
    assert (found.bucket, found.endpoint_url) == ("pictures", "https://s3.example")
    assert (found.access_key_id, found.secret_access_key) == ("id", "hush")
    assert (found.region, found.checksums) == (None, "when_supported")


def test_s3_without_keys_leaves_the_search_to_boto3(read) -> None:
    found = read(S3_BUCKET="pictures").s3
    assert found is not None
    assert (found.access_key_id, found.secret_access_key, found.endpoint_url) == (None, None, None)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"PORT": "eighty"}, "PORT is 'eighty'; allowed: a whole number from 1 to 65535."),
        ({"PORT": "0"}, "PORT is '0'"),
        ({"PORT": "65536"}, "PORT is '65536'"),
        ({"PORT": "80.5"}, "PORT is '80.5'"),
        ({"NANOEDIT_BIND": "everywhere"}, "NANOEDIT_BIND is 'everywhere'"),
        ({"NANOEDIT_DEBUG": "perhaps"}, "NANOEDIT_DEBUG is 'perhaps'; allowed: 1 or 0."),
        ({"NANOEDIT_HTTPS": "2"}, "NANOEDIT_HTTPS is '2'"),
        ({"NANOEDIT_HOSTS": "https://a.example"}, "NANOEDIT_HOSTS is 'https://a.example'"),
        ({"NANOEDIT_HOSTS": "a.example:80"}, "NANOEDIT_HOSTS is 'a.example:80'"),
        ({"NANOEDIT_MAX_UPLOAD_MB": "-1"}, "NANOEDIT_MAX_UPLOAD_MB is '-1'; allowed: a number"),
        ({"NANOEDIT_MAX_UPLOAD_MB": "nan"}, "NANOEDIT_MAX_UPLOAD_MB is 'nan'"),
        ({"NANOEDIT_MAX_MEGAPIXELS": "inf"}, "NANOEDIT_MAX_MEGAPIXELS is 'inf'"),
        (
            {"NANOGPT_BASE_URL": "http://gateway.example", "NANOGPT_API_KEY": "sk-nano-x"},
            "NANOGPT_BASE_URL is 'http://gateway.example'",
        ),
        ({"NANOGPT_API_KEY": "sk-nanö-x"}, "NANOGPT_API_KEY (not shown)"),
        ({"NANOGPT_MAX_BODY_MB": "4 MB"}, "NANOGPT_MAX_BODY_MB is '4 MB'"),
        ({"NANOGPT_TIMEOUT_SECONDS": "0"}, "NANOGPT_TIMEOUT_SECONDS is '0'"),
        ({"NANOGPT_AUTH": "basic"}, "NANOGPT_AUTH is 'basic'; allowed: bearer or x-api-key or"),
        ({"NANOGPT_BASE_URL": "http://a.example"}, "NANOGPT_API_KEY is empty"),
        (
            {"NANOGPT_API_KEY": KEY, "NANOGPT_BASE_URL": "nano-gpt.com"},
            "NANOGPT_BASE_URL is 'nano-gpt.com'; allowed: an address such as https://",
        ),
        (
            {"NANOGPT_API_KEY": KEY, "NANOGPT_BASE_URL": "https://a.example:port"},
            "NANOGPT_BASE_URL is 'https://a.example:port'",
        ),
        ({"NANOGPT_RESULT_ORIGINS": "a.example"}, "NANOGPT_RESULT_ORIGINS is 'a.example'"),
        ({"NANOGPT_RESULT_ORIGINS": "http://a.example/x"}, "NANOGPT_RESULT_ORIGINS is"),
        ({"DATABASE_URL": "mysql://a/b"}, "DATABASE_URL is 'mysql://a/b'; allowed: sqlite"),
        ({"DATABASE_URL": "postgres://h:five/b"}, "DATABASE_URL is 'postgres://h:five/b'"),
        ({"CELERY_BROKER_URL": "sqs://"}, "CELERY_BROKER_URL is 'sqs://'"),
        ({"WORKER_CONCURRENCY": "0"}, "WORKER_CONCURRENCY is '0'"),
        ({"S3_BUCKET": "a/b"}, "S3_BUCKET is 'a/b'; allowed: the bare name of a bucket."),
        ({"S3_ENDPOINT_URL": "https://s3.example"}, "S3_BUCKET is empty although"),
        ({"S3_BUCKET": "b", "S3_ENDPOINT_URL": "s3"}, "S3_ENDPOINT_URL is 's3'"),
        ({"S3_BUCKET": "b", "S3_ACCESS_KEY_ID": "i"}, "S3_SECRET_ACCESS_KEY is empty"),
        ({"S3_BUCKET": "b", "S3_SECRET_ACCESS_KEY": "i"}, "S3_ACCESS_KEY_ID is empty"),
        ({"S3_CHECKSUMS": "never"}, "S3_CHECKSUMS is 'never'"),
        ({"S3_BUCKET": "b", "S3_SIGNED_LINKS": "1"}, "S3_SIGNED_LINKS=1 needs S3_ENDPOINT_URL"),
        ({"SANDBOX_DELAY": "soon"}, "SANDBOX_DELAY is 'soon'"),
        ({"SANDBOX_LINK_LIFE": "0"}, "SANDBOX_LINK_LIFE is '0'"),
    ],
)
def test_nonsense_stops_the_start_with_one_line(read, given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read(**given)
    line = str(refused.value)
    assert line.startswith("NanoEdit cannot start: ")
    assert named in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "given",
    [
        {"NANOGPT_API_KEY": "two hush words"},
        {"NANOEDIT_SECRET_KEY": "hush"},
        {"NANOEDIT_SECRET_KEY": "hushhush" * 10},
        {"DATABASE_URL": "mysql://me:hush@db.example/x"},
        {"DATABASE_URL": "me:hush@db.example/x"},
        {"CELERY_BROKER_URL": "ftp://:hush@broker.example"},
        {"NANOGPT_API_KEY": KEY, "NANOGPT_BASE_URL": "https://me:hush@a.example"},
        {"S3_BUCKET": "b", "S3_ENDPOINT_URL": "https://me:hush@s3.example"},
        {"NANOGPT_RESULT_ORIGINS": "https://me:hush@s3.example"},
    ],
)
def test_what_is_secret_is_never_shown(read, given: dict[str, str]) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read(**given)
    assert "hush" not in str(refused.value)


def test_the_settings_can_be_printed_without_their_secrets(read) -> None:
    found = read(
        NANOGPT_API_KEY="sk-nano-hush",
        NANOEDIT_SECRET_KEY="hush-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
        DATABASE_URL="postgres://me:hush@db.example/x",
        CELERY_BROKER_URL="redis://:hush@broker.example/0",
        S3_BUCKET="b",
        S3_ACCESS_KEY_ID="id",
        S3_SECRET_ACCESS_KEY="hush",
    )
    assert "hush" not in repr(found)


def test_a_misspelt_name_in_the_file_is_refused_with_a_guess(read) -> None:
    with pytest.raises(SettingsRefused, match=r"NANOGPT_APIKEY.*did you mean NANOGPT_API_KEY\?"):
        read("NANOGPT_APIKEY=x\n")
    assert read("SOMETHING_ELSE=x\n").port == 8000


def test_another_file_can_be_named(tmp_path: Path) -> None:
    other = tmp_path / "other.env"
    other.write_text("PORT=9003\n")
    environ = {"NANOEDIT_DATA_DIR": str(tmp_path), "NANOEDIT_ENV_FILE": str(other)}
    assert read_environment(environ).port == 9003
    with pytest.raises(SettingsRefused, match="NANOEDIT_ENV_FILE"):
        read_environment({**environ, "NANOEDIT_ENV_FILE": str(tmp_path / "missing.env")})


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsRefused, match="NANOEDIT_DATA_DIR"):
        read_environment({"NANOEDIT_DATA_DIR": str(tmp_path / "file")}, tmp_path / "none")


def test_the_secret_is_made_once_and_for_its_owner_alone(read, tmp_path: Path) -> None:
    first, second = read(), read()
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 50
    kept = tmp_path / "data" / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret_key"]


def test_many_first_starts_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: kept_secret_key(tmp_path / "data"), range(64)))
    assert len(found) == 1


def test_without_a_writable_folder_a_secret_must_be_given(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environ = {"NANOEDIT_DATA_DIR": str(tmp_path / "file" / "data")}
    with pytest.raises(SettingsRefused, match="NANOEDIT_SECRET_KEY is empty and none can be kept"):
        read_environment(environ, tmp_path / "none")
    given = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQR"
    found = read_environment({**environ, "NANOEDIT_SECRET_KEY": given}, tmp_path / "none")
    assert found.secret_key == given
    assert read_environment({**environ, "NANOEDIT_DEBUG": "1"}, tmp_path / "none").debug


def test_a_command_that_reads_nonsense_prints_one_line_and_ends_with_1(tmp_path: Path) -> None:
    code = "from nanoedit_site.env import read_environment; read_environment()"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PORT": "x", "NANOEDIT_DATA_DIR": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "NanoEdit cannot start: PORT is 'x'; allowed: a whole number from 1 to 65535."
    ]


def test_mail_is_printed_until_a_server_is_named(read) -> None:
    assert read().mail_server is None
    sent = read(NANOEDIT_EMAIL_URL="smtp://nano:p%40ss-word@mail.example").mail_server
    assert (sent.host, sent.port, sent.user, sent.password) == (
        "mail.example",
        587,
        "nano",
        "p@ss-word",
    )
    assert (sent.asks_for_tls, sent.starts_with_tls) == (True, False)
    sent = read(NANOEDIT_EMAIL_URL="smtps://mail.example").mail_server
    assert (sent.port, sent.asks_for_tls, sent.starts_with_tls) == (465, False, True)
    here = read(NANOEDIT_EMAIL_URL="smtp://127.0.0.1:2525").mail_server
    assert (here.port, here.asks_for_tls) == (2525, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NANOEDIT_EMAIL_URL", "mail.example"),
        ("NANOEDIT_EMAIL_URL", "http://mail.example"),
        ("NANOEDIT_EMAIL_URL", "smtp://nano@mail.example"),
        ("NANOEDIT_EMAIL_URL", "smtp://nano:sesame@mail.example/?tls=1"),
        ("NANOEDIT_MAIL_FROM", "nobody"),
        ("NANOEDIT_MAIL_FROM", "a b@c d"),
        ("NANOEDIT_REGISTRATION", "everybody"),
        ("NANOEDIT_PROXY_COUNT", "-1"),
    ],
)
def test_nonsense_about_accounts_stops_the_start(read, name: str, value: str) -> None:
    with pytest.raises(SettingsRefused, match=name) as refused:
        read(**{name: value})
    assert "sesame" not in str(refused.value)
