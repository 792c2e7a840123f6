"""One prefix for the whole static tree, which changes when any file in it changes.

Relative imports between JavaScript modules and worker addresses then need no
rewriting, and every file may be cached for ever.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

PACKAGES_WITH_STATIC_FILES = ("django", "django-htmx")


def tree_hash(folder: Path) -> str:
    """Give 12 hex digits for the names and contents of all files below `folder`.

    The versions of the packages that bring static files of their own count too.
    """
    digest = hashlib.sha256()
    for package in PACKAGES_WITH_STATIC_FILES:
        digest.update(f"{package}=={version(package)}\n".encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
