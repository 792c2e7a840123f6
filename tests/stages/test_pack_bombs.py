"""Evidence packs that would fill a server's memory, or its database with what it cannot hold."""

import io
import struct
import tracemalloc
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from editor import importing, pack_stash, storage
from editor.importing import keep, look_at
from editor.models import EditJob, ImportedPack
from editor.pack_manifest import PackRefused, read_manifest
from tests.packs import edited, evidence_of, repacked, unpacked

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def packing_folder(settings, tmp_path):
    """Where archives are packed in the tests."""
    settings.PACKING_DIR = tmp_path / "packing"


@pytest.fixture
def pack(alice):
    """The evidence of an edit of Alice's."""
    return evidence_of(edited(alice))


def looked_at(person, data):
    return look_at(person, SimpleUploadedFile("pack.zip", data))


def test_a_manifest_that_lies_about_its_size_fills_no_memory(bob):
    lying = bytearray(repacked({"manifest.json": b" " * 100_000_000}))
    place = lying.rindex(b"PK\x01\x02")
    lying[place + 24 : place + 28] = struct.pack("<L", 1000)
    tracemalloc.start()
    try:
        with pytest.raises(PackRefused):
            looked_at(bob, bytes(lying))
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_list_of_endless_entries_is_not_even_read(bob, monkeypatch):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as writer:
        for number in range(4000):
            writer.writestr(f"{number}.png", b"")
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(PackRefused, match="too many files"):
        looked_at(bob, out.getvalue())


@pytest.mark.parametrize(
    "odd", ["NaN", "-Infinity", "1e999", r'"\u0000"', r'["\ud800"]', r'{"\u0000": 1}']
)
def test_what_no_database_holds_is_refused_wherever_it_stands(bob, bobs, pack, odd):
    files = unpacked(pack)
    whole = files["manifest.json"].rstrip()
    assert read_manifest(whole[:-1] + b', "more": ["x", 1.5, {"y": null}]}')
    files["manifest.json"] = whole[:-1] + f', "more": {odd}}}'.encode()
    upload = SimpleUploadedFile("pack.zip", repacked(files), "application/zip")
    answer = bobs.post(reverse("editor:pack_import"), {"pack": upload})
    assert answer.status_code == 422
    assert not ImportedPack.objects.exists()


def test_what_is_forgotten_while_it_is_being_kept_is_said(bob, pack, monkeypatch):
    looked = looked_at(bob, pack)
    store = importing._store

    def stored_while_bob_forgets_it(*about):
        kept = store(*about)
        pack_stash.forget(ImportedPack.objects.get(pk=looked.pk))
        return kept

    monkeypatch.setattr(importing, "_store", stored_while_bob_forgets_it)
    with pytest.raises(PackRefused, match="Choose the file again"):
        keep(looked)
    assert not EditJob.objects.owned_by(bob).exists()
    assert storage.look_at(storage.pack_key(looked.pk)) is None
