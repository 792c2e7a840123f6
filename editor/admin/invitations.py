"""Invitations in the administration: made, handed out, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.mail import send_mail
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from editor.accounts import MemberRequest
from editor.admin.rows import PlainList
from editor.audit import record
from editor.invitations import DAYS, MOST_DAYS, link_of, revoke
from editor.models import Invitation

NOT_LET_IN = (
    "Nobody can register now, by invitation or without: NANOEDIT_REGISTRATION is 'closed'. "
    "Set it to 'invitation' in the environment or in .env and start the server again."
)
LETTER = """{name} invites you to NanoEdit.

Open this to make your account; the link works once, until {until} UTC:
{link}
"""


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Role, mail address and days of a new invitation."""

    days = forms.IntegerField(min_value=1, max_value=MOST_DAYS, initial=DAYS, label="Good for days")

    class Meta:
        model = Invitation
        fields = ("role", "mail")


@admin.register(Invitation)
class InvitationAdmin(PlainList):
    """Made here and never changed; an open one shows its link again."""

    list_display = ("made_at", "role", "mail", "made_by", "ends_at", "how_it_stands", "used_by")
    list_filter = ("role",)
    list_select_related = ("made_by", "used_by")
    actions = ("revoke_them",)
    form = InvitationForm
    readonly_fields = ("link", "how_it_stands", "made_by", "made_at", "ends_at", "used_by")

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> list[Any]:
        """Ask for little; show all."""
        if obj is None:
            return ["role", "mail", "days"]
        rest = ["role", "mail", "how_it_stands", "made_by", "made_at", "ends_at", "used_by"]
        return ["link", *rest]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say before the link is made that it would open nothing."""
        if request.method == "GET" and settings.REGISTRATION == "closed":
            messages.warning(request, NOT_LET_IN)
        return super().add_view(request, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        """Keep it, send it where a mail address is given, and show the link."""
        obj.made_by = request.user  # type: ignore[assignment]
        obj.ends_at = timezone.now() + timedelta(days=form.cleaned_data["days"])
        super().save_model(request, obj, form, change)
        facts = {"role": obj.role, "days": form.cleaned_data["days"]}
        record("invitation.made", by=obj.made_by, on=obj, facts=facts)
        link = request.build_absolute_uri(link_of(obj))
        messages.success(request, f"The link, which works once: {link}")
        if settings.REGISTRATION == "closed":
            messages.warning(request, NOT_LET_IN)
        elif obj.mail and settings.MAIL_IS_SENT:
            self._send(request, obj, link)

    def _send(self, request: HttpRequest, invitation: Invitation, link: str) -> None:
        until = date_format(invitation.ends_at, "DATETIME_FORMAT")
        name = request.user.get_username()
        letter = LETTER.format(name=name, until=until, link=link)
        try:
            send_mail("NanoEdit: an invitation", letter, None, [invitation.mail])
        except OSError:
            messages.error(request, "The mail server does not answer: send the link yourself.")
        else:
            messages.info(request, f"It is on its way to {invitation.mail}.")

    @admin.display(description="state")
    def how_it_stands(self, invitation: Invitation) -> str:
        """Open, used, revoked or over."""
        return invitation.state

    @admin.display(description="link")
    def link(self, invitation: Invitation) -> SafeString | str:
        """The link, as long as it opens anything."""
        if invitation.state != "open":
            return "It opens nothing any more."
        return format_html("<code>{}</code>", link_of(invitation))

    @admin.action(description="Revoke the chosen invitations", permissions=["add"])
    def revoke_them(self, request: MemberRequest, chosen: QuerySet[Invitation]) -> None:
        """End those that are not used."""
        ended = sum(revoke(invitation, request.user) for invitation in chosen)
        messages.success(request, f"{ended} revoked. Their links open nothing any more.")
