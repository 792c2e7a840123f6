"""Evidence packs on pages: made on the page of an edit, brought in by somebody else."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from editor.models import Archive, EditJob, ImportedPack
from tests.packs import edited, evidence_of, spoilt

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def packing_folder(settings, tmp_path):
    """Where archives are packed in the tests."""
    settings.PACKING_DIR = tmp_path / "packing"


@pytest.fixture
def done(alice):
    """Alice's finished edit."""
    return edited(alice)


@pytest.fixture
def pack(done):
    """The evidence of it."""
    return evidence_of(done)


def brought(browser, pack, **more):
    file = SimpleUploadedFile("pack.zip", pack, "application/zip")
    return browser.post(reverse("editor:pack_import"), {"pack": file}, **more)


def test_alice_has_the_evidence_packed_from_the_page_of_her_edit(alices, done):
    address = reverse("editor:evidence_pack", args=[done.pk])
    assert f'action="{address}"' in alices.get(done.get_absolute_url()).content.decode()
    archive = alices.post(address, follow=True)
    assert "Evidence of garden.zip" in archive.content.decode()
    assert Archive.objects.get().kind == Archive.Kind.EVIDENCE
    alices.post(address)
    assert Archive.objects.count() == 1


def test_bob_sees_what_a_pack_holds_before_he_keeps_it(bob, bobs, done, pack):
    answer = brought(bobs, pack)
    looked = ImportedPack.objects.get()
    assert answer["Location"] == looked.get_absolute_url()
    page = bobs.get(looked.get_absolute_url()).content.decode()
    assert "make it golden" in page
    assert done.results[0].lock_sentence in page
    assert "outside the paint no pixel differs" in page
    assert page.count('src="data:image/avif;base64,') == 2
    assert not EditJob.objects.owned_by(bob).exists()
    kept = bobs.post(looked.get_absolute_url(), follow=True)
    job = EditJob.objects.owned_by(bob).get()
    assert kept.redirect_chain[-1][0] == job.get_absolute_url()
    page = kept.content.decode()
    assert "Imported" in page
    assert "Cost there" in page
    assert "Estimate" not in page, "nothing was agreed to here"
    assert job.prompt in bobs.get(reverse("editor:gallery")).content.decode()
    # The bookmark of the first page leads on.
    assert bobs.get(looked.get_absolute_url())["Location"] == job.get_absolute_url()


def test_the_same_pack_again_shows_the_earlier_edit(bob, bobs, pack):
    brought(bobs, pack)
    bobs.post(ImportedPack.objects.get().get_absolute_url())
    job = EditJob.objects.owned_by(bob).get()
    again = bobs.get(brought(bobs, pack)["Location"])
    assert again.request["PATH_INFO"] == job.get_absolute_url()
    assert "You have imported this pack before" in again.content.decode()
    asked = brought(bobs, pack, headers=JSON)
    assert (asked.status_code, asked.json()["url"]) == (409, job.get_absolute_url())


def test_alices_own_pack_leads_to_her_edit(alices, done, pack):
    assert brought(alices, pack)["Location"] == done.get_absolute_url()


def test_a_spoilt_pack_is_refused_with_a_sentence_on_the_page(bobs, pack):
    bad = spoilt(pack, files={"mask.png": b"nothing of the kind"}, rehashed=True)
    answer = brought(bobs, bad)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "A mask must be a PNG file" in page
    assert "Nothing was kept." in page
    assert 'role="alert"' in page
    assert brought(bobs, b"no zip", headers=JSON).json() == {
        "error": "This file is no ZIP, or it is damaged or cut off. Nothing was kept."
    }
    assert bobs.post(reverse("editor:pack_import")).status_code == 422
    assert not ImportedPack.objects.exists()


def test_what_bob_does_not_keep_is_forgotten(bobs, pack):
    brought(bobs, pack)
    looked = ImportedPack.objects.get()
    assert looked.told_edit["picture"] in bobs.get(reverse("editor:pack_import")).content.decode()
    bobs.post(reverse("editor:pack_forget", args=[looked.pk]))
    assert not ImportedPack.objects.exists()
    assert bobs.get(looked.get_absolute_url()).status_code == 404


def test_charlie_gets_nothing_of_alices_evidence_or_of_bobs_pack(charlies, ritas, bobs, done, pack):
    brought(bobs, pack)
    looked = ImportedPack.objects.get()
    for browser in (charlies, ritas):
        address = reverse("editor:evidence_pack", args=[done.pk])
        assert browser.get(address).status_code == 404
        assert browser.post(address).status_code == 404
        assert browser.get(looked.get_absolute_url()).status_code == 404
        assert browser.post(looked.get_absolute_url()).status_code == 404
        forget = reverse("editor:pack_forget", args=[looked.pk])
        assert browser.post(forget).status_code == 404
    assert ImportedPack.objects.count() == 1
    assert Archive.objects.count() == 1
