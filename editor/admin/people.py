"""Accounts in the administration; logging in to it goes through the site's own login."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from editor.admin.rows import PlainList
from editor.models import User
from editor.roles import RoleRefused, check_role, keep_an_administrator
from editor.sessions import end_all


def change_password(_request: HttpRequest, _context: dict[str, Any] | None = None) -> HttpResponse:
    """Lead to the site's page, which counts tries."""
    return redirect("editor:password_change")


admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = change_password  # type: ignore[method-assign,assignment]
# An address stands in its account; secrets and keys of sessions are nobody's to look at.
# What somebody may do follows from the role, so there are no groups to keep.
admin.site.unregister((EmailAddress, Authenticator, UserSession, Group))


class PersonForm(UserChangeForm):  # type: ignore[type-arg]
    """One account, as administrators see it."""

    by: User  # set by the page

    def clean(self) -> dict[str, Any]:
        """Refuse what would leave nobody who runs the server, and a change of one's own role."""
        cleaned = super().clean() or {}
        person = User.objects.get(pk=self.instance.pk)
        try:
            if "role" in cleaned:
                check_role(person, cleaned["role"], self.by)
            with transaction.atomic():
                keep_an_administrator(person, stays_one=cleaned.get("is_active", True))
        except RoleRefused as refused:
            self.add_error("role", str(refused))
        return cleaned


@admin.register(User)
class PeopleAdmin(PlainList, UserAdmin):  # type: ignore[type-arg]
    """Accounts."""

    actions = ("forget_second_step",)
    form = PersonForm
    fieldsets = (
        (None, {"fields": ("username", "password", "role", "is_active")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "monthly_cap_nano")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    list_display = ("username", "role", "is_active", "email", "last_login")
    list_filter = ("role", "is_active")
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are switched off; what they did stays theirs."""
        return False

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **more: Any
    ) -> Any:
        """Tell the form who changes something."""
        form: Any = super().get_form(request, obj, change=change, **more)
        form.by = request.user
        return form

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Keep it; whoever is switched off is logged out everywhere, also after coming back."""
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            end_all(obj)

    @admin.action(
        description="Remove the second step (phone or passkeys were lost)", permissions=["change"]
    )
    def forget_second_step(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """Let them log in by the password alone, and end their sessions."""
        Authenticator.objects.filter(user__in=chosen).delete()
        for person in chosen:
            end_all(person)
            self.log_change(request, person, "Removed the second step.")
        messages.success(request, "Done: the password alone opens these accounts now.")
