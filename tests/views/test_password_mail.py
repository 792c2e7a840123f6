"""Passwords that were forgotten, mail addresses, and what nobody learns by asking."""

import re
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends import locmem

from tests.conftest import logged_in

pytestmark = pytest.mark.django_db

NEW = "another-phrase-7"


@pytest.fixture
def by_mail(alice):
    """Alice, with a mail address."""
    alice.email = "alice@example.org"
    alice.save()
    return alice


def link_in(letter: mail.EmailMessage) -> str:
    found = re.search(r"https?://testserver(/\S+)", letter.body)
    assert found, letter.body
    return found[1]


def ask(client, address: str):
    return client.post("/account/reset/", {"email": address}, follow=True)


def test_alice_logs_in_by_her_mail_address(client, by_mail):
    form = {"login": "Alice@Example.org", "password": "alice-paints-2026"}
    assert client.post("/login/", form)["Location"] == "/"


def test_alice_sets_a_new_password_by_a_link_that_works_once(client, by_mail):
    elsewhere = logged_in(by_mail)
    ask(client, "alice@example.org")
    link = link_in(mail.outbox[0])
    page = client.get(link, follow=True)
    form = {"password1": NEW, "password2": NEW}
    done = client.post(page.redirect_chain[-1][0], form)
    assert done["Location"] == "/account/reset/done/"
    assert elsewhere.get("/").status_code == 302, "her other sessions have ended"
    assert client.post("/login/", {"login": "alice", "password": NEW})["Location"] == "/"
    client.post("/logout/")
    assert "This link does nothing" in client.get(link, follow=True).content.decode()


def test_nobody_learns_whether_an_address_is_known(client, by_mail):
    hers = ask(client, "alice@example.org")
    nobodys = ask(client, "nobody@example.org")
    strip = re.compile(r"csrf\w+\W+\w+", re.IGNORECASE)
    assert strip.sub("", hers.content.decode()) == strip.sub("", nobodys.content.decode())
    assert [letter.to for letter in mail.outbox] == [["alice@example.org"]], "no mail to strangers"


def test_a_mail_server_that_is_away_says_so_and_gives_nobody_away(client, by_mail, monkeypatch):
    def away(*_: object, **__: object) -> None:
        raise SMTPServerDisconnected("gone")

    monkeypatch.setattr(locmem.EmailBackend, "open", away)
    monkeypatch.setattr(locmem.EmailBackend, "send_messages", away)
    answers = [ask(client, f"{name}@example.org") for name in ("alice", "nobody")]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert "No mail can be sent now" in answers[0].content.decode()


def test_without_mail_the_page_says_how_else(client):
    page = client.get("/account/reset/").content.decode()
    assert "manage.py changepassword" in page
    assert "prints the link into the terminal" in page


def test_a_switched_off_account_gets_no_link_and_does_not_come_in(client, by_mail):
    hers = logged_in(by_mail)
    assert hers.get("/").status_code == 200
    by_mail.is_active = False
    by_mail.save()
    assert hers.get("/").status_code == 302
    ask(client, "alice@example.org")
    assert not mail.outbox
    form = {"login": "alice", "password": "alice-paints-2026"}
    answer = client.post("/login/", form, follow=True)
    assert "switched off" in answer.content.decode()
    assert client.get("/").status_code == 302


def test_alice_gives_an_address_and_confirms_it(alices, alice):
    assert "has none" in alices.get("/account/mail/").content.decode()
    asked = alices.post("/account/mail/", {"email": "alice@example.org", "action_add": ""})
    assert asked["Location"].startswith("/account/confirm-it-is-you/")
    assert not mail.outbox
    alices.post(asked["Location"], {"password": "alice-paints-2026"}, follow=True)
    link = link_in(mail.outbox[0])
    assert alices.get(link).status_code == 200
    alice.refresh_from_db()
    assert not alice.email, "a look changes nothing"
    alices.post(link)
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_a_changed_password_is_told_by_mail(alices, by_mail):
    form = {"oldpassword": "alice-paints-2026", "password1": NEW, "password2": NEW}
    elsewhere = logged_in(by_mail)
    assert alices.post("/password/", form)["Location"] == "/password/done/"
    assert elsewhere.get("/").status_code == 302
    assert alices.get("/").status_code == 200
    assert "was changed" in mail.outbox[0].subject
    assert NEW not in mail.outbox[0].body


def test_somebody_at_an_open_browser_cannot_guess_the_password(alices):
    form = {"oldpassword": "x", "password1": NEW, "password2": NEW}
    for _ in range(5):
        assert alices.post("/password/", form).status_code == 200
    assert alices.post("/password/", form).status_code == 429


def test_a_session_from_before_still_counts(client, alice):
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(("rule", "status"), [("closed", 200), ("invitation", 200), ("open", 302)])
def test_an_account_can_be_made_where_that_is_open(client, settings, rule, status):
    settings.REGISTRATION = rule
    form = {"username": "dora", "password1": NEW, "password2": NEW}
    answer = client.post("/account/signup/", form)
    assert answer.status_code == status
    assert (client.get("/").status_code == 200) == (rule == "open")
    assert ("Make an account" in client.get("/login/").content.decode()) is False or rule == "open"


def test_who_registers_with_a_known_address_learns_nothing(client, by_mail, settings):
    settings.REGISTRATION = "open"
    form = {"username": "dora", "email": "alice@example.org", "password1": NEW, "password2": NEW}
    assert client.post("/account/signup/", form)["Location"] == "/"
    other = {**form, "username": "dave", "email": "new@example.org"}
    client.post("/logout/")
    assert client.post("/account/signup/", other)["Location"] == "/"


@pytest.mark.parametrize("address", ["/password/", "/account/mail/", "/account/reset/"])
def test_labels_are_in_our_words(alices, address):
    page = alices.get(address).content.decode()
    labels = [" ".join(label.split()) for label in re.findall(r"<label[^>]*>([^<]+)", page)]
    assert labels
    ours = {"Current password", "New password", "New password, again", "Mail address"}
    assert set(labels) <= ours


def test_who_registers_reads_our_words(client, settings):
    settings.REGISTRATION = "open"
    page = client.get("/account/signup/").content.decode()
    for label in ("Username", "Mail address (optional)", "Password", "Password, again"):
        assert re.search(rf"<label[^>]*>\s*{re.escape(label)}", page), label
