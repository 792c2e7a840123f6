"""Pictures to take away: packed by one worker at a time, whatever dies; gone after a while."""

import csv
import hashlib
import io
import json
import uuid
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from editor import archives, leases, packing, storage
from editor.archives import (
    ArchiveRefused,
    FileChoice,
    NotTheirs,
    ask_for_archive,
    make_again,
    plan,
    remove,
)
from editor.imaging import steps
from editor.invariants import broken_invariants
from editor.models import Archive, Attempt, JobState, Picture, Result
from editor.packing import Overtaken, make_next
from editor.pictures import RENDITION_SIDES, keep_picture, kept, limits_from
from editor.stocktaking import Stocktaking
from tests.factories import make_job, make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def packing_folder(settings, tmp_path):
    """Where archives are packed in the tests."""
    settings.PACKING_DIR = tmp_path / "packing"


def packed(archive):
    """Let the worker pack it, and open it."""
    while make_next():
        pass
    archive.refresh_from_db()
    assert archive.state == Archive.State.READY, archive.problem
    return zipfile.ZipFile(io.BytesIO(storage.get(str(archive.file.name))))


def manifest_of(opened):
    return json.loads(opened.read("manifest.json"))


def edited(owner, settings, name="garden.png"):
    """A finished edit of this person's whose result is a picture, without any call."""
    job = make_job(owner, JobState.DONE, picture=make_picture(owner, name=name))
    data = kept(job.picture).data
    attempt = Attempt.objects.create(
        job=job, consent=job.consents.get(), state=Attempt.State.SAVED, cost_nano=40_000_000
    )
    shown = steps.show(data, limits_from(settings), RENDITION_SIDES)
    made = keep_picture(owner, "garden (edited)", Picture.Origin.RESULT, data, shown)
    made.save(force_insert=True)
    Result.objects.create(
        attempt=attempt,
        index=0,
        raw=storage.put(storage.raw_key(attempt.pk, 0), data),
        raw_sha256=hashlib.sha256(data).hexdigest(),
        raw_bytes=len(data),
        picture=made,
        outside_pixels=70_000,
        changed_pixels=0,
    )
    return job


def test_alice_takes_her_pictures_away_with_their_names_and_how_they_were_made(alice, settings):
    upload = make_picture(alice, name="a/strange: name?.png")
    job = edited(alice, settings)
    archive = ask_for_archive(alice, pictures=[upload.pk], jobs=[job.pk], with_originals=True)
    opened = packed(archive)
    names = ["001 strange_ name_.png", "002 garden.png", "003 garden (edited).png"]
    assert opened.namelist() == [*names, "manifest.json", "manifest.csv"]
    assert opened.read(names[0]) == kept(upload).data, "the very bytes that she sent"
    files = manifest_of(opened)["files"]
    for name, told in zip(names, files, strict=True):
        data = opened.read(name)
        assert told["name"] == name
        assert told["sha256"] == hashlib.sha256(data).hexdigest()
        assert told["bytes"] == len(data)
        assert (told["width"], told["height"]) == Image.open(io.BytesIO(data)).size
    made = files[2]
    assert made["prompt"] == "make it golden"
    assert made["cost"] == "$0.04"
    assert made["lock"]["holds"] is True
    assert "prompt" not in files[0]
    table = list(csv.DictReader(io.StringIO(opened.read("manifest.csv").decode("utf-8-sig"))))
    assert [row["file"] for row in table] == names
    assert table[2]["lock check"] == "0 of 70 000 outside pixels changed"


def test_nothing_in_it_tells_of_keys_places_or_people(alice, settings):
    opened = packed(ask_for_archive(alice, jobs=[edited(alice, settings).pk]))
    text = (opened.read("manifest.json") + opened.read("manifest.csv")).decode()
    for private in ("alice", "pictures/", str(settings.PACKING_DIR), settings.NANOGPT_API_KEY):
        assert private not in text


