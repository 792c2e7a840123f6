"""Seals every secret in the database anew, after a new field key was put first.

Secrets of second steps are allauth's rows; through its hooks they arrive here without
their owner, so they are all of one kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from editor.models import NoticeSetting, OwnKey
from editor.sealing import CannotUnseal, is_sealed, reseal, seal

SECOND_STEP = "second step"  # what secrets of authenticator apps and recovery codes belong to


@dataclass
class Resealed:
    """How many secrets were sealed anew, and which rows no key opens."""

    count: int = 0
    unreadable: list[str] = field(default_factory=list)


def reseal_all() -> Resealed:
    """Seal every secret with the newest key. Each row for itself; safe to repeat."""
    done = Resealed()
    for name, again in _rows():
        try:
            with transaction.atomic():
                done.count += again()
        except CannotUnseal:
            done.unreadable.append(name)
    return done


def _rows() -> Iterator[tuple[str, Callable[[], int]]]:
    for own in OwnKey.objects.filter(removed_at=None).order_by("pk"):
        yield own.sealed_of, partial(_reseal_own_key, own.pk)
    for row in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk"):
        pk, kind = row.pk, row.get_type_display()
        yield f"{kind} of account {row.user_id}", partial(_reseal_second_step, pk)
    for setting in NoticeSetting.objects.exclude(webhook_secret="").order_by("pk"):
        yield f"Webhook of account {setting.pk}", partial(_reseal_webhook, setting.pk)


def _reseal_own_key(pk: int) -> int:
    own = OwnKey.objects.select_for_update().filter(pk=pk, removed_at=None).first()
    if own is None:
        return 0
    return OwnKey.objects.filter(pk=pk).update(sealed=reseal(own.sealed, of=own.sealed_of))


def _reseal_second_step(pk: int) -> int:
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return 0
    Authenticator.objects.filter(pk=pk).update(data=with_secrets(row.data, _again))
    return 1


def _reseal_webhook(pk: int) -> int:
    rows = NoticeSetting.objects.select_for_update().exclude(webhook_secret="")
    setting = rows.filter(pk=pk).first()
    if setting is None:
        return 0
    setting.webhook_secret = reseal(setting.webhook_secret, of=setting.secret_is_of)
    setting.save(update_fields=["webhook_secret"])
    return 1


def _again(text: str) -> str:
    if is_sealed(text):
        return reseal(text, of=SECOND_STEP)
    return seal(text, of=SECOND_STEP)


def with_secrets(data: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Give an authenticator's data with each of its secrets changed."""
    more: dict[str, Any] = {name: change(data[name]) for name in ("secret", "seed") if name in data}
    if data.get("migrated_codes") is not None:
        more["migrated_codes"] = [change(code) for code in data["migrated_codes"]]
    return {**data, **more}
