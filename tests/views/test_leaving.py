"""Alice takes her data with her, and leaves; only she can, and not by a slip."""

import pytest
from django.urls import reverse

from editor.models import Archive, AuditEntry, Departure, User
from tests.conftest import logged_in
from tests.factories import make_job

pytestmark = pytest.mark.django_db

DELETE, DATA = "/account/delete/", "/account/data/"


def sure(client):
    """Say the password once more, as the page asks for it."""
    asked = client.get(DELETE)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/account/confirm-it-is-you/")
    done = client.post(asked["Location"], {"password": "alice-paints-2026"})
    assert done["Location"] == DELETE
    return client


def test_all_of_hers_is_packed_by_a_button_and_written_down(alices, alice, charlies):
    make_job(alice)
    page = alices.get(DATA).content.decode()
    assert "1 picture and 1 edit" in page
    answer = alices.post(DATA)
    archive = Archive.objects.get()
    assert answer["Location"] == archive.get_absolute_url()
    assert (archive.owner, archive.kind) == (alice, "everything")
    assert AuditEntry.objects.filter(action="data.exported", who=alice.pk).exists()
    assert archive.file_name in alices.get(DATA).content.decode()
    assert charlies.get(archive.get_absolute_url()).status_code == 404
    assert archive.file_name not in charlies.get(DATA).content.decode()


def test_the_account_goes_after_password_and_name_and_says_so(alices, alice):
    make_job(alice)
    page = sure(alices).get(DELETE).content.decode()
    assert "1 edit that waits" in page
    assert "What edits cost" in page
    answer = alices.post(DELETE, {"name": "alice"}, follow=True)
    assert "Your account is deleted" in answer.content.decode()
    assert answer.wsgi_request.user.is_anonymous
    assert Departure.objects.get().user_id == alice.pk
    assert not User.objects.filter(username="alice").exists()
    assert alices.get("/").status_code == 302
    hers = AuditEntry.objects.exclude(address="", who_name="")
    assert not hers.exists(), "neither her name nor her address is left in the log"


def test_without_the_password_nothing_is_deleted(alices):
    assert alices.post(DELETE, {"name": "alice"}).status_code == 302
    assert not Departure.objects.exists()


@pytest.mark.parametrize("name", ["", "Alice", "bob", "alice-paints-2026"])
def test_another_word_than_her_name_deletes_nothing(alices, bob, name):
    page = sure(alices).post(DELETE, {"name": name})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not Departure.objects.exists()


def test_the_last_administrator_is_told_why_not(adam):
    adams = logged_in(adam)
    asked = adams.get(DELETE)
    adams.post(asked["Location"], {"password": "adam-administers-2026"})
    page = adams.get(DELETE)
    assert page.status_code == 403
    assert "last administrator" in page.content.decode()
    assert adams.post(DELETE, {"name": "adam"}).status_code == 403
    assert User.objects.get(pk=adam.pk).is_active


def test_the_page_of_data_leads_there(alices):
    assert reverse("editor:leave") in alices.get(DATA).content.decode()
