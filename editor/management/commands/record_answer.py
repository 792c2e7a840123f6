"""`manage.py record_answer FILE…`: make an answer that is paid for the answer of its call."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from editor import spool, unusable
from editor.audit import record
from editor.late_answers import CannotRecord, attempt_of, record_by_hand, record_file
from editor.tasks import hint_results


class Command(BaseCommand):
    """Costs nothing, and may be repeated: an attempt that has its answer keeps it."""

    help = (
        "Record answers that workers left in files because the database did not take them; "
        "with --attempt, what you have got hold of as the answer of a call in doubt."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The files, and for which call."""
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
        parser.add_argument(
            "--attempt",
            type=uuid.UUID,
            metavar="UUID",
            help=(
                "FILE is the answer of this call: the upstream's JSON, or the images themselves; "
                "without FILE, the unusable answer that was kept of it"
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one sentence for each file; end with an error if one was not recorded."""
        files: list[Path] = options["files"]
        if not files and not options["attempt"]:
            message = "Name a FILE, or an --attempt whose answer was kept although it is unusable."
            raise CommandError(message)
        failed = 0
        for together in [files] if options["attempt"] else [[path] for path in files]:
            names = ", ".join(map(str, together)) or "The kept answer"
            try:
                said = self.record(together, options["attempt"])
            except (CannotRecord, spool.NotAnAnswer, OSError) as problem:
                failed += 1
                said = f"not recorded: {str(problem).rstrip('.')}."
            self.stdout.write(f"{names}: {said}")
        if failed:
            message = "Not everything was recorded. Nothing is lost: what was named is still there."
            raise CommandError(message)

    def record(self, files: list[Path], attempt_id: uuid.UUID | None) -> str:
        """Record one answer and say what came of it."""
        if attempt_id:
            attempt = attempt_of(attempt_id)
            bodies = [path.read_bytes() for path in files] or [unusable.read(attempt_id)]
            count = record_by_hand(attempt, bodies)
            hint_results(attempt_id)
            record("answer.recorded", by=None, on=attempt, facts={"images": count})
            images = "1 image" if count == 1 else f"{count} images"
            return f"recorded as the answer of attempt {attempt_id}, with {images}."
        (path,) = files
        attempt_id = spool.read(path).attempt_id
        is_new = record_file(path)
        if is_new:
            facts = {"attempt": str(attempt_id), "from": "spool"}
            record("answer.recorded", by=None, facts=facts)
        hint_results(attempt_id)
        spool.drop_if_ours(path)
        if is_new:
            return f"recorded as the answer of attempt {attempt_id}."
        return f"attempt {attempt_id} has its answer already."
