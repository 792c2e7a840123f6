"""`manage.py sweep --once`: pick up what was left behind, for cron and for tests."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from editor.recovery import sweep_from_outside


class Command(BaseCommand):
    """Every worker sweeps by itself; this is for servers that want it from outside as well."""

    help = "Run every step of the recovery sweep once and print how many rows it touched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Require the word, so that nobody expects a service."""
        parser.add_argument("--once", action="store_true", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        self.stdout.write(f"{sweep_from_outside()} rows moved or hinted")