def test_results_as_jpeg_and_uploads_as_they_came(alice, settings):
    upload = make_picture(alice)
    job = edited(alice, settings)
    asked = ask_for_archive(alice, pictures=[upload.pk], jobs=[job.pk], choice=FileChoice.JPEG)
    opened = packed(asked)
    assert opened.namelist()[:2] == ["001 garden.png", "002 garden (edited).jpg"]
    assert Image.open(io.BytesIO(opened.read("002 garden (edited).jpg"))).format == "JPEG"
    assert opened.read("001 garden.png") == kept(upload).data


def test_progress_is_told_while_it_is_packed(alice, monkeypatch):
    pictures = [make_picture(alice, (40, 30)).pk for _ in range(3)]
    archive = ask_for_archive(alice, pictures=pictures)
    monkeypatch.setattr(packing, "TELL_SECONDS", -1)
    told = []
    add = packing.add_kept

    def watched(*args):
        told.append(Archive.objects.get(pk=archive.pk).packed)
        return add(*args)

    monkeypatch.setattr(packing, "add_kept", watched)
    packed(archive)
    assert told == [0, 1, 2]
    archive.refresh_from_db()
    assert archive.packed == archive.total == 3


def test_the_same_wish_twice_is_one_archive_and_later_a_new_one(alice):
    picture = make_picture(alice)
    first = ask_for_archive(alice, pictures=[picture.pk])
    assert ask_for_archive(alice, pictures=[picture.pk]) == first
    packed(first)
    assert ask_for_archive(alice, pictures=[picture.pk]) == first
    other = ask_for_archive(alice, pictures=[picture.pk], choice=FileChoice.WEBP)
    assert other != first
    Archive.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert ask_for_archive(alice, pictures=[picture.pk]) != first


def test_nothing_of_bobs_goes_in(alice, bob, settings):
    mine, his, job = make_picture(alice), make_picture(bob), edited(bob, settings)
    with pytest.raises(NotTheirs):
        ask_for_archive(alice, pictures=[mine.pk, his.pk])
    with pytest.raises(NotTheirs):
        ask_for_archive(alice, jobs=[job.pk])
    with pytest.raises(NotTheirs):
        ask_for_archive(alice, pictures=[uuid.uuid4()])
    assert not Archive.objects.exists()
    # Should an id of his ever get into a row, his bytes still would not get into the file.
    archive = ask_for_archive(alice, pictures=[mine.pk])
    archive.asked["pictures"].append(str(his.pk))
    archive.save()
    opened = packed(archive)
    assert len(manifest_of(opened)["files"]) == 1


def test_too_much_for_one_file_becomes_parts_numbered_through(alice, monkeypatch):
    pictures = [make_picture(alice, (40, 30)).pk for _ in range(5)]
    monkeypatch.setattr(archives, "MOST_PICTURES", 2)
    assert [len(part) for part in plan(alice, pictures).parts] == [2, 2, 1]
    first = ask_for_archive(alice, pictures=pictures)
    parts = list(Archive.objects.of_wish(first))
    assert [part.file_name[-17:] for part in parts] == [f"(part {n} of 3).zip" for n in (1, 2, 3)]
    names = [packed(part).namelist()[0] for part in parts]
    assert names == ["001 garden.png", "003 garden.png", "005 garden.png"]
    monkeypatch.setattr(archives, "MOST_PARTS", 2)
    with pytest.raises(ArchiveRefused, match="choose fewer"):
        plan(alice, pictures)
    size = Picture.objects.get(pk=pictures[0]).bytes
    monkeypatch.setattr(archives, "MOST_PARTS", 10)
    monkeypatch.setattr(archives, "MOST_PICTURES", 1000)
    monkeypatch.setattr(archives, "MOST_BYTES", 3 * size)
    assert [len(part) for part in plan(alice, pictures).parts] == [3, 2]


