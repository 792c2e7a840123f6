"""`manage.py verify`: does everything hold that must hold? For staff, cron and tests."""

from __future__ import annotations

from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management import BaseCommand

from editor.invariants import broken_invariants, confirmed


class Command(BaseCommand):
    """Reads only; safe on a live system."""

    help = "Check the invariants of jobs, calls, money and files; exit 1 if one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Reading every file may take long and cost traffic, so it must be asked for."""
        parser.add_argument(
            "--bytes", action="store_true", help="read every file and compare its digest"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each broken row, then how many there are."""
        found = confirmed(partial(broken_invariants, read_bytes=options["bytes"]))
        for broken in found:
            self.stdout.write(str(broken))
        self.stdout.write(f"{len(found)} invariants broken" if found else "Every invariant holds.")
        if found:
            raise SystemExit(1)
