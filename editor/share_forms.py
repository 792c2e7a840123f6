"""Shape and limits of share links, and of what their visitors send."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from editor.forms import clean_text
from editor.models import Share
from editor.sharing_links import Limits

MAX_TITLE = 200
LEAST_PASSWORD, MOST_PASSWORD = 6, 128
MOST_VIEWS = 1_000_000
MOST_DAYS = 3660
EXPIRIES = (
    ("1", "1 day"),
    ("7", "7 days"),
    ("30", "30 days"),
    ("never", "Never"),
    ("date", "On a day"),
)
KEEP = ("keep", "As it is")
_NO_DAY = "Choose the last day on which the link opens."
_ODD_VIEWS = f"The number of views is a whole number from 1 to {MOST_VIEWS:,}."


class ShareForm(forms.Form):
    """A new link."""

    title = forms.CharField(max_length=MAX_TITLE, required=False)
    expiry = forms.ChoiceField(
        choices=EXPIRIES,
        error_messages={
            "required": "Choose how long the link opens.",
            "invalid_choice": "Choose how long the link opens.",
        },
    )
    day = forms.DateField(required=False, error_messages={"invalid": _NO_DAY})
    password = forms.CharField(
        min_length=LEAST_PASSWORD,
        max_length=MOST_PASSWORD,
        required=False,
        strip=False,
        error_messages={
            "min_length": f"A password has at least {LEAST_PASSWORD} characters.",
            "max_length": f"A password has at most {MOST_PASSWORD} characters.",
        },
    )
    max_views = forms.IntegerField(
        min_value=1,
        max_value=MOST_VIEWS,
        required=False,
        error_messages={
            "invalid": _ODD_VIEWS,
            "min_value": _ODD_VIEWS,
            "max_value": _ODD_VIEWS,
        },
    )
    allow_download = forms.BooleanField(required=False)

    def clean_title(self) -> str:
        """A title is one line."""
        return " ".join(clean_text(self.cleaned_data["title"]).split())[:MAX_TITLE]

    def clean(self) -> dict[str, Any]:
        """Add `expires_at`: a day counts to its end, in the server's time zone."""
        cleaned = super().clean() or {}
        if "day" not in self.errors:
            cleaned["expires_at"] = self._expires_at(cleaned.get("expiry"), cleaned.get("day"))
        return cleaned

    def _expires_at(self, expiry: str | None, day: Any) -> datetime | None:
        now = timezone.now()
        if expiry in ("1", "7", "30"):
            return now + timedelta(days=int(expiry))
        if expiry != "date":
            return None
        today = timezone.localdate()
        if day is None:
            self.add_error("day", _NO_DAY)
        elif day < today:
            self.add_error("day", "This day is over. Choose today or a later one.")
        elif day > today + timedelta(days=MOST_DAYS):
            self.add_error("day", "This day is more than ten years away. Choose “Never” instead.")
        else:
            end = datetime.combine(day + timedelta(days=1), time())
            return timezone.make_aware(end)
        return None

    def limits(self) -> Limits:
        """What the stage takes."""
        names = ("title", "expires_at", "max_views", "allow_download")
        return Limits(**{name: self.cleaned_data[name] for name in names})


class ShareChangeForm(ShareForm):
    """Other limits for a link that is there."""

    remove_password = forms.BooleanField(required=False)

    def __init__(self, share: Share, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._share = share
        expiry = self.fields["expiry"]
        if isinstance(expiry, forms.ChoiceField):
            expiry.choices = [KEEP, *EXPIRIES]

    def _expires_at(self, expiry: str | None, day: Any) -> datetime | None:
        if expiry == KEEP[0]:
            return self._share.expires_at
        return super()._expires_at(expiry, day)

    def password_change(self) -> str | None:
        """What becomes of the password: None leaves it, "" takes it away."""
        given: str = self.cleaned_data["password"]
        if given:
            return given
        return "" if self.cleaned_data["remove_password"] else None


class DoorForm(forms.Form):
    """What a visitor of a link says at its door."""

    password = forms.CharField(required=False, strip=False, max_length=1000)
