"""The secrets that this server keeps to itself: where they come from. Imports no Django."""

import base64
import binascii
import hmac
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from nanoedit_site.environment import SettingsRefused, refuse

SECRET_KEY_CHARACTERS = 50
FIELD_KEY_BYTES = 32


def field_keys(name: str, given: Iterable[str], secret_key: str) -> tuple[str, ...]:
    """Return the keys that seal secrets in the database, newest first.

    The last one follows from the secret key: what was sealed before any key was given
    opens with it, and machines that share that secret need nothing more.
    """
    found = []
    for word in given:
        try:
            usable = len(base64.urlsafe_b64decode(word)) == FIELD_KEY_BYTES
        except (binascii.Error, ValueError):
            usable = False
        if not usable or re.search(r"[^\w=-]", word):
            refuse(name, None, "keys as `manage.py rotate_field_keys --new` prints them, by commas")
        found.append(word)
    derived = hmac.digest(secret_key.encode(), b"nanoedit field keys", "sha256")
    return (*found, base64.urlsafe_b64encode(derived).decode())


def kept_secret_key(data_dir: Path) -> str:
    """Return the secret in the data folder, made at the first asking. Safe among processes."""
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = data_dir / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(SECRET_KEY_CHARACTERS))
        try:
            # Linking fails when another process was first, so all of them read the same secret.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_text().strip()
    if len(key) < SECRET_KEY_CHARACTERS:
        raise SettingsRefused(f"{path} holds no usable secret: remove it to have one made.")
    return key
