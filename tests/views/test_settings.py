"""Members set up their own account: name, keys, look."""

import json

import pytest
from django.urls import reverse

from editor.models import AuditEntry, User
from editor.preferences import keep_preferences

pytestmark = pytest.mark.django_db

PAGES = (
    "account",
    "security",
    "notices",
    "keyboard",
    "look",
    "own_data",
)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_where_one_is_among_all_of_them(alices, name):
    page = alices.get(reverse(f"editor:{name}")).content.decode()
    side = page.partition('class="settings-nav"')[2].partition("</nav>")[0]
    assert side.count('aria-current="page"') == 1
    assert f'href="{reverse(f"editor:{name}")}" aria-current="page"' in side
    assert all(f'href="{reverse(f"editor:{each}")}"' in side for each in PAGES)


def test_alice_takes_another_name_and_it_is_written_down(alices, alice):
    page = alices.post("/account/", {"username": "alicia"}, follow=True).content.decode()
    assert "You are alicia now" in page
    alice.refresh_from_db()
    assert alice.username == "alicia"
    entry = AuditEntry.objects.get(action="account.changed")
    assert (entry.who, entry.who_name, entry.thing_label) == (alice.pk, "alice", "alicia")
    assert json.loads(entry.facts) == {"fields": ["username"]}, "facts are never forgotten"


@pytest.mark.parametrize("name", ["bob", "BOB", "", "a b"])
def test_no_name_is_taken_from_somebody_else_or_left_empty(alices, alice, bob, name):
    answer = alices.post("/account/", {"username": name})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert User.objects.get(pk=alice.pk).username == "alice"
    # The page goes on to call her by her name.
    assert "<strong>alice</strong>" in answer.content.decode()


def test_the_page_of_keys_starts_with_what_alice_has_changed(alices, alice):
    keep_preferences(alice, {"bindings": {"brush": ["Ctrl+B"]}})
    page = alices.get("/account/keyboard/")
    assert page.context["data"]["preferences"]["bindings"] == {"brush": ["Ctrl+B"]}
