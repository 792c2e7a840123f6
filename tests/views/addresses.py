"""Every address of the site, from its own table, and where it leads for somebody's things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from editor.models import User

# What stands for a part of an address, where it is not simply the thing of its kind.
PARTS: dict[tuple[str, str], str] = {
    ("editor:static_moved", "prefix"): "0123456789ab",
    ("editor:static_moved", "rest"): "css/gone.css",
    ("editor:invited", "token"): "of-nobody",
    ("editor:session_end", "number"): "999999999",
    ("editor:share_file", "kind"): "thumb",
    ("account_confirm_email", "key"): "of-nobody",
    ("account_reset_password_from_key", "uidb36"): "1",
    ("account_reset_password_from_key", "key"): "of-nobody",
    ("openid_connect_login", "provider_id"): "oidc",
    ("openid_connect_callback", "provider_id"): "oidc",
    ("mfa_remove_webauthn", "pk"): "1",
    ("mfa_edit_webauthn", "pk"): "1",
    ("admin:app_list", "app_label"): "editor",
    ("admin:view_on_site", "content_type_id"): "1",
    ("admin:view_on_site", "object_id"): "1",
    ("admin:anything else", "url"): "nowhere/",
    ("admin:editor_editjob_lane", "lane"): "new",
    ("admin:editor_editjob_desk", "lane"): "new",
    ("admin:editor_editjob_undo", "review"): "1",
    ("admin:editor_masktest_shown", "result_pk"): "1",
    ("admin:editor_masktest_shown", "kind"): "answer",
}
_PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True)
class Address:
    """One line of the table: its name, and its pattern from the root on."""

    name: str
    pattern: str

    def __str__(self) -> str:
        return self.name

    @property
    def model(self) -> str:
        """The model whose administration it belongs to, or ""."""
        found = re.match(r"admin/editor/(\w+)/", self.pattern)
        return found[1] if found else ""

    @property
    def takes_parts(self) -> bool:
        """Whether it names a thing."""
        return _PART.search(self.pattern) is not None

    def path(self, things: dict[str, Any]) -> str:
        """Fill in the things: by the first word of the address, or by a part's own name."""

        def part(found: re.Match[str]) -> str:
            name = found[1] or found[2]
            if (self.name, name) in PARTS:
                return PARTS[self.name, name]
            key = f"admin {self.model}" if self.model else self.pattern.split("/")[0]
            own = dict.fromkeys(("pk", "id", "object_id", "token", "other"), key)
            thing = things.get(own.get(name, name))
            assert thing is not None, f"say what stands for <{name}> in {self.pattern}"
            return str(thing)

        plain = re.sub(r"[\^$]", "", _PART.sub(part, self.pattern))
        return f"/{plain}"


def every_address() -> list[Address]:
    """All lines of the table, in its order."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, space: str, before: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, f"{entry.namespace}:" if entry.namespace else space, pattern)
        elif isinstance(entry, URLPattern):
            yield Address(space + (entry.name or _nameless(pattern)), pattern)


def _nameless(pattern: str) -> str:
    """Name what has no name: two of Django's administration have none."""
    model = re.fullmatch(r"admin/editor/(\w+)/<path:object_id>/", pattern)
    return f"editor_{model[1]}_moved" if model else "anything else"


def every_action(role: str) -> set[tuple[str, str]]:
    """The acts on chosen rows that somebody of a role is offered: model and name."""
    request = RequestFactory().get("/")
    request.user = User(role=role)
    return {
        (str(model._meta.model_name), name)
        for model, page in admin.site._registry.items()
        for name in page.get_actions(request)
    }
