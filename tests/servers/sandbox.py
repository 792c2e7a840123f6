"""The sandbox as its own process, with a hand for the tests to look into it and to make it fail."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import requests

from tests.servers.launching import Server, free_ports

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 10


class Sandbox:
    """A running sandbox. `url` is what NANOGPT_BASE_URL takes; any key is accepted."""

    def __init__(self, url: str) -> None:
        self.url = url

    def settings(self) -> dict[str, str]:
        """Return the environment that makes NanoEdit send its edits here."""
        return {"NANOGPT_BASE_URL": self.url, "NANOGPT_API_KEY": "sk-nano-the-tests-own-key"}

    def calls(self) -> list[dict[str, Any]]:
        """Return every paid call since the last forgetting, oldest first."""
        answer = requests.get(f"{self.url}/sandbox/calls", timeout=SECONDS)
        answer.raise_for_status()
        found = answer.json()
        return list(found["calls"] if isinstance(found, dict) else found)

    def forget_calls(self) -> None:
        """Start counting anew."""
        requests.delete(f"{self.url}/sandbox/calls", timeout=SECONDS).raise_for_status()

    def fail_with(self, *faults: dict[str, Any]) -> None:
        """Queue faults: each following paid call takes one. None clears the queue."""
        requests.delete(f"{self.url}/sandbox/faults", timeout=SECONDS).raise_for_status()
        body = {"faults": list(faults)}
        requests.post(f"{self.url}/sandbox/faults", json=body, timeout=SECONDS).raise_for_status()


class SandboxProcess(Sandbox):
    """A sandbox that was started here. `more` are further arguments, such as `--link-life 1`."""

    def __init__(self, *more: str) -> None:
        port = free_ports(1)[0]
        super().__init__(f"http://127.0.0.1:{port}")
        self.folder = Path(tempfile.mkdtemp(prefix="nanoedit-sandbox-"))
        command = [sys.executable, "-m", "sandbox", "--port", str(port)]
        for name, value in (("--delay", "0"), ("--rate", "0")):
            command += [] if name in more else [name, value]
        self.server = Server([*command, *more], self.folder / "log", cwd=ROOT)
        self.server.wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/sandbox/calls", timeout=SECONDS).ok
        except requests.ConnectionError:
            return False

    def stop(self) -> None:
        """End it and remove its folder."""
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
