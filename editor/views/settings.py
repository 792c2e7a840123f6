"""One's own settings: name, keys of the studio, look."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from editor.accounts import MemberRequest
from editor.audit import record
from editor.models import User
from editor.preferences import preferences_of


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name that one logs in by, and that others read."""

    class Meta:
        model = User
        fields = ("username",)
        help_texts = {"username": "You log in by it. Letters, digits and @ . + - _"}

    def clean_username(self) -> str:
        """Take no name that is somebody else's, however it is written. Raises ValidationError."""
        name = str(self.cleaned_data["username"])
        if name.lower() != self.initial["username"].lower():
            get_adapter().clean_username(name)
        return name


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: MemberRequest) -> HttpResponse:
    """Name and mail address; by POST, another name."""
    form = NameForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        if form.has_changed():
            with transaction.atomic():
                person = form.save()
                # Old name and new one stand where names can be forgotten, and not in the facts.
                by, facts = request.user, {"fields": ["username"]}
                record("account.changed", by=by, on=person, request=request, facts=facts)
            messages.success(request, f"You are {person.get_username()} now. Log in by that name.")
        return redirect("editor:account")
    address = request.user.email or ""
    mine = EmailAddress.objects.filter(user=request.user, email__iexact=address, verified=True)
    context = {"form": form, "address": address, "confirmed": bool(address) and mine.exists()}
    return render(request, "account/profile.html", context)


@login_required
@require_safe
def keyboard(request: MemberRequest) -> HttpResponse:
    """The studio's keys, to look up and to change."""
    data = {
        "preferences": preferences_of(request.user),
        "url": reverse("editor:studio_preferences"),
    }
    return render(request, "account/keyboard.html", {"data": data})


@login_required
@require_safe
def look(request: MemberRequest) -> HttpResponse:
    """Light or dark; what else there is to choose is chosen where it is seen."""
    return render(request, "account/look.html")
