"""Asks every address as everybody, once, and keeps what was answered and what was written.

Each question is undone before the next, so the world stays as it was made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from tests.conftest import Browser, logged_in
from tests.views.addresses import Address, every_address
from tests.views.who_may import ANONYMOUS, SAYS

WAYS = ("GET", "POST")
LOGINS = ("/login/?next=", "/admin/login/?next=")
_WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
# That somebody was here, how often they came, and copies of pictures that are made when first
# asked for: not what a page is about.
_OF_NO_ACCOUNT = {
    "django_session",
    "usersessions_usersession",
    "editor_cacheentry",
    "editor_renditionfile",
}


@dataclass(frozen=True)
class Answer:
    """What came back, and which tables were written to for it."""

    status: int
    headers: dict[str, str]
    page: str  # of HTML, else empty
    writes: frozenset[str]

    @property
    def leads_to(self) -> str:
        """Where a redirect leads, or ""."""
        return self.headers.get("location", "")

    @property
    def leads_to_login(self) -> bool:
        """Whether somebody has to log in first."""
        return self.status == 302 and self.leads_to.startswith(LOGINS)


class Walker:
    """Goes to addresses as one person or another."""

    def __init__(self, things: dict[str, Any]) -> None:
        self.things = things
        self._answers: dict[str, dict[tuple[str, str], Answer]] = {}
        self._keys = {
            person.username: logged_in(person).cookies[settings.SESSION_COOKIE_NAME].value
            for person in get_user_model().objects.all()
        }

    def answers(self, person: str) -> dict[tuple[str, str], Answer]:
        """What this person is answered, by name of the address and way; asked for once."""
        if person not in self._answers:
            self._answers[person] = {
                (address.name, way): self.ask_at(person, way, address)
                for address in every_address()
                for way in WAYS
            }
        return self._answers[person]

    def elsewhere(self, things: dict[str, Any]) -> Walker:
        """Go on among other things, as the same people."""
        other = Walker.__new__(Walker)
        other.things, other._keys, other._answers = things, self._keys, {}
        return other

    def browser(self, person: str, **options: Any) -> Browser:
        """A browser of this person, as if just opened."""
        browser = Browser(raise_request_exception=False, **options)
        if person != ANONYMOUS:
            browser.cookies[settings.SESSION_COOKIE_NAME] = self._keys[person]
        return browser

    def ask(self, person: str, way: str, path: str, data: Any = None, **options: Any) -> Answer:
        """Ask one address; whatever it changes is undone."""
        browser = self.browser(person, **options)
        written: set[str] = set()

        def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            result = execute(sql, params, many, context)
            found = _WRITES.match(sql)
            # SQLite counts an INSERT that gives its id back as none.
            if found and (found[1] == "INSERT INTO" or context["cursor"].rowcount != 0):
                written.add(found[2])
            return result

        with transaction.atomic():
            with connection.execute_wrapper(look):
                answer = (browser.get if way == "GET" else browser.post)(path, data)
            transaction.set_rollback(True)
        is_page = answer.get("Content-Type", "").startswith("text/html") and not answer.streaming
        return Answer(
            status=answer.status_code,
            headers={name.lower(): value for name, value in answer.headers.items()},
            page=answer.content.decode() if is_page else "",
            writes=frozenset(written - _OF_NO_ACCOUNT),
        )

    def ask_at(self, person: str, way: str, address: Address, **options: Any) -> Answer:
        """Ask an address of the table."""
        said = SAYS.get(address.name) if way == "POST" else None
        return self.ask(person, way, address.path(self.things), said, **options)