def test_nobody_fills_the_queue(alice, monkeypatch):
    monkeypatch.setattr(archives, "MOST_OPEN", 1)
    one, two = make_picture(alice), make_picture(alice)
    ask_for_archive(alice, pictures=[one.pk])
    with pytest.raises(ArchiveRefused, match="still being packed") as refused:
        ask_for_archive(alice, pictures=[two.pk])
    assert refused.value.status == 429
    with pytest.raises(ArchiveRefused, match="choose at least one"):
        ask_for_archive(alice)


def test_what_was_deleted_or_damaged_since_is_left_out_and_said(alice):
    there, gone, lost, damaged = (make_picture(alice, (40, 30)) for _ in range(4))
    archive = ask_for_archive(alice, pictures=[there.pk, gone.pk, lost.pk, damaged.pk])
    Picture.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    storage.drop(str(lost.file.name))
    storage.put(str(damaged.file.name), b"other bytes")
    opened = packed(archive)
    told = manifest_of(opened)
    assert [each["name"] for each in told["files"]] == ["001 garden.png"]
    assert [each["picture"] for each in told["left_out"]] == [
        str(pk) for pk in (gone.pk, lost.pk, damaged.pk)
    ]
    assert opened.namelist() == ["001 garden.png", "manifest.json", "manifest.csv"]


def test_nothing_left_to_pack_is_said(alice):
    picture = make_picture(alice)
    archive = ask_for_archive(alice, pictures=[picture.pk])
    Picture.objects.update(deleted_at=timezone.now())
    assert make_next()
    archive.refresh_from_db()
    assert archive.state == Archive.State.FAILED
    assert archive.problem == "None of these pictures is there any more."
    Picture.objects.update(deleted_at=None)
    assert make_again(archive)
    packed(archive)


# Workers that die, and that are two


def test_what_a_killed_worker_left_half_packed_is_packed_by_the_next_one(alice, monkeypatch):
    archive = ask_for_archive(alice, pictures=[make_picture(alice).pk])
    left = packing._take()
    key = storage.put(storage.archive_key(archive.pk, left.fence), b"half of it")
    soon = timezone.now() + timedelta(seconds=20)
    Archive.objects.update(worker="elsewhere:1", lease_until=soon)
    assert not make_next(), "somebody is at it"
    monkeypatch.setattr(leases, "is_dead", lambda worker: worker == "elsewhere:1")
    packed(archive)
    assert storage.look_at(key) is None, "and what it left is gone"
    assert broken_invariants(read_bytes=True) == []


def test_a_lease_that_is_over_is_anybodys(alice):
    archive = ask_for_archive(alice, pictures=[make_picture(alice).pk])
    packing._take()
    Archive.objects.update(worker="elsewhere:2", lease_until=timezone.now() - timedelta(minutes=5))
    assert [(broken.name, broken.row) for broken in broken_invariants()] == [
        ("I1", f"archive {archive.pk}")
    ]
    packed(archive)


def test_of_two_workers_at_once_one_packs_and_the_other_changes_nothing(alice):
    archive = ask_for_archive(alice, pictures=[make_picture(alice).pk])
    slow = packing._take()
    Archive.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    quick = packing._take()
    assert packing._take() is None
    packing._make(quick)
    archive.refresh_from_db()
    before = (archive.state, archive.file.name, archive.sha256)
    packing._make(slow)
    archive.refresh_from_db()
    assert (archive.state, archive.file.name, archive.sha256) == before
    assert archive.state == Archive.State.READY
    assert storage.digest_of(str(archive.file.name))[0] == archive.sha256
    assert storage.look_at(storage.archive_key(archive.pk, slow.fence)) is None


def test_who_is_overtaken_while_storing_leaves_no_file_behind(alice, monkeypatch):
    archive = ask_for_archive(alice, pictures=[make_picture(alice).pk])
    taken = packing._take()
    put = storage.put_file

    def overtaken(key, opened):
        Archive.objects.update(fence=taken.fence + 1)
        return put(key, opened)

    monkeypatch.setattr(storage, "put_file", overtaken)
    packing._make(taken)
    assert storage.look_at(storage.archive_key(archive.pk, taken.fence)) is None
    archive.refresh_from_db()
    assert archive.state == Archive.State.PACKING


