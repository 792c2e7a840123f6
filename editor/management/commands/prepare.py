"""`manage.py prepare`: make this data folder ready, and print the set-up link if one is needed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from editor.accounts import no_account_yet, setup_path


class Command(BaseCommand):
    """Migrates only when something is left to migrate, so that a second start is quick."""

    help = "Migrate if needed; print the link that makes the first account, while there is none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address that the link should start with."""
        parser.add_argument("--address", default="", help="e.g. http://127.0.0.1:8000")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
        if no_account_yet():
            self.stdout.write(f"setup {options['address']}{setup_path()}")
