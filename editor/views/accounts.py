"""The first account, and passwords."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from editor.accounts import make_first_account, may_set_up, no_account_yet
from editor.forms import SetupForm


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the first account, which is staff. Needs the link that the start printed."""
    if not may_set_up(request.GET.get("token", "")):
        context = {"no_account_yet": no_account_yet()}
        return render(request, "editor/setup_closed.html", context, status=403)
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        if not make_first_account(user):
            return redirect("editor:login")
        login(request, user)
        messages.success(request, "Welcome. This account may also review and administer.")
        return redirect("editor:home")
    return render(request, "editor/setup.html", {"form": form})


class ChangePassword(auth_views.PasswordChangeView):
    """Change one's own password."""

    success_url = reverse_lazy("editor:password_change_done")


class PasswordChanged(auth_views.PasswordChangeDoneView):
    """Say that it worked."""
