"""Accounts in the administration; logging in to it goes through the site's own login."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from editor.admin.rows import PlainList
from editor.models import User
from editor.sessions import end_all


def change_password(_request: HttpRequest, _context: dict[str, Any] | None = None) -> HttpResponse:
    """Lead to the site's page, which counts tries."""
    return redirect("editor:password_change")


admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = change_password  # type: ignore[method-assign,assignment]
# An address stands in its account; secrets and keys of sessions are nobody's to look at.
admin.site.unregister((EmailAddress, Authenticator, UserSession))


@admin.register(User)
class PeopleAdmin(PlainList, UserAdmin):  # type: ignore[type-arg]
    """Accounts, as Django keeps them."""

    actions = ("forget_second_step",)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Keep it; whoever is switched off is logged out everywhere, also after coming back."""
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            end_all(obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Only who may do everything opens accounts that are locked twice."""
        found = super().get_actions(request)
        if not request.user.is_superuser:
            found.pop("forget_second_step", None)
        return found

    @admin.action(description="Remove the second step (phone or passkeys were lost)")
    def forget_second_step(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """Let them log in by the password alone, and end their sessions."""
        Authenticator.objects.filter(user__in=chosen).delete()
        for person in chosen:
            end_all(person)
            self.log_change(request, person, "Removed the second step.")
        messages.success(request, "Done: the password alone opens these accounts now.")
