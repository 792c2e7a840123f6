"""`manage.py refresh_catalogue`: fetch the list of models now."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError

from editor.audit import record
from editor.nanogpt.errors import NanoGPTError
from editor.offers import refresh_catalogue


class Command(BaseCommand):
    """Workers do this at their start and every six hours."""

    help = "Fetch the list of models from the upstream."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        try:
            refresh = refresh_catalogue()
        except NanoGPTError as error:
            message = f"The list of models could not be fetched: {error}"
            raise CommandError(message) from error
        record("catalogue.refreshed", by=None, facts={"models": refresh.listed})
        self.stdout.write(f"{refresh.listed} models can edit pictures")
        if refresh.pk:
            self.stdout.write(f"Since the last refresh: {refresh.summary}")
