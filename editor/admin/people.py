"""Accounts in the administration; logging in to it goes through the site's own login."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from editor.accounts import MemberRequest
from editor.admin.dollars import DollarsField
from editor.admin.rows import PlainList
from editor.allowances import this_month
from editor.audit import record
from editor.models import User
from editor.models.people import at_a_glance
from editor.money import dollars
from editor.roles import RoleRefused, change_role, check_role, keep_an_administrator
from editor.sessions import end_all
from editor.switching_off import Stops, switch_off, switch_on, what_stops


def change_password(_request: HttpRequest, _context: dict[str, Any] | None = None) -> HttpResponse:
    """Lead to the site's page, which counts tries."""
    return redirect("editor:password_change")


admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = change_password  # type: ignore[method-assign,assignment]
# An address stands in its account; secrets and keys of sessions are nobody's to look at.
# What somebody may do follows from the role, so there are no groups to keep.
admin.site.unregister((EmailAddress, Authenticator, UserSession, Group))
# Where people log in by another server is theirs; which server that is, is a setting.
admin.site.unregister((SocialAccount, SocialApp, SocialToken))


CAPS = ("daily_cap_nano", "monthly_cap_nano")


class PersonForm(UserChangeForm):  # type: ignore[type-arg]
    """One account, as administrators see it."""

    by: User  # set by the page
    daily_cap_nano = DollarsField(
        label="Dollars per day",
        help_text="What their edits may cost in a day, UTC; empty: no cap. "
        "More waits for approval.",
    )
    monthly_cap_nano = DollarsField(
        label="Dollars per month",
        help_text="What their edits may cost in a calendar month, UTC; empty: no cap.",
    )

    def clean(self) -> dict[str, Any]:
        """Refuse what would leave nobody who runs the server, and a change of one's own role."""
        cleaned = super().clean() or {}
        person = User.objects.get(pk=self.instance.pk)
        try:
            if "role" in cleaned:
                check_role(person, cleaned["role"], self.by)
            with transaction.atomic():
                stays_one = cleaned.get("role") in (None, User.Role.ADMINISTRATOR)
                keep_an_administrator(person, stays_one=stays_one)
        except RoleRefused as refused:
            self.add_error("role", str(refused))
        return cleaned


class ReasonForm(forms.Form):
    """Why somebody is switched off, for the log and the history of their edits."""

    reason = forms.CharField(
        max_length=200,
        required=False,
        help_text="Stands in the audit log, and in the history of the edits that are cancelled.",
    )


def what_stops_in_words(stops: Stops) -> list[str]:
    """Say what will happen, one sentence each."""
    said = ["They are logged out everywhere at once and cannot log in any more."]
    if stops.queued:
        edits = "1 queued edit" if stops.queued == 1 else f"{stops.queued} queued edits"
        said.append(f"{edits} will be cancelled; nothing was sent, and nothing is charged.")
    if stops.running:
        calls = "1 running edit" if stops.running == 1 else f"{stops.running} running edits"
        said.append(f"{calls} will be kept, since the call is out and is paid for.")
    if stops.links:
        links = "1 share link stops" if stops.links == 1 else f"{stops.links} share links stop"
        said.append(f"{links} opening, until they are switched on again.")
    said.append("Their pictures and edits stay theirs, and stay where they are.")
    return said


def switched_off_words(person: User, cancelled: int | None) -> str:
    """Say what has happened."""
    if cancelled is None:
        return f"{person} was switched off already."
    edits = "1 queued edit was" if cancelled == 1 else f"{cancelled} queued edits were"
    return f"{person} is switched off. {edits} cancelled."


