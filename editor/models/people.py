"""Who uses this server, and what each role may do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Count, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.crypto import constant_time_compare

# All that reviewers may do beyond what members may. Whatever is not named here, also what a later
# release brings, is for administrators alone.
REVIEWERS_MAY = frozenset(
    {
        "editor.view_editjob",
        "editor.review_editjob",
        "editor.view_picture",
        "editor.view_result",
    }
)


class People(UserManager["User"]):
    """Makes accounts."""

    use_in_migrations = False

    def create_superuser(self, *args: Any, **more: Any) -> User:
        """Make an administrator; `manage.py createsuperuser` comes here too."""
        return super().create_superuser(*args, role=User.Role.ADMINISTRATOR, **more)


class User(AbstractUser):
    """An account. Our own class from the first migration on, since Django cannot swap it later.

    What it may do follows from its role alone: Django's groups and single permissions count for
    nothing here, so that nobody keeps one that was forgotten.
    """

    class Role(models.TextChoices):
        """What somebody is here for."""

        MEMBER = "member", "Member"
        REVIEWER = "reviewer", "Reviewer"
        ADMINISTRATOR = "administrator", "Administrator"

    role = models.CharField(
        max_length=16,
        choices=Role.choices,
        default=Role.MEMBER,
        db_default=Role.MEMBER.value,
        help_text="Members edit pictures. Reviewers also look at everybody's edits and decide "
        "about them. Administrators may change all that can be changed.",
    )
    daily_cap_nano = models.BigIntegerField(
        "daily cap",
        null=True,
        blank=True,
        help_text="Dollars that this person's edits may cost in a day, UTC; empty: no cap. "
        "More than a cap allows waits for approval.",
    )
    monthly_cap_nano = models.BigIntegerField(
        "monthly cap",
        null=True,
        blank=True,
        help_text="Dollars that this person's edits may cost in a calendar month, UTC; "
        "empty: no cap.",
    )

    objects: ClassVar[People] = People()

    @property
    def is_reviewer(self) -> bool:
        """Whether this person may look at everybody's edits; administrators may too."""
        return self.role in (self.Role.REVIEWER, self.Role.ADMINISTRATOR)

    @property
    def is_administrator(self) -> bool:
        """Whether this person runs the server."""
        return self.role == self.Role.ADMINISTRATOR

    def save(self, *, update_fields: Iterable[str] | None = None, **more: Any) -> None:
        """Keep the account; Django's two marks follow from the role."""
        self.is_staff, self.is_superuser = self.is_reviewer, self.is_administrator
        if update_fields is not None and "role" in update_fields:
            update_fields = {*update_fields, "is_staff", "is_superuser"}
        super().save(update_fields=update_fields, **more)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Tell whether the role allows it."""
        if not self.is_active:
            return False
        return self.is_administrator or (self.is_reviewer and perm in REVIEWERS_MAY)

    def has_module_perms(self, app_label: str) -> bool:
        """Tell whether the role allows anything in this part of the admin."""
        if not self.is_active:
            return False
        return self.is_administrator or (self.is_reviewer and app_label == "editor")


def at_a_glance(month: date) -> models.QuerySet[User]:
    """Give everybody with when they were last seen, how much they asked for and what it cost.

    Subqueries, because joins to several tables would count each row many times.
    """
    found = {name: apps.get_model("editor", name) for name in ("EditJob", "Budget")}
    sessions = apps.get_model("usersessions", "UserSession")._default_manager
    jobs = found["EditJob"]._default_manager.filter(owner=OuterRef("pk"))
    months = found["Budget"]._default_manager.filter(user=OuterRef("pk"))
    seen = sessions.filter(user=OuterRef("pk")).order_by("-last_seen_at")
    spent = months.values("user").annotate(spent=Sum("spent_nano")).values("spent")
    return User.objects.annotate(
        seen_at=Coalesce(Subquery(seen.values("last_seen_at")[:1]), F("last_login")),
        all_jobs=_count(jobs),
        open_jobs=_count(jobs.still_open()),
        month_nano=Coalesce(Subquery(months.filter(month=month).values("spent_nano")), 0),
        total_nano=Coalesce(Subquery(spent), 0),
    )


def _count(rows: Any) -> Coalesce:
    counted = rows.order_by().values("owner").annotate(rows=Count("pk")).values("rows")
    return Coalesce(Subquery(counted), 0)


def logged_in(session_keys: Collection[str]) -> dict[str, int]:
    """Tell who is logged in by each of these sessions: its key, and the person's id.

    A session is left out when it is over or logged out, when the password was changed since,
    and when its account was deactivated. Two queries, however many sessions there are.
    """
    rows = Session.objects.filter(session_key__in=session_keys, expire_date__gt=timezone.now())
    told = {row.session_key: row.get_decoded() for row in rows}
    ids = {data[SESSION_KEY] for data in told.values() if SESSION_KEY in data}
    people = {str(user.pk): user for user in User.objects.filter(pk__in=ids, is_active=True)}
    found = {}
    for key, data in told.items():
        user = people.get(data.get(SESSION_KEY, ""))
        given = data.get(HASH_SESSION_KEY, "")
        if user and constant_time_compare(given, user.get_session_auth_hash()):
            found[key] = user.pk
    return found