def test_the_heartbeat_renews_what_is_being_packed(alice):
    archive = ask_for_archive(alice, pictures=[make_picture(alice).pk])
    packing._take()
    Archive.objects.update(lease_until=timezone.now() - timedelta(seconds=5))
    with leases.holding_archive(archive.pk):
        leases.renew()
    archive.refresh_from_db()
    assert archive.lease_until > timezone.now()


def test_storage_that_is_away_is_waited_for_and_not_for_ever(alice, monkeypatch):
    def away(*_args):
        message = "storage is away"
        raise OSError(message)

    archive = ask_for_archive(alice, pictures=[make_picture(alice).pk])
    with monkeypatch.context() as patched:
        patched.setattr(storage, "put_file", away)
        assert make_next()
    archive.refresh_from_db()
    assert archive.state == Archive.State.WAITING
    assert archive.next_at > timezone.now()
    assert not make_next(), "not before its time"
    with monkeypatch.context() as patched:
        patched.setattr(storage, "put_file", away)
        for _try in range(packing.MOST_TRIES - 1):
            Archive.objects.update(next_at=None)
            assert make_next()
    archive.refresh_from_db()
    assert archive.state == Archive.State.FAILED
    assert "away or full" in archive.problem


# Its end


def test_after_its_time_the_file_goes_and_it_is_made_again(alice):
    archive = ask_for_archive(alice, pictures=[make_picture(alice).pk])
    packed(archive)
    key = str(archive.file.name)
    assert archive.expires_at - archive.ready_at == timedelta(hours=24)
    assert archives.sweep() == 0
    Archive.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert archives.sweep() == 1
    archive.refresh_from_db()
    assert archive.state == Archive.State.GONE
    assert storage.look_at(key) is None
    assert broken_invariants() == []
    assert make_again(archive)
    assert not make_again(archive), "once"
    assert packed(archive).namelist()[0] == "001 garden.png"


def test_a_file_that_does_not_go_goes_with_the_next_sweep(alice, monkeypatch):
    archive = ask_for_archive(alice, pictures=[make_picture(alice).pk])
    packed(archive)
    Archive.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    def away(*_args):
        message = "storage is away"
        raise OSError(message)

    with monkeypatch.context() as patched:
        patched.setattr(storage, "drop", away)
        assert archives.sweep() == 0
    archive.refresh_from_db()
    assert archive.state == Archive.State.GONE, "nobody gets it meanwhile"
    assert archives.sweep() == 1
    assert archives.sweep() == 0


def test_deleting_takes_the_file_along_and_stops_who_packs_it(alice, monkeypatch):
    archive = ask_for_archive(alice, pictures=[make_picture(alice).pk])
    packed(archive)
    key = str(archive.file.name)
    remove(archive)
    assert storage.look_at(key) is None
    assert not Archive.objects.exists()
    other = ask_for_archive(alice, pictures=[make_picture(alice).pk])
    taken = packing._take()
    remove(other)
    with pytest.raises(Overtaken):
        packing._keep(taken)
    assert list(storage.listed(f"archives/{other.pk}")) == []
    assert Picture.objects.filter(deleted_at=None).count() == 2, "the pictures stay"


def test_verify_storage_knows_what_belongs_to_archives(alice):
    archive = ask_for_archive(alice, pictures=[make_picture(alice).pk])
    packed(archive)

    def taken_stock():
        found = []
        Stocktaking(found.append, lambda *_: None, read_bytes=True).take()
        return [(each.wrong, each.key) for each in found]

    assert taken_stock() == []
    storage.drop(str(archive.file.name))
    assert [key for _wrong, key in taken_stock()] == [archive.file.name]
