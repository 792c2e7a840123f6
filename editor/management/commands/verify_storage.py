"""`manage.py verify_storage`: does storage hold what the rows say, and nothing else?"""

from __future__ import annotations

import json
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import IO, Any

from django.core.management import BaseCommand, CommandError

from editor.stocktaking import Found, Stocktaking, Tally, Wrong

SAY_SECONDS = 5.0
DIGESTS_UNKNOWN = "Whether {} objects have changed is not known: see --fill-digests."


class Command(BaseCommand):
    """Reads only, unless told to fill or to remove; safe on a live system."""

    help = (
        "Compare storage with the rows: files that are missing, were changed, or belong to no "
        "row. Exit 1 if something is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whatever takes long, writes or deletes must be asked for."""
        parser.add_argument(
            "--bytes", action="store_true", help="read everything and compare digests"
        )
        parser.add_argument("--list", action="store_true", help="name each thing that is wrong")
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")
        parser.add_argument(
            "--fill-digests",
            action="store_true",
            help="keep a digest of what has none, taking what lies there as right",
        )
        parser.add_argument(
            "--remove-orphans",
            action="store_true",
            help="delete what no row has named for a day; asks first",
        )
        parser.add_argument(
            "--also-paid-answers",
            action="store_true",
            help="with --remove-orphans: also answers that were paid for",
        )
        parser.add_argument("--yes", action="store_true", help="delete without asking")

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk, remove if asked to, and report."""
        self._said_at = time.monotonic()
        with tempfile.TemporaryFile("w+", encoding="utf-8") as orphans:

            def tell(found: Found) -> None:
                if options["list"]:
                    self.stdout.write(str(found))
                if found.wrong is Wrong.ORPHAN:
                    orphans.write(f"{found.key}\n")

            taking = Stocktaking(
                tell,
                self._progress,
                read_bytes=options["bytes"],
                fill_digests=options["fill_digests"],
            )
            try:
                tally = taking.take()
                if options["remove_orphans"] and tally.orphans and self._may(tally, options):
                    taking.remove(_lines(orphans), also_paid=options["also_paid_answers"])
            except Exception as problem:  # every storage has exceptions of its own
                message = f"Storage cannot be looked through: {problem}"
                raise CommandError(message) from problem
        self._report(tally, as_json=options["json"])
        if tally.wrong:
            raise SystemExit(1)

    def _may(self, tally: Tally, options: dict[str, Any]) -> bool:
        if options["yes"]:
            return True
        self.stderr.write(
            f"Delete {tally.orphans} objects ({tally.orphan_bytes:,} bytes) that no row names? "
            'Type "yes":'
        )
        try:
            return input().strip() == "yes"
        except EOFError:  # nobody is there to answer
            return False

    def _progress(self, where: str, tally: Tally) -> None:
        if time.monotonic() - self._said_at >= SAY_SECONDS:
            self._said_at = time.monotonic()
            self.stderr.write(
                f"{where}: {tally.objects:,} objects looked at, {tally.read:,} read, "
                f"{tally.wrong:,} wrong"
            )

    def _report(self, tally: Tally, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(tally.as_json()))
            return
        for name, count in tally.as_json().items():
            if name != "ok":
                self.stdout.write(f"{count:>16,}  {name.replace('_', ' ')}")
        if tally.digests_unknown:
            self.stdout.write(DIGESTS_UNKNOWN.format(f"{tally.digests_unknown:,}"))
        self.stdout.write(
            f"{tally.wrong:,} things are wrong." if tally.wrong else "Storage holds what it should."
        )


def _lines(names: IO[str]) -> Iterator[str]:
    names.seek(0)
    for line in names:
        yield line.rstrip("\n")
