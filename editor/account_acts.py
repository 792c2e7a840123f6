"""Writes down what happens inside allauth and Django's admin, as their signals tell of it."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models import Q
from django.db.models.signals import post_save
from django.http import HttpRequest

from editor.audit import record, record_by_hand
from editor.models import User

_BY_HAND = {ADDITION: "row.added", DELETION: "row.deleted"}


def connect() -> None:
    """Listen from now on."""
    for signal, act in (
        (user_logged_in, _logged_in),
        (user_login_failed, _login_failed),
        (account.password_changed, _password_changed),
        (account.password_set, _password_changed),
        (account.password_reset, _password_reset),
        (account.email_changed, _address_changed),
        (mfa.authenticator_added, _second_step_added),
        (mfa.authenticator_removed, _second_step_removed),
        (mfa.authenticator_reset, _codes_made),
        (mfa.authentication_failed, _code_failed),
        (social.social_account_added, _connected),
        (social.social_account_removed, _disconnected),
    ):
        signal.connect(act, dispatch_uid=f"audit {act.__name__}")
    post_save.connect(_by_hand, sender=LogEntry, dispatch_uid="audit by hand")


def _logged_in(request: HttpRequest, user: User, **_: Any) -> None:
    # Of members it would tell more about their days than anybody has to answer for.
    if user.is_staff:
        record("login.done", by=user, on=user, request=request)


def _login_failed(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    called = str(credentials.get("username") or credentials.get("email") or "")
    named = Q(username__iexact=called) | Q(email__iexact=called)
    staff = User.objects.filter(named, is_staff=True).first() if called else None
    if staff:
        record("login.failed", by=None, on=staff, request=request, facts={"step": "password"})


def _connected(request: HttpRequest, sociallogin: Any, **_: Any) -> None:
    record("account.connected", by=sociallogin.user, on=sociallogin.user, request=request)


def _disconnected(request: HttpRequest, socialaccount: Any, **_: Any) -> None:
    record("account.disconnected", by=socialaccount.user, on=socialaccount.user, request=request)


def _code_failed(
    request: HttpRequest, user: User, authenticator: Authenticator | None = None, **_: Any
) -> None:
    if user.is_staff:
        kind = authenticator.type if authenticator else "unknown"
        facts = {"step": "second", "kind": str(kind)}
        record("login.failed", by=None, on=user, request=request, facts=facts)


def _password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    record("password.changed", by=user, on=user, request=request)


def _password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    record("password.reset", by=user, on=user, request=request)


def _address_changed(request: HttpRequest, user: User, **_: Any) -> None:
    record("account.changed", by=user, on=user, request=request, facts={"fields": ["email"]})


def _second_step_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    _second_step("second_step.added", request, user, authenticator)


def _second_step_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    _second_step("second_step.removed", request, user, authenticator)


def _second_step(
    action: str, request: HttpRequest, user: User, authenticator: Authenticator
) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        action = "recovery_codes.made" if action.endswith("added") else action
    facts = {"kind": str(authenticator.type)}
    record(action, by=user, on=user, request=request, facts=facts)


def _codes_made(request: HttpRequest, user: User, **_: Any) -> None:
    record("recovery_codes.made", by=user, on=user, request=request)


def _by_hand(instance: LogEntry, created: bool, **_: Any) -> None:
    """What nobody else has written down of what the administration does to rows."""
    if not created or instance.content_type is None:
        return
    fields: list[str] = []
    with contextlib.suppress(ValueError, AttributeError, TypeError):
        for part in json.loads(instance.change_message):
            for told in part.values():
                fields += told.get("fields", [])
    record_by_hand(
        _BY_HAND.get(instance.action_flag, "row.changed"),
        by=instance.user,
        kind=instance.content_type.model,
        pk=str(instance.object_id),
        fields=fields,
    )
