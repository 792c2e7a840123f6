"""Accounts in the administration; logging in to it goes through the site's own login."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from editor.admin.rows import PlainList
from editor.models import User


def change_password(_request: HttpRequest, _context: dict[str, Any] | None = None) -> HttpResponse:
    """Lead to the site's page, which counts tries."""
    return redirect("editor:password_change")


admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = change_password  # type: ignore[method-assign,assignment]
admin.site.unregister(EmailAddress)  # an account's address stands in the account


@admin.register(User)
class PeopleAdmin(PlainList, UserAdmin):  # type: ignore[type-arg]
    """Accounts, as Django keeps them."""
