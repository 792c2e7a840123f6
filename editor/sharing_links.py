"""Share links: leave for whoever has one to see exactly what it names, within its limits.

The link carries a secret of 192 bits; the row keeps its digest alone. Nobody is told why a link
does not open: an unknown one, one that is over and one whose picture is gone are the same.

A view is taken by one conditional UPDATE, so two visitors at once never share the last one. Who
has taken one gets a ticket, a signed cookie, and may look again for half a day; it ends with the
link, with its password, and with whatever else ends the link.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from editor.audit import record
from editor.models import Collection, Picture, Share, ShareKnock, User

TOKEN_BYTES = 24
VISIT = timedelta(hours=12)
# Wrong passwords within this time, from one address and from all of them together.
KNOCK_WINDOW = timedelta(minutes=15)
KNOCKS_OF_ONE = 10
KNOCKS_OF_ALL = 100
_SALT = "editor.share"


class NothingHere(Exception):
    """The link opens nothing, or not any more, or not this. Why is nobody's business."""


class DoorClosed(Exception):
    """The link is there, and asks for its password or for a press of a button first."""

    def __init__(self, share: Share) -> None:
        super().__init__("The link asks for something first.")
        self.share = share


class WrongPassword(DoorClosed):
    """That was not the password."""


class TooManyKnocks(DoorClosed):
    """Too many wrong passwords of late; nothing is even looked at."""


class ShareRefused(Exception):
    """This cannot be shared. The message is for people."""


@dataclass(frozen=True)
class Shown:
    """What a link is to open: a picture, two of them to compare, or a collection."""

    picture: Picture | None = None
    before: Picture | None = None
    collection: Collection | None = None

    @property
    def kind(self) -> Share.Kind:
        """What that makes it."""
        if self.collection is not None:
            return Share.Kind.COLLECTION
        return Share.Kind.COMPARISON if self.before is not None else Share.Kind.PICTURE


@dataclass(frozen=True)
class Limits:
    """How far a link goes. None: without end."""

    title: str = ""
    expires_at: datetime | None = None
    max_views: int | None = None
    allow_download: bool = False


@dataclass(frozen=True)
class Visit:
    """A link that has been opened. `ticket` is new, or empty when the visitor has one."""

    share: Share
    ticket: str = ""


def make_share(
    owner: User,
    shown: Shown,
    limits: Limits,
    password: str = "",
    *,
    share_id: uuid.UUID | None = None,
) -> tuple[Share, str]:
    """Make a link; give its row and its token, which is known to nobody afterwards.

    `share_id` is the form's: sent twice it raises ShareRefused, as does what is not the owner's.
    """
    _check(owner, shown)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    share = Share(
        id=share_id or uuid.uuid4(),
        owner=owner,
        kind=shown.kind,
        picture=shown.picture,
        before=shown.before,
        collection=shown.collection,
        title=limits.title,
        token_sha256=_digest(token),
        password=make_password(password) if password else "",
        allow_download=limits.allow_download,
        expires_at=limits.expires_at,
        max_views=limits.max_views,
    )
    try:
        with transaction.atomic():
            share.save(force_insert=True)
            record("share.made", by=owner, on=share, facts=_said_of(share))
    except IntegrityError as twice:
        raise ShareRefused("This link has been made already. It is in your list.") from twice
    return share, token


def _check(owner: User, shown: Shown) -> None:
    """Let nobody share what is another's, in the trash or not a thing."""
    things = [thing for thing in (shown.picture, shown.before) if thing is not None]
    if (shown.collection is None) == (shown.picture is None):
        raise ShareRefused("Choose what to share: a picture or a collection.")
    if shown.before is not None and shown.before == shown.picture:
        raise ShareRefused("A comparison needs two different pictures.")
    mine = Picture.objects.owned_by(owner).filter(purged_at=None, pk__in=[t.pk for t in things])
    collection = shown.collection
    if mine.count() != len(things) or (collection and collection.owner_id != owner.pk):
        raise ShareRefused("This is not there any more, so it cannot be shared.")


def change_share(share: Share, limits: Limits, password: str | None = None) -> None:
    """Set other limits. `password` "" takes it away, None leaves it; another ends all visits."""
    share.title = limits.title
    share.expires_at = limits.expires_at
    share.max_views = limits.max_views
    share.allow_download = limits.allow_download
    fields = ["title", "expires_at", "max_views", "allow_download"]
    if password is not None:
        share.password = make_password(password) if password else ""
        fields.append("password")
        share.knocks.all().delete()
    with transaction.atomic():
        share.save(update_fields=fields)
        record("share.changed", by=share.owner, on=share, facts=_said_of(share))


