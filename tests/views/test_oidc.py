"""Logging in by another server: whom it lets in, and whose account it never opens."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from django.utils import timezone

from editor.invitations import link_of
from editor.models import AuditEntry, Invitation, User

pytestmark = pytest.mark.django_db

START = "/login/with/oidc/"


def walk(client, address=START, **data):
    """Go there as a browser does, and come back; gives the last answer."""
    page = client.post(address, data)
    assert page.status_code == 200, page.content[:300]
    there = re.search(r'href="(http[^"]+)"', page.content.decode()).group(1).replace("&amp;", "&")
    assert page["Refresh"] == f"0; url={there}"
    sent_back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"]
    back = urlsplit(sent_back)
    assert back.path == "/login/with/oidc/callback/"
    return client.get(f"{back.path}?{back.query}")


def who(client):
    """Who is logged in, by name; "" when nobody is."""
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key).username if key else ""


def confirmed(user, address, *, verified=True):
    EmailAddress.objects.create(user=user, email=address, verified=verified, primary=True)
    User.objects.filter(pk=user.pk).update(email=address)


def test_the_button_is_there_only_where_a_server_is_named(anonymous, oidc, settings):
    assert "Log in with Example ID" in anonymous.get("/login/").content.decode()
    settings.OIDC_NAME, settings.SOCIALACCOUNT_PROVIDERS = "", {}
    assert START not in anonymous.get("/login/").content.decode()
    assert anonymous.post(START).status_code == 404
    assert anonymous.get(f"{START}callback/?code=x&state=y").status_code == 404


def test_a_new_person_comes_in_and_comes_back(anonymous, oidc, settings):
    settings.REGISTRATION = "open"
    oidc.be("dora", "dora@example.org")
    assert walk(anonymous, next="/gallery/")["Location"] == "/gallery/"
    assert who(anonymous) == "dora"
    dora = User.objects.get(username="dora")
    assert not dora.has_usable_password()
    assert dora.role == User.Role.MEMBER
    assert EmailAddress.objects.get(user=dora).verified
    oidc.be("dora", "another@example.org")
    again = Client()
    walk(again)
    assert who(again) == "dora"
    assert User.objects.count() == 1
    assert not SocialToken.objects.exists(), "tokens are not kept"
    assert oidc.asked["code_challenge_method"] == "S256"
    assert "openid" in oidc.asked["scope"]


def test_where_registration_is_closed_nobody_new_comes_in(anonymous, oidc, settings, alice):
    settings.REGISTRATION = "closed"
    oidc.be("dora", "dora@example.org")
    walk(anonymous)
    assert who(anonymous) == ""
    assert User.objects.count() == 1


def test_an_invitation_is_used_up_and_gives_its_role(anonymous, oidc, settings, rita):
    settings.REGISTRATION = "invitation"
    oidc.be("dora", "dora@example.org")
    walk(anonymous)
    assert who(anonymous) == "", "without one"
    invitation = Invitation.objects.create(
        made_by=rita, role=User.Role.REVIEWER, ends_at=timezone.now() + timedelta(days=1)
    )
    anonymous.get(link_of(invitation))
    walk(anonymous)
    assert who(anonymous) == "dora"
    assert User.objects.get(username="dora").role == User.Role.REVIEWER
    invitation.refresh_from_db()
    assert invitation.used_by.username == "dora"
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"account.made", "invitation.used"} <= acts


@pytest.mark.parametrize(
    ("there", "here", "opens"),
    [
        (True, True, True),
        ("true", True, True),
        (False, True, False),
        ("false", True, False),
        (True, False, False),
        (False, False, False),
        (None, True, False),
    ],
)
def test_only_an_address_that_both_sides_have_confirmed_opens_an_account(
    anonymous, oidc, settings, alice, there, here, opens
):
    settings.REGISTRATION = "closed"
    confirmed(alice, "alice@example.org", verified=here)
    oidc.be("somebody", "Alice@example.org", verified=there)
    walk(anonymous)
    assert who(anonymous) == ("alice" if opens else "")
    alice.refresh_from_db()
    assert alice.has_usable_password()
    assert SocialAccount.objects.filter(user=alice).exists() == opens


def test_an_unconfirmed_address_of_hers_makes_another_account_at_most(
    anonymous, oidc, settings, alice
):
    settings.REGISTRATION = "open"
    confirmed(alice, "alice@example.org")
    oidc.be("mallory", "alice@example.org", verified=False)
    walk(anonymous)
    assert who(anonymous) in ("", "mallory")
    assert EmailAddress.objects.get(email="alice@example.org", verified=True).user == alice


def test_the_same_subject_of_another_server_is_somebody_else(anonymous, oidc, settings):
    settings.REGISTRATION = "open"
    oidc.be("dora")
    walk(anonymous)
    SocialAccount.objects.update(uid="what another issuer's dora is called")
    other = Client()
    walk(other)
    assert who(other) not in ("", "dora")


@pytest.mark.parametrize(
    "fault",
    [
        {"forged": True},
        {"unsigned": True},
        {"audience": "another-client"},
        {"lives": -60},
        {"told": "somebody-else"},
        {"cancelled": True},
    ],
    ids=lambda fault: next(iter(fault)),
)
def test_what_cannot_be_trusted_logs_nobody_in(anonymous, oidc, settings, alice, fault):
    settings.REGISTRATION = "open"
    confirmed(alice, "alice@example.org")
    oidc.be("alice", "alice@example.org", **fault)
    answer = walk(anonymous)
    said = (anonymous.get(answer["Location"]) if answer.status_code == 302 else answer).content
    assert "You are not logged in" in said.decode()
    assert who(anonymous) == ""
    assert User.objects.count() == 1


def test_what_is_told_beside_the_token_counts_when_it_is_about_the_same_person(
    anonymous, oidc, settings, alice
):
    confirmed(alice, "alice@example.org")
    oidc.be("alice", "alice@example.org", told="alice")
    walk(anonymous)
    assert who(anonymous) == "alice"


def test_a_code_without_the_session_that_asked_for_it_is_refused(anonymous, oidc, settings):
    settings.REGISTRATION = "open"
    oidc.be("mallory")
    thief = Client()
    page = thief.post(START).content.decode()
    there = re.search(r'href="(http[^"]+)"', page).group(1).replace("&amp;", "&")
    back = urlsplit(requests.get(there, allow_redirects=False, timeout=5).headers["Location"])
    anonymous.get(f"{back.path}?{back.query}")
    assert who(anonymous) == ""


def test_while_that_server_is_away_the_page_says_so(anonymous, oidc, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = (
        "http://127.0.0.1:1"
    )
    answer = anonymous.post(START)
    assert answer.status_code == 503
    assert "cannot be reached" in answer.content.decode()
    oidc.be("dora", issuer="https://somebody.example")
    assert anonymous.post(START).status_code == 503


def test_a_second_step_is_asked_for_and_staff_need_one(anonymous, oidc, settings, alice, rita):
    confirmed(alice, "alice@example.org")
    TOTP.activate(alice, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    oidc.be("alice", "alice@example.org")
    assert walk(anonymous)["Location"] == "/login/second-step/"
    assert who(anonymous) == ""
    settings.STAFF_MFA = True
    confirmed(rita, "rita@example.org")
    oidc.be("rita", "rita@example.org")
    browser = Client()
    walk(browser)
    assert browser.get("/admin/")["Location"] == "/account/second-step/needed/"


def test_an_account_that_is_switched_off_does_not_open(anonymous, oidc, alice):
    confirmed(alice, "alice@example.org")
    User.objects.filter(pk=alice.pk).update(is_active=False)
    oidc.be("alice", "alice@example.org")
    walk(anonymous)
    assert who(anonymous) == ""


def test_alice_connects_her_account_and_ends_it(client, oidc, alice):
    client.post("/login/", {"login": "alice", "password": "alice-paints-2026"})
    assert "Connect Example ID" in client.get("/account/elsewhere/").content.decode()
    oidc.be("alice-at-work", "work@example.org")
    confirm = client.get("/account/elsewhere/")
    assert confirm.status_code == 200
    client.post("/account/confirm-it-is-you/", {"password": "alice-paints-2026"})
    assert walk(client, f"{START}?process=connect")["Location"] == "/account/elsewhere/"
    account = SocialAccount.objects.get(user=alice)
    assert "You can log in by it." in client.get("/account/security/").content.decode()
    other = Client()
    walk(other)
    assert who(other) == "alice"
    client.post("/account/elsewhere/", {"account": account.pk})
    assert not SocialAccount.objects.exists()
    acts = AuditEntry.objects.filter(action__startswith="account.").order_by("pk")
    named = [act.action for act in acts]
    assert named == ["account.connected", "account.disconnected"]


def test_whoever_has_no_password_keeps_the_only_way_in(anonymous, oidc, settings):
    settings.REGISTRATION = "open"
    oidc.be("dora")
    walk(anonymous)
    account = SocialAccount.objects.get()
    assert "your only way in" in anonymous.get("/account/elsewhere/").content.decode()
    anonymous.post("/account/elsewhere/", {"account": account.pk})
    assert SocialAccount.objects.exists()
