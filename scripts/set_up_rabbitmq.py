"""Finds a RabbitMQ for the tests, or installs Debian's where that starts no service."""

import os
import shutil
from pathlib import Path

from shared import run, said, say

PACKAGE = "rabbitmq-server"
ADVICE = f"apt-get install {PACKAGE}, or set TEST_RABBITMQ_URL"


def set_up_rabbitmq() -> None:
    """Say whether there is a RabbitMQ; without one its tests are skipped, and reported."""
    if os.environ.get("TEST_RABBITMQ_URL") or installed() or from_debian():
        return
    say(f"No RabbitMQ: what runs on it is not tested here ({ADVICE}).")


def installed() -> bool:
    """True when the server and Erlang's port mapper are there."""
    return bool(server()) and bool(shutil.which("epmd"))


def server() -> str:
    """Return the start script on the path, also where only root's path leads there."""
    return (
        shutil.which(PACKAGE, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/opt/rabbitmq/sbin")
        or ""
    )


def from_debian() -> bool:
    """Install it as root, but not where installing would start a broker for the whole machine."""
    if os.geteuid() != 0 or not shutil.which("apt-get") or starts_services():
        return False
    say("No RabbitMQ: installing Debian's (35 MB) …")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    if not said(["apt-cache", "policy", PACKAGE]):
        run(["apt-get", "update", "-qq"], **quiet)
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", PACKAGE], **quiet)
    return installed()


def starts_services() -> bool:
    """True when Debian's packages start what they install."""
    return Path("/run/systemd/system").is_dir() or not Path("/usr/sbin/policy-rc.d").exists()
