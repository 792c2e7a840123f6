"""Who uses this server."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """An account. Our own class from the first migration on, since Django cannot swap it later."""
