"""A RabbitMQ server: Debian's, where it is installed; no Python package carries one."""

import glob
import os
import shutil
import signal
import tempfile
from pathlib import Path

import amqp

from tests.servers.launching import Server, free_ports, listens

PATTERNS = (
    "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server",
    "/opt/rabbitmq/sbin/rabbitmq-server",
    "/usr/local/lib/rabbitmq_server-*/sbin/rabbitmq-server",
)
QUEUE = "nanoedit"
START_SECONDS = 60.0


def rabbitmq_program() -> str:
    """Return the start script, or "" where RabbitMQ is not installed."""
    # Not the one on the path: Debian's wrapper insists on its own user and folders.
    found = sorted(path for pattern in PATTERNS for path in glob.glob(pattern))  # noqa: PTH207
    return found[-1] if found and shutil.which("epmd") else ""


def why_no_rabbitmq() -> str:
    """Return why no RabbitMQ can be started here, or ""."""
    if rabbitmq_program():
        return ""
    return "RabbitMQ is not installed: apt-get install rabbitmq-server, or set TEST_RABBITMQ_URL"


class RabbitMQ:
    """One node in a folder of its own, with its own port mapper; user and password are guest.

    It may be stopped and started again: port and durable queues stay.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nanoedit-rabbitmq-"))
        self.port, distribution, mapper = free_ports(3)
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self.environ = {
            "HOME": str(self.folder),  # the cookie of the node lies there
            "RABBITMQ_NODENAME": f"nanoedit{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none"
            ),
            "RUNNING_UNDER_SYSTEMD": "1",  # the script then becomes the node, under one pid
            "ERL_EPMD_PORT": str(mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        (self.folder / "rabbitmq.conf").write_text("disk_free_limit.absolute = 50MB\n")
        (self.folder / "plugins").write_text("[].\n")
        # One of our own, as the node would leave one behind for all users of this machine.
        command = [str(shutil.which("epmd")), "-port", str(mapper), "-address", "127.0.0.1"]
        folder = Path(tempfile.mkdtemp(prefix="nanoedit-epmd-"))
        self.mapper = Server(command, folder / "log", env=self.environ)
        self.mapper.wait_until(lambda: listens(mapper))
        self.server: Server | None = None
        self.start()

    def start(self) -> None:
        """Start the node and wait until it takes connections."""
        self.server = Server(
            [rabbitmq_program()],
            self.folder / "log",
            env=self.environ,
            cwd=self.folder,
            stop_signal=signal.SIGTERM,
        )
        self.server.wait_until(self._answers, START_SECONDS)

    def connect(self) -> amqp.Connection:
        """Open a connection of our own. Raises OSError or an AMQP error."""
        connection = amqp.Connection(f"127.0.0.1:{self.port}", connect_timeout=2, read_timeout=10)
        connection.connect()
        return connection

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except (OSError, amqp.exceptions.AMQPError):
            return False
        return True

    def halt(self) -> None:
        """Stop the node as an operator would; what is durable stays."""
        if self.server:
            self.server.stop(30)

    def kill(self) -> None:
        """End the node as a power cut would."""
        if self.server and self.server.process.poll() is None:
            self.server.process.kill()
            self.server.process.wait(10)

    def empty(self) -> None:
        """Forget NanoEdit's queue and all that is in it."""
        with self.connect() as connection:
            connection.channel().queue_delete(QUEUE)

    def stop(self) -> None:
        """End everything and remove its folders."""
        self.kill()
        self.mapper.stop()
        shutil.rmtree(self.mapper.log.parent, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
