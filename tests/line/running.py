"""NanoEdit as people run it: the supervisor with all its processes, driven over HTTP."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import requests

from nanoedit_site.env import OUR_PREFIXES
from tests.factories import mask_bytes, picture_bytes
from tests.servers.launching import free_ports

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
PASSWORD = "alice-paints-2026"
Found = TypeVar("Found")


def wait_for(look: Callable[[], Found | None], what: str, seconds: float = 60) -> Found:
    """Look again and again until something is there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    message = f"{what} did not happen within {seconds:.0f} s"
    raise AssertionError(message)


class RunningApp:
    """One copy of NanoEdit with a data folder of its own."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nanoedit-line-"))
        self.port = free_ports(1)[0]
        self.url = f"http://127.0.0.1:{self.port}"
        (self.folder / "empty.env").touch()
        clean = {k: v for k, v in os.environ.items() if not k.startswith(OUR_PREFIXES)}
        self.environ = {
            **clean,
            "NANOEDIT_DATA_DIR": str(self.folder / "var"),
            "NANOEDIT_ENV_FILE": str(self.folder / "empty.env"),
            "PORT": str(self.port),
            "SANDBOX_DELAY": "0.3",
            **(settings or {}),
        }
        self.log = self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> RunningApp:
        """Start everything, and wait until the pages answer."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "nanoedit_site.up"],
                cwd=ROOT,
                env=self.environ,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(self._answers, f"the start ({self.log.read_text()[-2000:]})", START_SECONDS)
        return self

    def _answers(self) -> bool:
        if self.process and self.process.poll() is not None:
            raise AssertionError(self.log.read_text())
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.ConnectionError:
            return False

    def stop(self) -> None:
        """Stop as Ctrl-C does."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                raise

    def remove(self) -> None:
        """Stop and forget."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def setup_link(self) -> str:
        """The link for the first account, as it was printed."""
        pattern = re.compile(rf"{re.escape(self.url)}/setup/\?token=\S+")
        found = wait_for(lambda: pattern.search(self.log.read_text()), "the set-up link", 20)
        return found.group()

    def pids(self, word: str) -> list[int]:
        """Processes of this copy whose command line holds a word."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes()
                environ = (entry / "environ").read_bytes()
            except OSError:
                continue
            if word.encode() in command and str(self.folder).encode() in environ:
                found.append(int(entry.name))
        return found

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the embedded database."""
        with sqlite3.connect(f"file:{self.folder}/var/nanoedit.sqlite3?mode=ro", uri=True) as db:
            return db.execute(query).fetchall()


class Person:
    """Somebody with a browser, as far as HTTP goes."""

    def __init__(self, app: RunningApp) -> None:
        self.app = app
        self.http = requests.Session()

    def sign_up(self) -> Person:
        """Make the first account by the printed link."""
        link = self.app.setup_link()
        answer = self.post(
            link, {"username": "alice", "password1": PASSWORD, "password2": PASSWORD}, page=link
        )
        assert answer.url == f"{self.app.url}/", answer.text[:2000]
        return self

    def log_in(self) -> Person:
        """Come back."""
        self.post("/login/", {"login": "alice", "password": PASSWORD}, page="/login/")
        return self

    def get(self, path: str) -> requests.Response:
        """Open a page or a file."""
        url = path if path.startswith("http") else self.app.url + path
        return self.http.get(url, timeout=30)

    def post(
        self,
        path: str,
        form: Mapping[str, Any] | None = None,
        *,
        page: str = "/",
        files: Any = None,
        script: bool = False,
    ) -> requests.Response:
        """Send a form with the token of the page it stands on."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(page).text)
        assert token, f"no form on {page}"
        url = path if path.startswith("http") else self.app.url + path
        headers = {"Referer": url}
        if script:
            headers["Accept"] = "application/json"
        data = {**(form or {}), "csrfmiddlewaretoken": token.group(1)}
        return self.http.post(url, data, files=files, headers=headers, timeout=60)

    def upload(self, data: bytes | None = None, name: str = "garden.jpg") -> str:
        """Bring a picture in; give its address."""
        data = data or picture_bytes((640, 480), "JPEG")
        answer = self.post("/pictures/", files={"files": (name, data)}, script=True)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["url"])

    def models(self, studio: str) -> list[dict[str, Any]]:
        """The models that the studio offers; waits for the first catalogue."""

        def offered() -> list[dict[str, Any]]:
            page = self.get(studio).text
            data = re.search(r'<script id="studio-data"[^>]*>(.*?)</script>', page, re.DOTALL)
            return list(json.loads(data.group(1))["models"]) if data else []

        return wait_for(offered, "the catalogue", 30)

    def edit(
        self,
        studio: str,
        prompt: str = "make it golden",
        *,
        size: tuple[int, int] = (640, 480),
        model: str = "",
    ) -> str:
        """Paint a rectangle and send a wish; give the job's address."""
        models = self.models(studio)
        chosen = next((m for m in models if m["id"] == model), models[0])
        width, height = size
        box = (width // 4, height // 4, width // 2, height // 2)
        form = {
            "prompt": prompt,
            "model": chosen["id"],
            "n": "1",
            "submit_key": str(uuid.uuid4()),
            "shown_price": "" if chosen["price_nano"] is None else str(chosen["price_nano"]),
        }
        answer = self.post(
            f"{studio}edit/",
            form,
            page=studio,
            files={"mask": ("mask.png", mask_bytes(size, box))},
            script=True,
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["url"])

    def wait_for_state(self, job: str, *states: str, seconds: float = 60) -> str:
        """Wait until the job page shows one of these states."""

        def look() -> str | None:
            page = self.get(f"{job}status/").text
            return next((s for s in states if f'class="state" data-state="{s}"' in page), None)

        return wait_for(look, f"{job} {states}", seconds)
