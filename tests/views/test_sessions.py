"""Where somebody is logged in, and ending that."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from editor.accounts import setup_path
from editor.sessions import device_of
from tests.conftest import logged_in

pytestmark = pytest.mark.django_db

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
FORM = {"login": "alice", "password": "alice-paints-2026"}


def by_phone() -> Client:
    phone = Client(REMOTE_ADDR="203.0.113.9", headers={"User-Agent": PHONE})
    phone.post("/login/", FORM)
    return phone


def test_alice_sees_her_phone_and_ends_its_session(alices, alice):
    phone = by_phone()
    page = alices.get("/account/security/").content.decode()
    assert "Safari on iPhone" in page
    assert "203.0.113.9" in page
    number = UserSession.objects.get(ip="203.0.113.9").pk
    assert alices.post(f"/account/sessions/{number}/end/")["Location"] == "/account/security/"
    assert phone.get("/").status_code == 302
    assert alices.get("/").status_code == 200
    assert "Safari on iPhone" not in alices.get("/account/security/").content.decode()


def test_alice_ends_all_but_the_one_she_looks_from(alices, alice, bobs):
    phone, other = by_phone(), logged_in(alice)
    page = alices.post("/account/sessions/end/", follow=True).content.decode()
    assert "2 other sessions have ended" in page
    assert [c.get("/").status_code for c in (phone, other, alices, bobs)] == [302, 302, 200, 200]


def test_charlie_ends_nobody_elses_session(charlies, alices, alice):
    number = UserSession.objects.get(user=alice).pk
    assert charlies.post(f"/account/sessions/{number}/end/").status_code == 404
    charlies.post("/account/sessions/end/")
    assert alices.get("/").status_code == 200
    assert alices.get(f"/account/sessions/{number}/end/").status_code == 405


def test_whoever_logs_out_is_not_in_the_list_any_more(alices, alice):
    phone = by_phone()
    phone.post("/logout/")
    assert "Safari" not in alices.get("/account/security/").content.decode()


def test_a_session_is_noted_once_in_minutes(alices, alice):
    alices.get("/account/security/")
    noted = UserSession.objects.filter(user=alice)
    long_ago = timezone.now() - timedelta(days=1)
    noted.update(last_seen_at=long_ago)
    alices.get("/gallery/")
    assert noted.get().last_seen_at == long_ago
    session = alices.session
    session["seen"] -= 400
    session.save()
    alices.get("/gallery/")
    assert timezone.now() - noted.get().last_seen_at < timedelta(minutes=1)


def test_a_session_from_before_appears_with_its_next_page(alices, alice):
    UserSession.objects.all().delete()
    session = alices.session
    del session["seen"]
    session.save()
    assert "this one" in alices.get("/account/security/").content.decode()


def test_whoever_is_switched_off_stays_out_after_coming_back(admin_client, alices, alice):
    address = f"/admin/editor/user/{alice.pk}/switch-off/"
    assert admin_client.post(address).status_code == 302
    assert alices.get("/").status_code == 302
    alice.refresh_from_db()
    assert not alice.is_active
    alice.is_active = True
    alice.save()
    assert alices.get("/").status_code == 302, "the old session does not come back"


def test_a_setup_by_link_is_a_session_too(client):
    form = {"username": "zoe", "password1": "a-long-phrase-7", "password2": "a-long-phrase-7"}
    client.post(setup_path(), form)
    assert "this one" in client.get("/account/security/").content.decode()


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (PHONE, "Safari on iPhone"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("curl/8.5", "A browser"),
        ("", "A browser"),
    ],
)
def test_devices_are_named_as_people_name_them(agent, said):
    assert device_of(agent) == said
