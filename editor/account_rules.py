"""Our rules where allauth asks for them: who may come in, how often to try, in which words."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from editor.models import User
from editor.throttles import (
    account_key,
    client_address,
    know_device,
    seconds_to_wait,
    wait_in_words,
)

logger = logging.getLogger(__name__)

NO_SUCH_LOGIN = "This name and password do not fit together. Check both; capitals count."


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
        "username_taken": "This name is taken. Choose another.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Tell whether this visitor may make an account."""
        return bool(settings.REGISTRATION == "open")

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
        """Send a mail, or say that it could not be sent: the same whoever was asked about."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.error("No mail sent: %s", type(error).__name__)
            page = render(self.request, "account/mail_away.html", status=503)
            raise ImmediateHttpResponse(page) from error