def _said_of(share: Share) -> dict[str, Any]:
    """How far it goes, for the audit log: neither its title nor its link."""
    return {
        "kind": share.kind,
        "until": share.expires_at.isoformat() if share.expires_at else None,
        "views": share.max_views,
        "download": share.allow_download,
        "password": bool(share.password),
    }


def renew_link(share: Share) -> str:
    """Give the share another token; the link that was, and every visit by it, are over."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    share.token_sha256 = _digest(token)
    with transaction.atomic():
        share.save(update_fields=["token_sha256"])
        record("share.changed", by=share.owner, on=share, facts={"new_link": True})
    return token


def revoke_share(share: Share, by: User) -> bool:
    """End a link for good. False when it was over already."""
    with transaction.atomic():
        standing = Share.objects.filter(pk=share.pk, revoked_at=None)
        revoked = standing.update(revoked_at=Now()) == 1
        if revoked:
            record("share.revoked", by=by, on=share, facts={"owner": share.owner_id})
    return revoked


def open_share(
    token: str,
    password: str | None = None,
    *,
    knocks: bool = False,
    counts: bool = True,
    ticket: str = "",
    address: str = "",
) -> Visit:
    """Open a link as somebody who has nothing but it, and take one of its views.

    `knocks` says that they have pressed the button that a link with a door shows; a preview
    that a messenger fetches never does. With `counts` off such a fetch is not taken for a view.
    Raises NothingHere, DoorClosed, WrongPassword and TooManyKnocks.
    """
    share = _standing(token)
    if _is_ticket(share, ticket):
        return Visit(share)
    if share.is_used_up:
        raise NothingHere
    if share.has_door and not knocks:
        raise DoorClosed(share)
    if share.password:
        _check_password(share, password or "", address)
    if not counts and not share.has_door:
        return Visit(share)
    if not _take_view(share):
        raise NothingHere
    return Visit(share, signing.TimestampSigner(salt=_SALT).sign(_fingerprint(share)))


def admitted(token: str, ticket: str) -> Share:
    """Give the share whose files this visitor may have now. Raises NothingHere."""
    share = _standing(token)
    if share.has_door and not _is_ticket(share, ticket):
        raise NothingHere
    return share


def _standing(token: str) -> Share:
    share = Share.objects.standing().with_things().filter(token_sha256=_digest(token)).first()
    if share is None:
        raise NothingHere
    return share


def _take_view(share: Share) -> bool:
    # Of its own columns alone: conditions on other tables would go into a query of their own
    # inside the UPDATE, which Postgres does not run again after waiting for another one.
    left = Share.objects.not_over().with_views_left().filter(pk=share.pk)
    return left.update(views=F("views") + 1, last_viewed_at=Now()) == 1


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _fingerprint(share: Share) -> str:
    """Name exactly this link with this password."""
    return salted_hmac(_SALT, f"{share.pk} {share.token_sha256} {share.password}").hexdigest()


def _is_ticket(share: Share, ticket: str) -> bool:
    try:
        held = signing.TimestampSigner(salt=_SALT).unsign(ticket, max_age=VISIT)
    except signing.BadSignature:
        return False
    return constant_time_compare(held, _fingerprint(share))


def _check_password(share: Share, password: str, address: str) -> None:
    """Compare, unless too many were tried. Counted before: tries at once are not free."""
    visitor = _visitor(share, address)
    past = ShareKnock.objects.filter(since__lt=timezone.now() - KNOCK_WINDOW)
    if past.exists():
        past.delete()
    if not _may_knock(share, visitor, KNOCKS_OF_ONE) or not _may_knock(share, "", KNOCKS_OF_ALL):
        raise TooManyKnocks(share)
    if not check_password(password, share.password):
        raise WrongPassword(share)
    share.knocks.filter(visitor=visitor).delete()
    share.knocks.filter(visitor="", count__gt=0).update(count=F("count") - 1)


def _may_knock(share: Share, visitor: str, most: int) -> bool:
    share.knocks.get_or_create(visitor=visitor)
    counted = share.knocks.filter(visitor=visitor, count__lt=most)
    return counted.update(count=F("count") + 1) == 1


def _visitor(share: Share, address: str) -> str:
    """Tell one address from another without keeping it; a whole /64 of IPv6 is one."""
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        where = "unknown"
    else:
        net = ipaddress.ip_network((given, 64 if given.version == 6 else 32), strict=False)
        where = str(net)
    return salted_hmac("editor.share.visitor", f"{share.pk} {where}").hexdigest()
