"""Each server that the tests can start answers as the real thing would, and leaves nothing."""

import json
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis
import requests
from botocore.exceptions import ClientError

from tests.house.processes import ROOT, children_of, eventually, is_alive
from tests.servers.postgres import Postgres
from tests.servers.sandbox import Sandbox
from tests.servers.seaweed import S3Server
from tests.servers.valkey import Valkey

pytestmark = pytest.mark.servers


def test_postgres_keeps_rows(fresh_postgres_url: str) -> None:
    with psycopg.connect(fresh_postgres_url) as connection:
        connection.execute("CREATE TABLE jobs (id int)")
        connection.execute("INSERT INTO jobs VALUES (7)")
    with psycopg.connect(fresh_postgres_url) as connection:
        assert connection.execute("SELECT id FROM jobs").fetchall() == [(7,)]


def test_postgres_url_names_a_database_of_its_own(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("SELECT current_setting('server_version_num')::int").fetchone()
    assert row is not None
    assert row[0] >= 140_000


def test_valkey_keeps_values_and_starts_empty(fresh_valkey_url: str) -> None:
    with redis.Redis.from_url(fresh_valkey_url) as client:
        assert client.dbsize() == 0
        client.set("a", "1")
        assert client.get("a") == b"1"


@pytest.mark.parametrize("fixture", ["s3_bucket", "s3_tls_bucket"])
def test_s3_keeps_objects_and_signs_links(fixture: str, request: pytest.FixtureRequest) -> None:
    server: S3Server = request.getfixturevalue(fixture)
    client = server.client()
    client.put_object(Bucket=server.bucket, Key="a/ü.png", Body=b"bytes", ContentType="image/png")
    link = client.generate_presigned_url(
        "get_object", Params={"Bucket": server.bucket, "Key": "a/ü.png"}, ExpiresIn=60
    )
    answer = requests.get(link, timeout=10, verify=server.ca_file or True)
    assert (answer.status_code, answer.content) == (200, b"bytes")
    assert answer.headers["Content-Type"] == "image/png"
    tampered = requests.get(link[:-4] + "0000", timeout=10, verify=server.ca_file or True)
    assert tampered.status_code == 403


def test_s3_refuses_strangers_and_unknown_buckets(s3_bucket: S3Server) -> None:
    client = s3_bucket.client()
    client.put_object(Bucket=s3_bucket.bucket, Key="private", Body=b"x")
    url = f"{s3_bucket.endpoint_url}/{s3_bucket.bucket}/private"
    assert requests.get(url, timeout=10).status_code == 403
    with pytest.raises(ClientError, match="NoSuchBucket"):
        client.put_object(Bucket="nobody-made-this", Key="a", Body=b"x")


def test_the_sandbox_lists_models_and_counts_calls(sandbox: Sandbox) -> None:
    models = requests.get(f"{sandbox.url}/api/v1/image-models?detailed=true", timeout=10)
    assert models.ok
    assert sandbox.calls() == []
    sandbox.fail_with({"kind": "status", "status": 503})
    call = requests.post(
        f"{sandbox.url}/api/v1/images/edits",
        headers={"Authorization": "Bearer sk-nano-test"},
        json={},
        timeout=10,
    )
    assert call.status_code == 503
    assert len(sandbox.calls()) == 1


def test_servers_die_with_a_test_run_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import time\n"
        "from tests.servers.postgres import Postgres\n"
        "from tests.servers.valkey import Valkey\n"
        "servers = Postgres(), Valkey()\n"
        "import json\n"
        "print(json.dumps([str(s.folder) for s in servers]), flush=True)\n"
        "time.sleep(60)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert run.stdout is not None
        folders = [Path(folder) for folder in json.loads(run.stdout.readline())]
        servers = list(children_of(run.pid))
        assert len(servers) == 2
    finally:
        run.kill()
        run.wait(10)
        run.stdout and run.stdout.close()
    assert eventually(lambda: not any(is_alive(pid) for pid in servers), 10)
    for folder in folders:
        subprocess.run(["rm", "-r", str(folder)], check=True)


@pytest.mark.parametrize("kind", [Postgres, Valkey])
def test_a_stopped_server_leaves_neither_process_nor_folder(
    kind: type[Postgres] | type[Valkey],
) -> None:
    server = kind()
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 20
    assert server.server.process.poll() is not None
    assert not server.folder.exists()
