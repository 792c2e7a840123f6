"""Secrets in the database open with a field key, in their own row alone, and move to a new key."""

import importlib
import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import call_command

from editor.sealing import CannotUnseal, is_sealed, seal, unseal

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def with_app(alice):
    """Alice has an authenticator app and recovery codes."""
    TOTP.activate(alice, SECRET)
    return RecoveryCodes.activate(alice).generate_codes()


def in_the_database() -> str:
    rows = Authenticator.objects.order_by("pk").values_list("data", flat=True)
    return json.dumps(list(rows), sort_keys=True)


def test_what_was_sealed_for_one_opens_for_no_other():
    sealed = seal("sk-nano-hers", of="alice")
    assert is_sealed(sealed)
    assert "sk-nano" not in sealed
    assert unseal(sealed, of="alice") == "sk-nano-hers"
    with pytest.raises(CannotUnseal) as refused:
        unseal(sealed, of="bob")
    assert "sk-nano" not in str(refused.value)


@pytest.mark.parametrize("broken", ["", "gAAAAA", "JBSWY3DPEHPK3PXP", "é", "gAAAAA" + "x" * 200])
def test_what_was_never_sealed_does_not_open(broken):
    with pytest.raises(CannotUnseal):
        unseal(broken, of="alice")


def test_secrets_of_second_steps_lie_sealed_in_the_database(alice, with_app):
    rows = {row.type: row for row in Authenticator.objects.filter(user=alice)}
    assert SECRET not in in_the_database()
    assert is_sealed(rows["totp"].data["secret"])
    assert is_sealed(rows["recovery_codes"].data["seed"])
    assert RecoveryCodes(rows["recovery_codes"]).generate_codes() == with_app


def test_a_new_key_seals_everything_anew_and_the_old_one_can_go(settings, with_app, capsys):
    old = settings.FIELD_KEYS
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = (new, *old)
    before = in_the_database()
    call_command("rotate_field_keys")
    assert capsys.readouterr().out == "2 secrets are sealed with the newest key.\n"
    assert in_the_database() != before
    settings.FIELD_KEYS = (new,)
    row = Authenticator.objects.get(type="totp")
    assert unseal(row.data["secret"], of="second step") == SECRET
    codes = Authenticator.objects.get(type="recovery_codes")
    assert RecoveryCodes(codes).generate_codes() == with_app


def test_what_no_key_opens_is_named_and_left_as_it_is(settings, with_app, alice, capsys):
    before = in_the_database()
    settings.FIELD_KEYS = (Fernet.generate_key().decode(),)
    with pytest.raises(SystemExit):
        call_command("rotate_field_keys")
    said = capsys.readouterr().out
    assert f"No field key opens: TOTP Authenticator of account {alice.pk}" in said
    assert "0 secrets are sealed" in said
    assert in_the_database() == before


def test_the_upgrade_seals_what_lay_open_and_going_back_opens_it(alice):
    Authenticator.objects.create(user=alice, type="totp", data={"secret": SECRET})
    Authenticator.objects.create(
        user=alice, type="recovery_codes", data={"migrated_codes": ["12345678"], "used_mask": 0}
    )
    Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Phone"})
    before = in_the_database()
    upgrade = importlib.import_module("editor.migrations.0030_sealed_second_steps")
    upgrade.seal_second_steps(apps, None)
    upgrade.seal_second_steps(apps, None)
    assert SECRET not in in_the_database()
    assert "12345678" not in in_the_database()
    assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).generate_codes() == [
        "12345678"
    ]
    upgrade.open_second_steps(apps, None)
    assert in_the_database() == before


def test_a_fresh_key_is_one_that_the_setting_takes(capsys):
    call_command("rotate_field_keys", "--new")
    Fernet(capsys.readouterr().out.strip())
