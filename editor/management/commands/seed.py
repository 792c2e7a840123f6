"""`manage.py seed`: fill a data folder with drawn pictures and edits in every state.

For demonstrations, screenshots and for trying things out. Pictures and masks take the
same way as a person's uploads, and results are composed by the application itself;
only the model's answers are drawn here, and nothing is ever sent or paid.

What is open stays open while a worker runs: claims, calls and answers are leased to
the worker "seed:0" until about the year 2100, and what waits, waits until then. A
queued job alone is what every worker looks for: one that starts later takes it, and
the sandbox answers it. So the command refuses to run with a real key.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connection

from editor.audit import record
from editor.management.endings import end
from editor.management.histories import Purse, begin
from editor.management.offerings import fill_catalogue, pick_model
from editor.management.people import People, gather_people
from editor.management.selection import chosen
from editor.management.shelf import Shelf
from editor.management.sources import USUAL_SIDE
from editor.management.stories import STORIES
from editor.management.story import Story
from editor.models import EditJob, Picture


class Command(BaseCommand):
    """Draws, uploads, paints, and writes the past of each edit."""

    help = "Fill an empty data folder with drawn pictures and edits in every state."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who owns it, how much of it, and how large."""
        parser.add_argument("--owner", default="alice", help="name of the main account")
        parser.add_argument("--password", help="for all new accounts; random ones without")
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing, silently, when work is there"
        )
        parser.add_argument(
            "--jobs",
            type=int,
            default=len(STORIES),
            help="how many edits, at least one of each kind",
        )
        parser.add_argument(
            "--side", type=int, default=USUAL_SIDE, help="longest side of a usual picture"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        if not settings.SANDBOX_IN_USE:
            message = "A real key is set, and a seeded edit could be paid with it: not seeded."
            raise CommandError(message)
        if not tables_are_there():
            message = "The database is not ready yet; `manage.py prepare` makes it so."
            raise CommandError(message)
        if EditJob.objects.exists() or Picture.objects.exists():
            if options["if_empty"]:
                return
            message = "There are pictures or edits already; only an empty data folder is seeded."
            raise CommandError(message)
        people = gather_people(options["owner"], options["password"])
        fill_catalogue()
        stories = chosen(options["jobs"])
        shelf = Shelf(people, stories, max(64, options["side"]))
        purse = Purse()
        for number, story in enumerate(stories, 1):
            self.stdout.write(f"{number:3} of {len(stories)}  {story.prompt}")
            self.stdout.flush()
            shelf.told(story, self.write(story, shelf, purse, people))
        record("command.run", by=None, facts={"command": "seed", "edits": len(stories)})
        self.tell(people, len(stories))

    def write(self, story: Story, shelf: Shelf, purse: Purse, people: People) -> EditJob:
        """Put a story's picture and mask in place, and write its past."""
        picture = shelf.picture_for(story)
        mask = shelf.mask_for(story, picture)
        model = pick_model(story.model, story.count, masked=mask is not None)
        past = begin(story, picture, mask, model, purse)
        return end(past, people["rita"])

    def tell(self, people: People, count: int) -> None:
        """Say what is there now, and the new passwords, which are not kept anywhere."""
        self.stdout.write(f"{count} edits of {len(people.by_name)} people are there now.")
        for username, password in people.passwords.items():
            self.stdout.write(f"login {username} {password}")


def tables_are_there() -> bool:
    """Whether the migrations have run."""
    return EditJob._meta.db_table in connection.introspection.table_names()
