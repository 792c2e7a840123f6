"""Links of staff that let one person make an account."""

from datetime import timedelta

import pytest
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from editor.invitations import link_of, revoke
from editor.models import Invitation, User

pytestmark = pytest.mark.django_db

FORM = {"username": "dora", "password1": "a-long-phrase-7", "password2": "a-long-phrase-7"}


@pytest.fixture(autouse=True)
def _by_invitation(settings):
    settings.REGISTRATION = "invitation"


@pytest.fixture
def invite(admin_user):
    def _invite(days: float = 7, **more: str) -> Invitation:
        ends_at = timezone.now() + timedelta(days=days)
        return Invitation.objects.create(made_by=admin_user, ends_at=ends_at, **more)

    return _invite


def come(client: Client, invitation: Invitation):
    return client.get(link_of(invitation), follow=True)


def test_dora_makes_an_account_by_the_link_and_only_she(client, anonymous, invite):
    invitation = invite(mail="dora@example.org")
    page = come(client, invitation).content.decode()
    assert "admin invites you" in page
    assert 'value="dora@example.org"' in page
    come(anonymous, invitation)
    assert client.post("/account/signup/", FORM)["Location"] == "/"
    dora = User.objects.get(username="dora")
    assert not dora.is_staff
    invitation.refresh_from_db()
    assert (invitation.state, invitation.used_by) == ("used", dora)
    late = anonymous.post("/account/signup/", {**FORM, "username": "eve"})
    assert "Nobody can register here now" in late.content.decode()
    assert come(anonymous, invitation).status_code == 410
    assert not User.objects.filter(username="eve").exists()


def test_two_at_the_same_moment_are_not_both_let_in(client, invite, monkeypatch):
    invitation = invite()
    come(client, invitation)
    monkeypatch.setattr("editor.account_rules.brought_by", lambda _request: invitation)
    Invitation.objects.update(used_at=timezone.now())
    answer = client.post("/account/signup/", FORM)
    assert answer.status_code == 410
    assert "This invitation is used" in answer.content.decode()
    assert not User.objects.filter(username="dora").exists(), "both or neither"


def test_a_reviewer_is_invited_as_one(client, invite):
    come(client, invite(role="reviewer"))
    client.post("/account/signup/", FORM)
    dora = User.objects.get(username="dora")
    assert dora.is_staff
    assert not dora.is_superuser
    assert dora.has_perm("editor.review_editjob")
    assert not dora.has_perm("editor.add_invitation")


@pytest.mark.parametrize(
    ("what", "status", "said"),
    [
        ("over", 410, "is over"),
        ("revoked", 410, "was taken back"),
        ("wrong", 404, "is no invitation"),
        ("forged", 404, "is no invitation"),
        ("closed", 403, "registration is closed"),
        ("logged in", 403, "You have an account"),
    ],
)
def test_a_link_that_opens_nothing_says_why(client, alice, invite, settings, what, status, said):
    invitation = invite(days=-1 if what == "over" else 7)
    link = link_of(invitation)
    if what == "revoked":
        assert revoke(invitation, invitation.made_by)
    elif what == "wrong":
        link = "/account/invited/nonsense/"
    elif what == "forged":
        link = f"/account/invited/{signing.Signer(salt='other').sign(invitation.pk.hex)}/"
    elif what == "closed":
        settings.REGISTRATION = "closed"
    elif what == "logged in":
        client.force_login(alice)
    answer = client.get(link)
    assert answer.status_code == status
    assert said in answer.content.decode()
    if what != "logged in":
        assert client.post("/account/signup/", FORM).status_code == 200
    assert not User.objects.filter(username="dora").exists()


def test_revoking_also_stops_whoever_is_filling_in_the_form(client, invite):
    invitation = invite()
    come(client, invitation)
    revoke(invitation, invitation.made_by)
    client.post("/account/signup/", FORM)
    assert not User.objects.filter(username="dora").exists()


def test_staff_make_hand_out_and_revoke_them(admin_client, admin_user, settings):
    settings.MAIL_IS_SENT = True
    form = {"role": "reviewer", "mail": "dora@example.org", "days": "3"}
    page = admin_client.post("/admin/editor/invitation/add/", form, follow=True).content.decode()
    invitation = Invitation.objects.get()
    link = f"http://testserver{link_of(invitation)}"
    assert link in page
    assert link in mail.outbox[0].body
    assert mail.outbox[0].to == ["dora@example.org"]
    assert invitation.made_by == admin_user
    assert timedelta(days=2.9) < invitation.ends_at - timezone.now() < timedelta(days=3.1)
    shown = admin_client.get(f"/admin/editor/invitation/{invitation.pk}/change/")
    assert link_of(invitation) in shown.content.decode()
    chosen = {"action": "revoke_them", "_selected_action": [str(invitation.pk)]}
    admin_client.post("/admin/editor/invitation/", chosen)
    assert Client().get(link_of(invitation)).status_code == 410


def test_reviewers_invite_nobody_and_see_no_link(ritas, invite):
    other = invite()
    for page in ("", "add/", f"{other.pk}/change/"):
        answer = ritas.get(f"/admin/editor/invitation/{page}")
        assert answer.status_code == 403
        assert link_of(other) not in answer.content.decode()
    form = {"role": "member", "mail": "", "days": "3"}
    assert ritas.post("/admin/editor/invitation/add/", form).status_code == 403
    assert Invitation.objects.get() == other
