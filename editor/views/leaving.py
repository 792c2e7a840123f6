"""All of one's own data: to take away, and to delete for good."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from editor.accounts import MemberRequest
from editor.archives import ArchiveRefused, ask_for_everything
from editor.audit import record
from editor.leaving import leave, what_goes
from editor.models import Archive, User
from editor.roles import RoleRefused, keep_an_administrator

MOST_LISTED = 5
GONE = (
    "Your account is deleted. Nobody can log in to it any more; pictures, masks and prompts are "
    "being erased."
)


class SureForm(forms.Form):
    """One's own name, typed: nobody deletes an account by a slip."""

    name = forms.CharField(label="Your username", max_length=150)

    def __init__(self, user: User, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._user = user
        self.fields["name"].widget.attrs |= {"autocomplete": "off", "autocapitalize": "off"}

    def clean_name(self) -> str:
        """Take the name alone. Raises ValidationError."""
        name = str(self.cleaned_data["name"])
        if name != self._user.get_username():
            message = "That is not your username. Nothing was deleted."
            raise forms.ValidationError(message)
        return name


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def data(request: MemberRequest) -> HttpResponse:
    """What there is to take away; by POST, have all of it packed."""
    if request.method == "POST":
        try:
            with transaction.atomic():
                archive = ask_for_everything(request.user)
                record("data.exported", by=request.user, on=request.user, request=request)
        except ArchiveRefused as refused:
            messages.error(request, str(refused))
            return redirect("editor:own_data")
        return redirect(archive)
    mine = Archive.objects.owned_by(request.user).filter(kind=Archive.Kind.EVERYTHING)
    context = {"archives": mine[:MOST_LISTED], "goes": what_goes(request.user)}
    return render(request, "account/data.html", context)


@login_required
@never_cache
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: MemberRequest) -> HttpResponse:
    """Say what goes and what stays, and ask for the name; by POST, delete the account."""
    person = request.user
    form = SureForm(person, request.POST or None)
    try:
        with transaction.atomic():
            keep_an_administrator(person, stays_one=False)
        if request.method == "POST" and form.is_valid():
            leave(User.objects.get(pk=person.pk))
            logout(request)
            messages.success(request, GONE)
            return redirect("editor:login")
    except RoleRefused:
        return render(request, "account/delete_not.html", status=403)
    context = {"form": form, "goes": what_goes(person)}
    return render(request, "account/delete.html", context)
