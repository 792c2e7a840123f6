"""Tries are counted: at the site's login and the admin's alike, and nobody keeps others out."""

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.test import Client

from editor.throttles import client_address, wait_in_words

pytestmark = pytest.mark.django_db

RIGHT = "alice-paints-2026"
FAR, NEAR = "203.0.113.9", "198.51.100.7"


@pytest.fixture
def now(monkeypatch):
    """A clock that only moves when it is told to."""
    clock = [1_800_000_000.0]
    monkeypatch.setattr("time.time", lambda: clock[0])
    return clock


def tries(client: Client, login: str, password: str = "x", **more: str):
    return client.post("/login/", {"login": login, "password": password}, **more)


def test_the_sixth_wrong_password_has_to_wait_and_is_told_how_long(client, alice, now):
    for _ in range(5):
        assert tries(client, "alice").status_code == 200
    answer = tries(client, "alice", RIGHT)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "301"
    assert "try again in 6 minutes" in answer.content.decode()
    now[0] += 200
    assert "try again in 2 minutes" in tries(client, "alice", RIGHT).content.decode()
    now[0] += 101
    assert tries(client, "alice", RIGHT)["Location"] == "/"


def test_a_name_and_its_mail_address_are_one_account(client, alice, now):
    alice.email = "alice@example.org"
    alice.save()
    for login in ("alice", "ALICE", "alice@example.org", "Alice@Example.org", "alice"):
        assert tries(client, login).status_code == 200
    assert tries(client, "alice@example.org").status_code == 429


def test_the_admin_has_no_door_of_its_own(client, rita, now):
    answer = client.get("/admin/login/?next=/admin/")
    assert answer["Location"].startswith("/login/?next=")
    form = {"username": "rita", "password": "rita-reviews-2026"}
    assert client.post("/admin/login/", form)["Location"].startswith("/login/")
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    for _ in range(5):
        tries(client, "rita")
    assert tries(client, "rita", "rita-reviews-2026").status_code == 429
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/login/")


def test_whoever_may_not_administer_is_not_asked_again(alices):
    assert alices.get("/admin/login/").status_code == 403


def test_mallory_does_not_keep_alice_out_of_where_she_has_been(alice, now):
    hers, his = Client(REMOTE_ADDR=NEAR), Client(REMOTE_ADDR=FAR)
    assert tries(hers, "alice", RIGHT)["Location"] == "/"
    hers.post("/logout/")
    for _ in range(6):
        answer = tries(his, "alice")
    assert answer.status_code == 429
    assert tries(hers, "alice", RIGHT)["Location"] == "/"


@pytest.mark.parametrize("claim", ["her address as his", "her address as his name"])
@pytest.mark.parametrize("confirmed", [True, False])
def test_mallory_does_not_keep_alice_out_by_her_address(alice, bob, now, claim, confirmed):
    address = "alice@example.org"
    alice.email = address
    alice.save()
    EmailAddress.objects.create(user=alice, email=address, verified=confirmed)
    if claim == "her address as his":
        EmailAddress.objects.create(user=bob, email=address, verified=False)
    else:
        bob.username = address
        bob.save()
    hers = Client(REMOTE_ADDR=NEAR)
    assert tries(hers, address, RIGHT)["Location"] == "/"
    hers.post("/logout/")
    for _ in range(6):
        answer = tries(Client(REMOTE_ADDR=FAR), address)
    assert answer.status_code == 429
    assert tries(hers, address, RIGHT)["Location"] == "/"


def test_browsers_that_bob_made_known_do_not_multiply_his_tries_at_alice(alice, bob, now):
    for person in (alice, bob):
        EmailAddress.objects.create(user=person, email="alice@example.org", verified=False)
    answers = []
    for _ in range(3):
        his = Client(REMOTE_ADDR=FAR)
        assert tries(his, "bob", "bob-shares-2026")["Location"] == "/"
        his.post("/logout/")
        answers += [tries(his, "alice@example.org").status_code for _ in range(3)]
    assert answers == [200] * 5 + [429] * 4


def test_a_known_browser_does_not_get_endless_tries(alice, now):
    hers = Client(REMOTE_ADDR=NEAR)
    tries(hers, "alice", RIGHT)
    hers.post("/logout/")
    for _ in range(5):
        assert tries(hers, "alice").status_code == 200
    assert tries(hers, "alice", RIGHT).status_code == 429


def test_bobs_browser_is_not_known_to_alices_account(alice, bob, now):
    his = Client(REMOTE_ADDR=NEAR)
    tries(his, "bob", "bob-shares-2026")
    his.post("/logout/")
    his.cookies["forged"] = "x"
    for _ in range(5):
        tries(Client(REMOTE_ADDR=FAR), "alice")
    assert tries(his, "alice", RIGHT).status_code == 429
    his.cookies[settings.DEVICE_COOKIE_NAME] = "forged"
    assert tries(his, "alice", RIGHT).status_code == 429


def test_one_address_has_ten_wrong_tries_a_minute_over_all_names(client, db, now):
    for number in range(10):
        assert tries(client, f"somebody-{number}", REMOTE_ADDR=FAR).status_code == 200
    assert tries(client, "another", REMOTE_ADDR=FAR).status_code == 429
    assert tries(client, "another", REMOTE_ADDR=NEAR).status_code == 200
    now[0] += 61
    assert tries(client, "another", REMOTE_ADDR=FAR).status_code == 200


def test_who_logs_in_rightly_is_not_counted(client, alice, now):
    for _ in range(15):
        assert tries(client, "alice", RIGHT)["Location"] == "/"
        client.post("/logout/")


def test_a_made_up_address_does_not_help(client, db, now):
    for number in range(10):
        tries(client, f"n{number}", headers={"X-Forwarded-For": f"192.0.2.{number}"})
    answer = tries(client, "one-more", headers={"X-Forwarded-For": "192.0.2.99"})
    assert answer.status_code == 429


def test_behind_a_proxy_everybody_has_an_address_of_their_own(client, db, now, settings):
    settings.PROXIES = 1
    for number in range(11):
        # The first part is what the visitor says; the proxy adds the true one.
        headers = {"X-Forwarded-For": f"192.0.2.{number}, {FAR}"}
        answer = tries(client, f"n{number}", headers=headers)
    assert answer.status_code == 429
    assert tries(client, "bob", headers={"X-Forwarded-For": NEAR}).status_code == 200
    assert tries(client, "bob", headers={"X-Forwarded-For": "no address"}).status_code == 200


def test_links_by_mail_are_counted_for_the_address_and_for_whoever_asks(client, alice, now):
    alice.email = "alice@example.org"
    alice.save()
    for _ in range(3):
        client.post("/account/reset/", {"email": "alice@example.org"}, REMOTE_ADDR=FAR)
    answer = client.post("/account/reset/", {"email": "alice@example.org"}, REMOTE_ADDR=NEAR)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "300"
    assert "Wait five minutes at most" in answer.content.decode()
    assert len(mail.outbox) == 3


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "a second"), (60, "60 seconds"), (99, "99 seconds"), (121, "3 minutes")],
)
def test_the_wait_is_said_in_words(seconds, said):
    assert wait_in_words(seconds) == said


def test_the_name_of_a_network_card_is_no_part_of_an_address(rf):
    assert client_address(rf.get("/", REMOTE_ADDR="fe80::1%eth0")) == "fe80::1"
