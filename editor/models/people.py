"""Who uses this server."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """An account. Our own class from the first migration on, since Django cannot swap it later."""

    monthly_cap_nano = models.BigIntegerField(
        "monthly cap in nano-dollars",
        null=True,
        blank=True,
        help_text="Most that this person's edits may cost in a calendar month; empty: no cap.",
    )
