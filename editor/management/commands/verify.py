"""`manage.py verify`: does everything hold that must hold? For staff, cron and tests."""

from __future__ import annotations

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand

from editor.audit_chain import head_in_words, heads_that_differ
from editor.invariants import Broken, broken_invariants, confirmed


class Command(BaseCommand):
    """Reads only; safe on a live system."""

    help = (
        "Check the invariants of jobs, calls, money, files and the audit log; "
        "exit 1 if one is broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Reading every file may take long and cost traffic, so it must be asked for."""
        parser.add_argument(
            "--bytes", action="store_true", help="read every file and compare its digest"
        )
        parser.add_argument(
            "--heads",
            type=Path,
            metavar="FILE",
            help="compare the audit log with heads that were written down elsewhere: a file of "
            "the log, an export, or the last lines of earlier runs of this command",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each broken row, how many there are, and the audit log's head."""
        found = confirmed(partial(broken_invariants, read_bytes=options["bytes"]))
        if options["heads"]:
            with options["heads"].open(encoding="utf-8", errors="replace") as lines:
                found += [Broken("I6", row, why) for row, why in heads_that_differ(lines)]
        for broken in found:
            self.stdout.write(str(broken))
        self.stdout.write(f"{len(found)} invariants broken" if found else "Every invariant holds.")
        self.stdout.write(head_in_words())
        if found:
            raise SystemExit(1)
