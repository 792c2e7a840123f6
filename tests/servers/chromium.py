"""The browser of the browser tests: the Chromium that the set-up found, and how it is started."""

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
# It shall speak to nobody but us: no updates, no reports, no names but loopback ones.
FLAGS = [
    "--no-sandbox",  # as root it does not start with its sandbox on
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def chromium_path() -> str:
    """Return CHROMIUM, else the one `make test` found, else one on the path; "" for none."""
    kept = ROOT / ".tools" / "chromium-path"
    found = (
        os.environ.get("CHROMIUM", ""),
        *(shutil.which(name) or "" for name in NAMES),
        kept.read_text().strip() if kept.is_file() else "",
    )
    return next((path for path in found if path and Path(path).exists()), "")
