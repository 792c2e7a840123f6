"""Codes, passkeys and recovery codes: a password alone is not enough where somebody says so."""

import io
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from tests.conftest import logged_in

pytestmark = pytest.mark.django_db

PASSWORDS = {
    "alice": "alice-paints-2026",
    "charlie": "charlie-peeks-2026",
    "rita": "rita-reviews-2026",
}


def code_of(secret: str, later: int = 0) -> str:
    """What the app shows, now or some half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def confirm(client, name: str) -> None:
    client.post("/account/confirm-it-is-you/?next=/account/", {"password": PASSWORDS[name]})


def set_up_app(client, name: str) -> str:
    """Do it as a person does, and give the app's key."""
    confirm(client, name)
    secret = client.get("/account/second-step/app/").context["form"].secret
    answer = client.post("/account/second-step/app/", {"code": code_of(secret)})
    assert answer["Location"] == "/account/second-step/codes/"
    return secret


def log_in(client, name: str):
    return client.post("/login/", {"login": name, "password": PASSWORDS[name]})


def test_the_app_has_to_be_confirmed_and_a_code_is_asked_for_from_then_on(client, alices, alice):
    secret = set_up_app(alices, "alice")
    assert log_in(client, "alice")["Location"] == "/login/second-step/"
    assert client.get("/").status_code == 302, "the password alone does not open anything"
    assert client.post("/login/second-step/", {"code": "000000"}).status_code == 200
    answer = client.post("/login/second-step/", {"code": code_of(secret, later=1)})
    assert answer["Location"] == "/"
    assert client.get("/").status_code == 200


def test_the_page_shows_a_picture_of_the_key_that_no_script_made(alices):
    confirm(alices, "alice")
    page = alices.get("/account/second-step/app/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page


def test_nothing_is_set_up_without_confirming_who_one_is(alices, alice):
    for address in ("app/", "passkeys/add/", "codes/"):
        if address == "codes/":
            Authenticator.objects.create(user=alice, type="recovery_codes", data={"seed": "ab"})
        answer = alices.get(f"/account/second-step/{address}")
        assert answer["Location"].startswith("/account/confirm-it-is-you/")


def test_a_code_works_once(client, alices, alice):
    secret = set_up_app(alices, "alice")
    code = code_of(secret, later=1)
    log_in(client, "alice")
    assert client.post("/login/second-step/", {"code": code}).status_code == 302
    client.post("/logout/")
    log_in(client, "alice")
    assert client.post("/login/second-step/", {"code": code}).status_code == 200


def test_codes_cannot_be_guessed(client, alices, alice):
    secret = set_up_app(alices, "alice")
    log_in(client, "alice")
    for number in range(5):
        client.post("/login/second-step/", {"code": f"00000{number}"})
    page = client.post("/login/second-step/", {"code": code_of(secret, later=1)})
    assert "Too many tries" in page.content.decode()


def test_a_recovery_code_opens_once(client, alices, alice):
    set_up_app(alices, "alice")
    code = alices.get("/account/second-step/codes/").context["unused_codes"][0]
    log_in(client, "alice")
    assert client.post("/login/second-step/", {"code": code})["Location"] == "/"
    client.post("/logout/")
    log_in(client, "alice")
    assert client.post("/login/second-step/", {"code": code}).status_code == 200
    saved = alices.get("/account/second-step/codes/file/")
    assert saved["Content-Disposition"].startswith("attachment")
    assert code not in saved.content.decode()


def test_charlie_does_not_reach_alices_passkeys(charlies, charlie, alice):
    hers = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Phone"})
    confirm(charlies, "charlie")
    for address in (f"{hers.pk}/", f"{hers.pk}/remove/"):
        for method in (charlies.get, charlies.post):
            assert method(f"/account/second-step/passkeys/{address}").status_code == 404
    assert "Phone" not in charlies.get("/account/second-step/passkeys/").content.decode()
    assert Authenticator.objects.filter(pk=hers.pk).exists()


@pytest.fixture
def strict(settings):
    """A server on which staff need a second step."""
    settings.STAFF_MFA = True


ADDRESSES = ("/", "/gallery/", "/queue/", "/admin/", "/admin/editor/editjob/", "/password/")


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("address", ADDRESSES)
def test_staff_get_nowhere_before_their_second_step(ritas, address):
    answer = ritas.get(address)
    assert answer["Location"] == "/account/second-step/needed/"
    by_script = ritas.get(address, headers={"HX-Request": "true"})
    assert by_script["HX-Redirect"] == "/account/second-step/needed/"
    assert ritas.post(address)["Location"] == "/account/second-step/needed/"
    assert "Set up a second step first" in ritas.get(answer["Location"]).content.decode()


@pytest.mark.usefixtures("strict")
def test_staff_set_it_up_and_go_on(ritas, rita):
    set_up_app(ritas, "rita")
    for address in ADDRESSES:
        assert ritas.get(address).status_code == 200


@pytest.mark.usefixtures("strict")
def test_recovery_codes_alone_are_no_second_step(ritas, rita):
    Authenticator.objects.create(user=rita, type="recovery_codes", data={"seed": "ab"})
    assert ritas.get("/")["Location"] == "/account/second-step/needed/"


@pytest.mark.usefixtures("strict")
def test_others_are_not_asked(alices, anonymous):
    assert alices.get("/").status_code == 200
    assert anonymous.get("/login/").status_code == 200


@pytest.mark.usefixtures("strict")
def test_staff_may_leave_instead(ritas):
    assert ritas.post("/logout/")["Location"] == "/login/"


def test_who_lost_everything_is_helped_by_who_runs_the_server(client, alices, alice):
    set_up_app(alices, "alice")
    call_command("forget_second_step", "alice", stdout=io.StringIO())
    assert alices.get("/").status_code == 302, "sessions that were open have ended"
    assert log_in(client, "alice")["Location"] == "/"
    with pytest.raises(CommandError, match="no account"):
        call_command("forget_second_step", "nobody")


def test_only_who_may_do_everything_removes_a_second_step(admin_client, admin_user, alice, rita):
    Authenticator.objects.create(user=alice, type="totp", data={"secret": "x"})
    form = {"action": "forget_second_step", "_selected_action": [alice.pk]}
    logged_in(rita).post("/admin/editor/user/", form)
    assert Authenticator.objects.count() == 1
    admin_client.post("/admin/editor/user/", form)
    assert Authenticator.objects.count() == 0


def test_a_wrong_passkey_opens_nothing(client, alice):
    page = client.post("/login/passkey/", {"credential": "{}"}, follow=True)
    assert page.redirect_chain[-1][0] == "/login/"
    asked = client.get("/login/passkey/", headers={"Accept": "application/json"}).json()
    assert asked["request_options"]["publicKey"]["userVerification"]
    assert client.get("/").status_code == 302


def test_without_the_key_that_sealed_it_no_code_fits_and_the_page_says_why(
    client, alices, alice, settings
):
    secret = set_up_app(alices, "alice")
    settings.FIELD_KEYS = (Fernet.generate_key().decode(),)
    assert log_in(client, "alice")["Location"] == "/login/second-step/"
    answer = client.post("/login/second-step/", {"code": code_of(secret, later=1)})
    assert answer.status_code == 503
    assert "no longer has the key" in answer.content.decode()
    assert client.get("/").status_code == 302
