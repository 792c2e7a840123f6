"""Invitations: their links, and using one up together with making the account."""

from __future__ import annotations

import uuid

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from editor.audit import record
from editor.models import Invitation, User

DAYS = 7
MOST_DAYS = 90
SESSION_NAME = "invitation"
_SALT = "editor.invitation"


def link_of(invitation: Invitation) -> str:
    """Give the path of its link."""
    token = signing.Signer(salt=_SALT).sign(invitation.pk.hex)
    return reverse("editor:invited", args=[token])


def invitation_of(token: str) -> Invitation | None:
    """Find the invitation of a link, whatever its state; None when the link is not ours."""
    try:
        key = signing.Signer(salt=_SALT).unsign(token)
    except signing.BadSignature:
        return None
    return Invitation.objects.filter(pk=uuid.UUID(key)).first()


def bring(request: HttpRequest, invitation: Invitation) -> None:
    """Let this visitor go on to register by the invitation."""
    request.session[SESSION_NAME] = invitation.pk.hex


def brought_by(request: HttpRequest) -> Invitation | None:
    """Give the invitation that this visitor came by, while it can be used."""
    key = request.session.get(SESSION_NAME)
    try:
        return Invitation.objects.usable().filter(pk=key).first() if key else None
    except ValidationError:
        return None


def use_up(invitation: Invitation, user: User) -> bool:
    """Give the new account its role. False when somebody else was quicker, or it was revoked."""
    now = timezone.now()
    usable = Invitation.objects.usable(now).filter(pk=invitation.pk)
    if not usable.update(used_at=now, used_by=user):
        return False
    user.role = invitation.role
    user.save(update_fields=["role"])
    record("invitation.used", by=user, on=invitation, facts={"role": invitation.role})
    return True


def revoke(invitation: Invitation, by: User) -> bool:
    """End it, unless it is used already."""
    usable = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None)
    with transaction.atomic():
        revoked = usable.update(revoked_at=timezone.now()) == 1
        if revoked:
            record("invitation.revoked", by=by, on=invitation)
    return revoked
