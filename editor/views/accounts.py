"""The first account; logging in, registering and passwords, by allauth's views."""

from __future__ import annotations

from typing import Any

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django.views.generic import TemplateView

from editor.account_rules import TriedTooOften
from editor.accounts import make_first_account, may_set_up, no_account_yet
from editor.forms import SetupForm
from editor.invitations import brought_by
from editor.throttles import know_device

LONGEST_WAIT_SECONDS = 5 * 60


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
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        messages.success(request, "Welcome. This account may also review and administer.")
        response = redirect("editor:home")
        know_device(request, response, user)
        return response
    return render(request, "editor/setup.html", {"form": form})


class Login(allauth_views.LoginView):  # type: ignore[misc]
    """Log in by name or mail address."""

    def form_invalid(self, form: Form) -> HttpResponse:
        """Show what is wrong; too many tries have a status of their own."""
        response: HttpResponse = super().form_invalid(form)
        for problem in form.errors.as_data().get("__all__", ()):
            if isinstance(problem, TriedTooOften):
                response.status_code = 429
                response["Retry-After"] = str(problem.seconds)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell too whether anybody may register."""
        return {**super().get_context_data(**kwargs), "registration": settings.REGISTRATION}


class Register(allauth_views.SignupView):  # type: ignore[misc]
    """Make an account, where that is open or by invitation."""

    def get_initial(self) -> dict[str, Any]:
        """Begin with the address that was invited."""
        invitation = brought_by(self.request)
        return {**super().get_initial(), **({"email": invitation.mail} if invitation else {})}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell by whose invitation."""
        return {**super().get_context_data(**kwargs), "invitation": brought_by(self.request)}


class ChangePassword(allauth_views.PasswordChangeView):  # type: ignore[misc]
    """Change one's own password, which ends every other session."""

    success_url = reverse_lazy("editor:password_change_done")


class PasswordChanged(LoginRequiredMixin, TemplateView):
    """Say that it worked."""

    template_name = "account/password_change_done.html"


class ResetPassword(allauth_views.PasswordResetView):  # type: ignore[misc]
    """Ask for a link by mail."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell too whether mail leaves this server."""
        return {**super().get_context_data(**kwargs), "mail_is_sent": settings.MAIL_IS_SENT}


def too_many(request: HttpRequest, _exception: Exception | None = None) -> HttpResponse:
    """Say how long to wait at most, after too many forms from one place."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(LONGEST_WAIT_SECONDS)
    return response
