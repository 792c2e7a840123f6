"""`manage.py forget_second_step NAME`: for whoever lost phone, passkeys and recovery codes."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from editor.audit import record
from editor.models import User
from editor.sessions import end_all


class Command(BaseCommand):
    """Removes app, passkeys and recovery codes of an account, and ends its sessions."""

    help = "Lets somebody who lost their second step log in by the password alone."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose."""
        parser.add_argument("name", help="the username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            raise CommandError(f"There is no account called {options['name']}.")
        with transaction.atomic():
            Authenticator.objects.filter(user=user).delete()
            record("second_step.removed", by=None, on=user, facts={"command": "forget_second_step"})
        end_all(user)
        self.stdout.write(f"{user.username} logs in by the password alone now.")