@admin.register(User)
class PeopleAdmin(PlainList, UserAdmin):  # type: ignore[type-arg]
    """Accounts: who they are, what they may, what they have running and what it costs."""

    actions = ("forget_second_step",)
    change_form_template = "admin/editor/user/change_form.html"
    form = PersonForm
    fieldsets = (
        (None, {"fields": ("username", "password", "role")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Caps", {"fields": CAPS}),
    )
    list_display = ("username", "role", "state", "seen", "jobs_made", "jobs_open", "month", "total")
    list_filter = ("role", "is_active")
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Everybody with what the list shows of them, in one query."""
        return at_a_glance(this_month())

    @admin.display(description="State", ordering="is_active")
    def state(self, person: User) -> SafeString:
        """Whether they may log in."""
        state, words = ("done", "On") if person.is_active else ("cancelled", "Switched off")
        return format_html('<span class="state-chip state-{}">{}</span>', state, words)

    @admin.display(description="Last seen (UTC)", ordering="seen_at")
    def seen(self, person: Any) -> str:
        """When they last used a page, to within minutes."""
        return date_format(person.seen_at, "DATETIME_FORMAT") if person.seen_at else "never"

    @admin.display(description="Edits", ordering="all_jobs")
    def jobs_made(self, person: Any) -> int:
        """How many they have asked for."""
        return int(person.all_jobs)

    @admin.display(description="Open", ordering="open_jobs")
    def jobs_open(self, person: Any) -> int:
        """How many something may still happen to."""
        return int(person.open_jobs)

    @admin.display(description="Spent this month", ordering="month_nano")
    def month(self, person: Any) -> str:
        """What their calls cost in this calendar month, UTC."""
        return dollars(person.month_nano)

    @admin.display(description="Spent in all", ordering="total_nano")
    def total(self, person: Any) -> str:
        """What all their calls cost."""
        return dollars(person.total_nano)

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

    def save_model(self, request: MemberRequest, obj: User, form: Any, change: bool) -> None:  # type: ignore[override]
        """Keep it; the role goes its own way, which writes it down."""
        role = User.Role(obj.role)
        if change:
            obj.role = User.objects.values_list("role", flat=True).get(pk=obj.pk)
        before = User.objects.filter(pk=obj.pk).first()
        super().save_model(request, obj, form, change)
        fields = [name for name in form.changed_data if name != "role"]
        if change and "email" in fields:
            # An address that is theirs no more must neither log in nor set a password.
            EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email).delete()
        if before is None:
            record("account.made", by=request.user, on=obj, facts={"role": role})
        elif fields:
            caps = {n: [getattr(before, n), getattr(obj, n)] for n in CAPS if n in fields}
            action = "budget.changed" if len(caps) == len(fields) else "account.changed"
            record(action, by=request.user, on=obj, facts={"fields": fields, **caps})
        try:
            change_role(obj, role, request.user)
        except RoleRefused as refused:  # somebody else was quicker
            messages.error(request, str(refused))

    def get_urls(self) -> list[URLPattern]:
        """Add the acts."""
        acts = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"editor_user_{name.replace('-', '_')}",
            )
            for name, view in (
                ("switch-off", self.switch_off),
                ("switch-on", require_POST(self.switch_on)),
            )
        ]
        return [*acts, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one account, with what it costs."""
        person = self.get_object(request, object_id)
        money = (
            {"month_text": self.month(person), "total_text": self.total(person)} if person else {}
        )
        more = {"title": "Account", **money, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, more)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show everybody."""
        return super().changelist_view(request, {"title": "People", **(extra_context or {})})

    def _person(self, request: HttpRequest, pk: int) -> User:
        person = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        return person

    def switch_off(self, request: MemberRequest, pk: int) -> HttpResponse:
        """Say what it would stop; stop it when that is agreed to."""
        person = self._person(request, pk)
        there = redirect("admin:editor_user_change", pk)
        if person == request.user:
            messages.error(request, "Nobody switches themselves off here. Ask another one.")
            return there
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                cancelled = switch_off(person, request.user, form.cleaned_data["reason"])
            except RoleRefused as refused:
                messages.error(request, str(refused))
            else:
                messages.success(request, switched_off_words(person, cancelled))
            return there
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Switch {person} off?",
            "person": person,
            "words": what_stops_in_words(what_stops(person)),
            "form": form,
        }
        return render(request, "admin/editor/user/switch_off.html", context)

    def switch_on(self, request: MemberRequest, pk: int) -> HttpResponse:
        """Let them in again."""
        person = self._person(request, pk)
        if switch_on(person, request.user):
            messages.success(request, f"{person} may log in again. Cancelled edits stay cancelled.")
        return redirect("admin:editor_user_change", pk)

    @admin.action(
        description="Remove the second step (phone or passkeys were lost)", permissions=["change"]
    )
    def forget_second_step(self, request: MemberRequest, chosen: QuerySet[User]) -> None:
        """Let them log in by the password alone, and end their sessions."""
        for person in chosen:
            with transaction.atomic():
                Authenticator.objects.filter(user=person).delete()
                record("second_step.removed", by=request.user, on=person, facts={"by": "staff"})
                self.log_change(request, person, "Removed the second step.")
            end_all(person)
        messages.success(request, "Done: the password alone opens these accounts now.")
