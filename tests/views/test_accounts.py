"""The first account, login, logout, password."""

import pytest
from django.core import signing
from django.urls import reverse

from editor.accounts import setup_path
from editor.models import User

pytestmark = pytest.mark.django_db

FORM = {"username": "alice", "password1": "a-long-pass-phrase", "password2": "a-long-pass-phrase"}


def test_the_setup_link_makes_the_first_account_and_it_is_staff(client):
    answer = client.post(setup_path(), FORM)
    assert answer["Location"] == "/"
    user = User.objects.get()
    assert user.is_administrator
    assert user.is_staff
    assert user.is_superuser
    assert client.get("/").status_code == 200


def test_the_link_works_once(client, anonymous):
    link = setup_path()
    client.post(link, FORM)
    assert anonymous.get(link).status_code == 403
    assert anonymous.post(link, {**FORM, "username": "mallory"}).status_code == 403
    assert User.objects.count() == 1


@pytest.mark.parametrize("token", ["", "guess", "of another kind"])
def test_without_the_link_nobody_becomes_the_first(client, token):
    if token == "of another kind":
        token = signing.dumps("first account", salt="other")
    assert client.post(f"/setup/?token={token}", FORM).status_code == 403
    assert not User.objects.exists()


def test_a_weak_password_is_refused_with_a_reason(client):
    answer = client.post(setup_path(), {**FORM, "password1": "1234", "password2": "1234"})
    assert answer.status_code == 200
    assert "too short" in answer.content.decode()
    assert not User.objects.exists()


def test_before_the_first_account_the_start_leads_to_the_setup(client):
    assert client.get("/")["Location"] == reverse("editor:setup")


def test_alice_logs_in_and_out(client, alice):
    login = {"login": "alice", "password": "alice-paints-2026"}
    assert client.post("/login/", login)["Location"] == "/"
    assert client.get("/").status_code == 200
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/").status_code == 302


def test_a_wrong_password_says_nothing_about_whether_the_name_exists(client, alice):
    wrong = client.post("/login/", {"login": "alice", "password": "x"}).content.decode()
    nobody = client.post("/login/", {"login": "nobody", "password": "x"}).content.decode()
    said = [page.split("do not fit together")[1][:120] for page in (wrong, nobody)]
    assert said[0] == said[1]


def test_the_login_does_not_lead_elsewhere(client, alice):
    answer = client.post(
        "/login/?next=https://evil.example/", {"login": "alice", "password": "alice-paints-2026"}
    )
    assert answer["Location"] == "/"


def test_alice_changes_her_password(alices, alice):
    form = {
        "oldpassword": "alice-paints-2026",
        "password1": "another-phrase-7",
        "password2": "another-phrase-7",
    }
    assert alices.post("/password/", form)["Location"] == "/password/done/"
    assert alices.get("/password/done/").status_code == 200
    alice.refresh_from_db()
    assert alice.check_password("another-phrase-7")


def test_the_server_says_that_it_lives(client):
    assert client.get("/healthz").content == b"ok"
