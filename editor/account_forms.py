"""Forms of allauth in our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from django import forms

# allauth's labels are in title case, and ours say "mail address".
_LABELS = {
    "Current Password": "Current password",
    "New Password": "New password",
    "New Password (again)": "New password, again",
    "Password (again)": "Password, again",
    "Email": "Mail address",
    "Email (optional)": "Mail address (optional)",
}


class OurWords:
    """A form whose labels are in our words."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            label = str(field.label or "")
            field.label = _LABELS.get(label, label) or None


class SignupForm(OurWords, account.SignupForm):  # type: ignore[misc]
    """Making an account."""


class ChangePasswordForm(OurWords, account.ChangePasswordForm):  # type: ignore[misc]
    """A new password, for who knows the old one."""


class ResetPasswordForm(OurWords, account.ResetPasswordForm):  # type: ignore[misc]
    """Where the link for a new password goes."""


class ResetPasswordKeyForm(OurWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, by that link."""


class AddEmailForm(OurWords, account.AddEmailForm):  # type: ignore[misc]
    """A mail address for the account."""


class LoginForm(account.LoginForm):  # type: ignore[misc]
    """By name or mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["login"]
        name.label = "Username or mail address"
        # "email" would have browsers offer mail addresses to people who have names.
        name.widget.attrs["autocomplete"] = "username webauthn"
        self.fields["password"].help_text = ""
