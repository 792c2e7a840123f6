"""The first account, and passwords."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from editor.forms import SetupForm
from editor.models import User

SETUP_LINK_SECONDS = 7 * 24 * 3600
_SALT = "editor.setup"


def no_account_yet() -> bool:
    """Tell whether the first account still has to be made."""
    return not User.objects.exists()


def setup_path() -> str:
    """Give the one-time link of the first account: it dies with its use, or after a week."""
    token = signing.dumps("first account", salt=_SALT)
    return f"{reverse('editor:setup')}?{urlencode({'token': token})}"


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the first account, which is staff. Needs the link that the start printed."""
    if not no_account_yet() or not _is_valid(request.GET.get("token", "")):
        return render(
            request, "editor/setup_closed.html", {"no_account_yet": no_account_yet()}, status=403
        )
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _make_first_account(form)
        if user is None:
            return redirect("editor:login")
        login(request, user)
        messages.success(request, "Welcome. This account may also review and administer.")
        return redirect("editor:home")
    return render(request, "editor/setup.html", {"form": form})


def _is_valid(token: str) -> bool:
    try:
        signing.loads(token, salt=_SALT, max_age=SETUP_LINK_SECONDS)
    except signing.BadSignature:
        return False
    return True


def _make_first_account(form: SetupForm) -> User | None:
    """Save the account if it is still the first; two people may have the same link open."""
    with transaction.atomic():
        user: User = form.save(commit=False)
        user.is_staff = user.is_superuser = True
        user.save()
        if User.objects.order_by("pk").first() != user:
            transaction.set_rollback(True)
            return None
    return user


class ChangePassword(auth_views.PasswordChangeView):
    """Change one's own password."""

    success_url = reverse_lazy("editor:password_change_done")


class PasswordChanged(auth_views.PasswordChangeDoneView):
    """Say that it worked."""
