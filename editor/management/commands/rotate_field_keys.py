"""`manage.py rotate_field_keys`: every secret in the database is sealed with the newest key."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand, CommandParser

from editor.audit import record
from editor.resealing import reseal_all


class Command(BaseCommand):
    """Safe beside everything else, and to repeat."""

    help = "Seal people's API keys and second steps anew with the first of NANOEDIT_FIELD_KEYS."

    def add_arguments(self, parser: CommandParser) -> None:
        """A new key can be had, too."""
        parser.add_argument(
            "--new", action="store_true", help="only print a fresh key for NANOEDIT_FIELD_KEYS"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say what could not be opened; exit 1 then."""
        if options["new"]:
            self.stdout.write(Fernet.generate_key().decode())
            return
        done = reseal_all()
        facts = {"sealed": done.count, "unreadable": len(done.unreadable)}
        record("keys.rotated", by=None, facts=facts)
        for name in done.unreadable:
            self.stdout.write(f"No field key opens: {name}")
        sealed = "1 secret is" if done.count == 1 else f"{done.count} secrets are"
        self.stdout.write(f"{sealed} sealed with the newest key.")
        if done.unreadable:
            raise SystemExit(1)
