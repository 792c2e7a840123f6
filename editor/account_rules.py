"""Our rules where allauth asks for them: who may come in, how often to try, in which words."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from editor.audit import record
from editor.invitations import brought_by, use_up
from editor.models import User
from editor.resealing import SECOND_STEP
from editor.sealing import CannotUnseal, is_sealed, seal, unseal
from editor.throttles import (
    account_key,
    client_address,
    know_device,
    seconds_to_wait,
    wait_in_words,
)

logger = logging.getLogger(__name__)

NO_SUCH_LOGIN = "This name and password do not fit together. Check both; capitals count."

_TO_NOBODY = "account/email/unknown_account"


class TriedTooOften(forms.ValidationError):
    """Somebody has to wait before the next try."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        wait = wait_in_words(seconds)
        said = f"Too many tries. Nothing was looked at; try again in {wait}."
        super().__init__(said, code="too_many_login_attempts")


class AccountRules(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts by name, mail address optional."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": NO_SUCH_LOGIN,
        "email_password_mismatch": NO_SUCH_LOGIN,
        "incorrect_password": "This is not your password.",
        "too_many_login_attempts": "Too many tries. Try again in five minutes at most.",
        "rate_limited": "Too many tries. Try again in five minutes at most.",
        "username_taken": "This name is taken. Choose another.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Tell whether this visitor may make an account."""
        if settings.REGISTRATION == "open":
            return True
        return settings.REGISTRATION == "invitation" and brought_by(request) is not None

    def save_user(
        self, request: HttpRequest, user: User, form: forms.BaseForm, commit: bool = True
    ) -> User:
        """Keep a new account, and use the invitation up with it: both or neither."""
        invitation = brought_by(request)
        with transaction.atomic():
            made: User = super().save_user(request, user, form, commit)
            if invitation and not use_up(invitation, made):
                page = render(request, "account/invitation_over.html", {"why": "used"}, status=410)
                raise ImmediateHttpResponse(page)
            how = "by invitation" if invitation else "registered"
            record("account.made", by=made, on=made, request=request, facts={"how": how})
        return made

    def get_client_ip(self, request: HttpRequest) -> str:
        """Tell where a request comes from."""
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try, and say how long to wait if there were too many."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed", key=key
        )
        if not self._login_failed_rl_usage:
            raise TriedTooOften(seconds_to_wait(request, "login_failed", key))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        login = credentials.get("email") or credentials.get("username") or ""
        return account_key(request, login)

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Go where they wanted to, and know the browser from now on."""
        response: HttpResponse = super().post_login(request, user, **more)
        know_device(request, response, user)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail, or say that it could not be sent: the same whoever was asked about.

        An address that no account has gets none: nobody sends mail to strangers through us. The
        server is asked all the same, so that neither time nor failure tells whether it is known.
        """
        try:
            if template_prefix == _TO_NOBODY:
                with get_connection():
                    return
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.error("No mail sent: %s", type(error).__name__)
            page = render(self.request, "account/mail_away.html", status=503)
            raise ImmediateHttpResponse(page) from error

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """The ways to confirm who one is, in our words."""
        words = {
            "reauthenticate": "Use the password",
            "mfa_reauthenticate": "Use a code",
            "mfa_reauthenticate:webauthn": "Use a passkey",
        }
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [{**way, "description": words.get(way["id"], way["description"])} for way in ways]


class SecondStepRules(DefaultMFAAdapter):  # type: ignore[misc]
    """Codes and passkeys."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This does not fit. Codes live for half a minute; take the newest.",
    }

    def generate_authenticator_name(self, user: User, type: str) -> str:
        """Name a new passkey until somebody finds a better word."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return f"Passkey {number}"

    def _get_user_identifier(self, user: User) -> str:
        return user.get_username()

    def encrypt(self, text: str) -> str:
        """Seal the secret of an app or of recovery codes before it is kept."""
        return seal(text, of=SECOND_STEP)

    def decrypt(self, encrypted_text: str) -> str:
        """Open it again; one that an older release has kept lies open as it is."""
        if not is_sealed(encrypted_text):
            return encrypted_text
        try:
            return unseal(encrypted_text, of=SECOND_STEP)
        except CannotUnseal as lost:
            logger.error("A second step cannot be opened with the field keys of this server.")
            page = render(context.request, "account/secrets_unreadable.html", status=503)
            raise ImmediateHttpResponse(page) from lost
