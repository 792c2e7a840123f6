"""`python -m tests.faults.submitter`: a web process's part of a submit, which may be killed in it.

Reads one JSON object from its input: owner, picture, model (ids), key (the form's
submit key, or null for new ones), times, and kill: "before commit", "before the hint" or "".
Prints one JSON object: how many jobs were made (and of these held for approval) and refused,
the seconds of each, the pragmas.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import uuid
from typing import Any, NoReturn

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanoedit_site.settings")
django.setup()

from django.db import connection  # noqa: E402

from editor import submission  # noqa: E402
from editor.models import EditJob, Picture, UpstreamModel, User  # noqa: E402
from tests.factories import mask_bytes  # noqa: E402

PRAGMAS = ("journal_mode", "synchronous", "foreign_keys")


def die(*_: object, **__: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


def main() -> None:
    asked: dict[str, Any] = json.load(sys.stdin)
    if asked["kill"] == "before commit":
        EditJob.note = die  # type: ignore[method-assign]
    elif asked["kill"] == "before the hint":
        submission.hint_job = die
    owner = User.objects.get(pk=asked["owner"])
    model = UpstreamModel.objects.get(pk=asked["model"])
    picture = Picture.objects.get(pk=asked["picture"])
    mask = mask_bytes((picture.width, picture.height), (16, 12, 40, 30))
    made, held, refused, seconds = 0, 0, 0, []
    for number in range(asked["times"]):
        wish = submission.Wish(picture, f"golden {number} {uuid.uuid4()}", model, 1, "auto", mask)
        if asked["key"]:
            wish = submission.Wish(picture, "golden", model, 1, "auto", mask)
        began = time.monotonic()
        try:
            key = uuid.UUID(asked["key"]) if asked["key"] else uuid.uuid4()
            price = model.estimate_nano("auto", 1)
            job, is_new = submission.submit_edit(owner, wish, key, price)
            made += is_new
            held += is_new and job.is_held
        except submission.SubmitRefused as why:
            refused += 1
            sys.stderr.write(f"{why}\n")
        seconds.append(round(time.monotonic() - began, 3))
    pragmas = {}
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in PRAGMAS:
                pragmas[name] = cursor.execute(f"PRAGMA {name}").fetchone()[0]
    told = {"made": made, "held": held, "refused": refused, "seconds": seconds, "pragmas": pragmas}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
