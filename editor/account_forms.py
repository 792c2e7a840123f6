"""Forms of allauth in our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account


class LoginForm(account.LoginForm):  # type: ignore[misc]
    """By name or mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["login"]
        name.label = "Username or mail address"
        # "email" would have browsers offer mail addresses to people who have names.
        name.widget.attrs["autocomplete"] = "username webauthn"
        self.fields["password"].help_text = ""
