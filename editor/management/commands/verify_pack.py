"""`manage.py verify_pack FILE`: is an evidence pack whole, and did only the paint change?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from editor.models.results import lock_words
from editor.pack_manifest import Manifest, PackRefused
from editor.packs import Found, Pack, PackLimits

# Who runs this has the file at hand already; beyond these pixels Pillow itself refuses.
_LIMITS = PackLimits(total_bytes=8_000_000_000, file_bytes=2_000_000_000, pixels=89_000_000)


class Command(BaseCommand):
    """Needs neither database nor storage, and sends nothing."""

    help = (
        "Check an evidence pack: every hash, and the lock proof anew from its files. "
        "Exit 1 if something is wrong."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and how to report."""
        parser.add_argument("file", type=Path, help="the ZIP")
        parser.add_argument("--json", action="store_true", help="say it as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, and report."""
        try:
            with options["file"].open("rb") as file, Pack.open(file, _LIMITS) as pack:
                found = pack.check(_LIMITS)
                self._report(pack.manifest, found, as_json=options["json"])
        except OSError as missing:
            message = f"{options['file']} cannot be read: {missing.strerror}"
            raise CommandError(message) from missing
        except PackRefused as refused:
            if options["json"]:
                self.stdout.write(json.dumps({"ok": False, "problem": str(refused)}))
            else:
                self.stdout.write(f"Not proved. {refused}")
            raise SystemExit(1) from refused

    def _report(self, told: Manifest, found: Found, *, as_json: bool) -> None:
        proofs = {
            number: [proof.outside_pixels, proof.changed_pixels]
            for number, proof in found.proved.items()
        }
        if as_json:
            whole = {"ok": True, "edit": told.edit_id, "files": len(told.files), "results": proofs}
            self.stdout.write(json.dumps(whole))
            return
        self.stdout.write(f"{len(told.files)} files, every hash right: edit {told.edit_id}")
        for number, (outside, changed) in proofs.items():
            words = lock_words(changed or 0, outside) if outside else "without a mask, so no lock"
            self.stdout.write(f"Result {number}: {words}".replace("\u202f", " "))
        self.stdout.write("Proved.")
