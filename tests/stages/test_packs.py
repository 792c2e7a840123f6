"""Evidence packs: an edit's proof leaves this server, and comes into any other one whole."""

import io
import json
import uuid
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from editor import importing, pack_stash, storage
from editor.adjusting import Settings, ask_for, make_next
from editor.archives import ArchiveRefused, ask_for_evidence
from editor.importing import AlreadyHere, keep, look_at
from editor.invariants import broken_invariants
from editor.models import (
    Adjustment,
    Archive,
    Attempt,
    Consent,
    EditJob,
    ImportedPack,
    JobState,
    LedgerEntry,
    Mask,
    Picture,
    Result,
)
from editor.pack_manifest import PackRefused
from editor.packing import make_next as pack_next
from editor.packs import Pack
from editor.pictures import kept
from editor.purging import erase_edits, erase_some
from editor.stocktaking import Stocktaking
from editor.trash import put_edits_into_trash, put_pictures_into_trash
from editor.uploads import receive_picture
from tests.factories import make_job, picture_bytes
from tests.packs import edited, evidence_of, repacked, spoilt, unpacked

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def packing_folder(settings, tmp_path):
    """Where archives are packed in the tests."""
    settings.PACKING_DIR = tmp_path / "packing"


@pytest.fixture
def done(alice):
    """Alice's finished edit, with a mask, two results and something that was sent along."""
    return edited(alice, n=2, references=1)


@pytest.fixture
def pack(done):
    """The evidence of it."""
    return evidence_of(done)


def looked_at(owner, pack):
    return look_at(owner, SimpleUploadedFile("pack.zip", pack))


def all_rows():
    models = (ImportedPack, Picture, Mask, EditJob, Attempt, Result, Consent, LedgerEntry)
    return [model.objects.count() for model in models]


def objects():
    return {
        stored.key
        for folder in ("imports", "pictures", "masks", "results")
        for stored in storage.listed(folder)
    }


# Out


def test_a_pack_holds_every_byte_that_proves_the_edit(done, pack):
    files = unpacked(pack)
    told = json.loads(files["manifest.json"])
    reference = done.references.get().picture
    assert files["original.png"] == kept(done.picture).data
    assert files["mask.png"] == storage.get(done.mask.file.name)
    assert files["reference-1.png"] == kept(reference).data
    for number, result in enumerate(done.results, 1):
        assert files[f"raw-{number}.bin"] == storage.get(result.raw.name)
        assert files[f"result-{number}.png"] == kept(result.picture).data
    assert set(told["files"]) == set(files) - {"manifest.json"}
    edit = told["edit"]
    assert (edit["id"], edit["prompt"], edit["n"]) == (str(done.pk), done.prompt, 2)
    assert edit["cost"] == done.billed_text
    assert edit["cost_nano"] == done.attempts.get().cost_nano
    attempt = told["attempts"][0]
    assert attempt["request_id"] == str(done.attempts.get().pk)
    assert attempt["frame"]["box"] == done.attempts.get().frame["box"]
    assert told["results"][0]["lock"]["changed_pixels"] == 0
    assert told["results"][0]["lock"]["holds"] is True
    assert told["blend"]["feather"] >= 1
    assert [event["sentence"] for event in told["events"]][-1].startswith("2 pictures kept")


def test_no_keys_places_or_other_people_are_in_it(done, rita, settings):
    done.note("Settled as charged: Rita says Bob was here", actor=rita)
    text = unpacked(evidence_of(done))["manifest.json"].decode()
    private = (
        "alice", "Rita", "Bob", str(done.picture.file.name), str(done.results[0].raw.name),
        settings.NANOGPT_API_KEY, "wxyz", "key", str(settings.MEDIA_ROOT),
    )  # fmt: skip
    # In a bucket there is no folder.
    assert [word for word in private if word and word in text] == []
    assert "Staff decided." in text


def test_an_edit_without_a_result_has_nothing_to_prove(alice):
    job = make_job(alice, JobState.FAILED)
    with pytest.raises(ArchiveRefused, match="nothing to prove"):
        ask_for_evidence(job)


def test_evidence_that_is_not_whole_is_not_packed(done):
    storage.put(str(done.results[1].raw.name), b"other bytes")
    archive = ask_for_evidence(done)
    assert pack_next()
    archive.refresh_from_db()
    assert archive.state == Archive.State.FAILED
    assert "gone or damaged" in archive.problem


def test_verify_pack_counts_the_pixels_anew(done, pack, tmp_path, capsys):
    file = tmp_path / "pack.zip"
    file.write_bytes(pack)
    call_command("verify_pack", file)
    said = capsys.readouterr().out
    outside = done.results[0].outside_pixels
    assert f"Result 1: 0 of {outside:,} outside".replace(",", " ") in said
    assert said.endswith("Proved.\n")
    # Somebody paints outside the mask and makes the hashes right.
    image = Image.open(io.BytesIO(unpacked(pack)["result-1.png"]))
    image.putpixel((0, 0), (1, 2, 3))
    out = io.BytesIO()
    image.save(out, "PNG")
    file.write_bytes(spoilt(pack, files={"result-1.png": out.getvalue()}, rehashed=True))
    with pytest.raises(SystemExit):
        call_command("verify_pack", file, "--json")
    problem = json.loads(capsys.readouterr().out)["problem"]
    assert "1 pixels outside the paint differ" in problem


# In


def test_bob_imports_alices_pack_and_has_every_byte_and_the_proof(bob, done, pack):
    money = (Consent.objects.count(), LedgerEntry.objects.count())
    looked = looked_at(bob, pack)
    assert not EditJob.objects.owned_by(bob).exists(), "only looked at"
    job = EditJob.objects.with_pictures().get(pk=keep(looked).pk)
    assert job.owner == bob
    assert job.state == JobState.DONE
    assert job.imported_at is not None
    assert (job.prompt, job.model_name, job.n) == (done.prompt, done.model_name, 2)
    assert (job.billed_text, job.price_text) == ("nothing", "imported")
    assert not job.may_owe
    assert kept(job.picture).data == kept(done.picture).data
    assert storage.get(job.mask.file.name) == storage.get(done.mask.file.name)
    assert (job.mask.painted_pixels, job.mask.left) == (done.mask.painted_pixels, done.mask.left)
    for theirs, hers in zip(job.results, done.results, strict=True):
        assert kept(theirs.picture).data == kept(hers.picture).data
        assert storage.get(theirs.raw.name) == storage.get(hers.raw.name)
        assert theirs.lock_sentence == hers.lock_sentence
        assert (theirs.drift, theirs.colour_matched) == (hers.drift, hers.colour_matched)
        assert theirs.picture.owner == bob
    assert [each.picture.name for each in job.references.all()] == ["lent 0.png"]
    assert (Consent.objects.count(), LedgerEntry.objects.count()) == money
    assert broken_invariants(read_bytes=True) == []
    found = []
    Stocktaking(found.append, lambda *_: None, read_bytes=True).take()
    assert found == []
    assert list(EditJob.objects.for_gallery(bob)) == [job]
    assert storage.look_at(storage.pack_key(looked.pk)) is None
    assert done.picture.owner_id != bob.pk, "nothing of hers is his"


def test_what_was_imported_is_packed_again_with_the_same_bytes(bob, pack):
    job = keep(looked_at(bob, pack))
    before, after = unpacked(pack), unpacked(evidence_of(job))
    assert {name: data for name, data in after.items() if name != "manifest.json"} == {
        name: data for name, data in before.items() if name != "manifest.json"
    }


def test_an_imported_edit_is_adjusted_and_edited_further(bob, pack):
    job = EditJob.objects.with_pictures().get(pk=keep(looked_at(bob, pack)).pk)
    settings = Settings(
        feather=3,
        grow=0,
        opacity=100,
        match_colour=True,
        undo_drift=True,
        result=job.results[0].pk,
    )
    asked, _ = ask_for(job, settings, None)
    assert make_next()
    asked.refresh_from_db()
    assert asked.state == Adjustment.State.DONE, asked.problem
    assert asked.changed_pixels == 0
    further = make_job(bob, picture=job.results[0].picture)
    assert further.picture.parent == job.picture


def test_nothing_can_be_paid_again_for_what_was_imported(bob, bobs, pack):
    job = keep(looked_at(bob, pack))
    bobs.post(f"/jobs/{job.pk}/pay-again/", {"shown_price": "", "agreed_before": "0"})
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert not job.consents.exists()


def test_the_same_pack_twice_leads_to_the_first_edit(bob, charlie, pack):
    job = keep(looked_at(bob, pack))
    with pytest.raises(AlreadyHere, match="imported this pack before") as here:
        looked_at(bob, pack)
    assert here.value.job == job
    with pytest.raises(AlreadyHere):
        looked_at(bob, repacked(unpacked(pack)))
    assert looked_at(charlie, pack), "what Bob has is not Charlie's business"


def test_two_looks_and_two_clicks_are_one_edit(bob, pack):
    one, two = looked_at(bob, pack), looked_at(bob, pack)
    job = keep(one)
    assert keep(ImportedPack.objects.get(pk=one.pk)) == job
    with pytest.raises(AlreadyHere):
        keep(two)
    assert EditJob.objects.owned_by(bob).count() == 1


def test_alice_is_told_that_the_edit_is_hers_already(alice, done, pack):
    with pytest.raises(AlreadyHere, match="an edit of your own") as here:
        looked_at(alice, pack)
    assert here.value.job == done


def test_an_original_that_bob_has_already_is_not_kept_twice(bob, done, pack):
    upload = SimpleUploadedFile("mine.png", kept(done.picture).data)
    from_before = receive_picture(bob, upload)
    job = keep(looked_at(bob, pack))
    assert job.picture == from_before


def meanwhile(monkeypatch, happens):
    """Let something happen after a pack's files were stored and before its rows are written."""
    commit = importing._commit

    def later(*args):
        monkeypatch.setattr(importing, "_commit", commit)
        happens()
        return commit(*args)

    monkeypatch.setattr(importing, "_commit", later)


def test_the_same_pack_kept_twice_at_once_leaves_nothing_over(bob, pack, monkeypatch):
    one, two = looked_at(bob, pack), looked_at(bob, pack)
    meanwhile(monkeypatch, lambda: keep(one))
    with pytest.raises(AlreadyHere):
        keep(two)
    assert [job.pk for job in EditJob.objects.owned_by(bob)] == [one.job_to_be]
    ImportedPack.objects.update(created_at=timezone.now() - timedelta(hours=2))
    before = objects()
    assert pack_stash.sweep() == 1
    assert {key.split("/")[0] for key in before - objects()} == {
        "imports",
        "masks",
        "pictures",
        "results",
    }
    assert not [key for key in objects() if str(two.picture_id("original.png")) in key]
    assert broken_invariants(read_bytes=True) == []


def test_two_packs_of_one_original_kept_at_once_have_one_picture(bob, done, pack, monkeypatch):
    again = make_job(done.owner, JobState.DONE, picture=done.picture)
    call = Attempt.objects.create(
        job=again, consent=again.consents.get(), state=Attempt.State.SAVED, cost_nano=1
    )
    Result.objects.filter(attempt__job=done).update(attempt=call)
    one, two = looked_at(bob, pack), looked_at(bob, evidence_of(again))
    meanwhile(monkeypatch, lambda: keep(one))
    assert keep(two).picture == EditJob.objects.get(pk=one.job_to_be).picture
    assert Picture.objects.owned_by(bob).filter(sha256=done.picture.sha256).count() == 1
    walked = Stocktaking(lambda found: pytest.fail(str(found)), lambda *_: None)
    assert walked.take().wrong == 0


def test_an_original_that_goes_while_its_pack_is_kept_is_not_edited(bob, done, pack, monkeypatch):
    upload = SimpleUploadedFile("mine.png", kept(done.picture).data)
    mine = receive_picture(bob, upload)
    looked = looked_at(bob, pack)
    meanwhile(monkeypatch, lambda: put_pictures_into_trash(bob, [mine.pk]))
    with pytest.raises(PackRefused, match="deleted here just now"):
        keep(looked)
    assert not EditJob.objects.owned_by(bob).exists()
    assert keep(ImportedPack.objects.get(pk=looked.pk)).picture != mine


def test_an_edit_without_a_mask_is_imported_too(alice, bob):
    job = keep(looked_at(bob, evidence_of(edited(alice, masked=False))))
    assert job.mask is None
    assert job.results[0].lock_holds is None


def test_erased_it_is_gone_with_all_that_the_pack_told(bob, pack):
    job = keep(looked_at(bob, pack))
    put_edits_into_trash(bob, [job.pk])
    erase_edits(bob, [job.pk])
    assert erase_some()
    job.refresh_from_db()
    assert job.purged_at is not None
    assert not ImportedPack.objects.exists()
    assert keep(looked_at(bob, pack)) != job, "and can be imported anew"
    assert broken_invariants() == []


def test_a_pack_that_nobody_keeps_is_forgotten_after_an_hour(bob, pack):
    looked = looked_at(bob, pack)
    assert pack_stash.sweep() == 0
    ImportedPack.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert pack_stash.sweep() == 1
    assert not ImportedPack.objects.exists()
    assert storage.look_at(storage.pack_key(looked.pk)) is None
    other = looked_at(bob, pack)
    pack_stash.forget(other)
    assert storage.look_at(storage.pack_key(other.pk)) is None


def test_the_bytes_of_a_pack_are_never_without_a_row(bob, pack, monkeypatch):
    def dies(*_args):
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(importing.storage, "put_file", dies)
        with pytest.raises(SystemExit):
            looked_at(bob, pack)
    assert ImportedPack.objects.get().file.name, "the sweep would know"
    ImportedPack.objects.all().delete()

    def away(*_args):
        message = "away"
        raise OSError(message)

    looked = looked_at(bob, pack)
    with monkeypatch.context() as patched:
        patched.setattr(pack_stash.storage, "drop", away)
        job = keep(looked)
    assert storage.look_at(storage.pack_key(looked.pk)), "the sweep comes later"
    put_edits_into_trash(bob, [job.pk])
    erase_edits(bob, [job.pk])
    assert erase_some()
    assert not ImportedPack.objects.exists()
    assert storage.look_at(storage.pack_key(looked.pk)) is None


def test_what_storage_has_lost_before_it_was_kept_is_said(bob, pack):
    looked = looked_at(bob, pack)
    storage.drop(str(looked.file.name))
    with pytest.raises(PackRefused, match="Choose the file again"):
        keep(looked)
    assert not EditJob.objects.owned_by(bob).exists()


def test_who_died_while_keeping_it_keeps_it_the_next_time(bob, pack, monkeypatch):
    looked = looked_at(bob, pack)

    def dies(*_args):
        message = "the process dies here"
        raise OSError(message)

    with monkeypatch.context() as patched:
        patched.setattr(importing, "_attempts", dies)
        with pytest.raises(OSError, match="dies here"):
            keep(looked)
    assert not EditJob.objects.owned_by(bob).exists()
    assert keep(ImportedPack.objects.get(pk=looked.pk)).owner == bob
    assert broken_invariants(read_bytes=True) == []


def test_the_database_lets_no_other_call_be_without_consent(done):
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(job=done, consent=None, state=Attempt.State.SAVED)
    Attempt.objects.create(job=done, consent=None, state=Attempt.State.IMPORTED)


# What is refused


def refusals(pack):
    """Ways to spoil a pack, and what is said of each."""
    files = unpacked(pack)
    without_mask = {name: data for name, data in files.items() if name != "mask.png"}
    other = picture_bytes((64, 48))

    def setting(*path):
        *way, last, value = path

        def change(told):
            for step in way:
                told = told[step]
            told[last] = value

        return change

    big = {"sha256": "0" * 64, "bytes": 7}
    yield "no ZIP at all", b"GIF89a", "no ZIP"
    yield "cut off", pack[: len(pack) // 2], "damaged or cut off"
    yield "nothing in it", repacked({}), "no manifest"
    yield "another ZIP", repacked({"photo.png": other}), "no manifest"
    yield "a manifest of something else", repacked({"manifest.json": b"{}"}), "no evidence pack"
    yield "no JSON", repacked({**files, "manifest.json": b"\xff\xfe"}), "no JSON"
    yield "endless brackets", repacked({**files, "manifest.json": b"[" * 100_000}), "no JSON"
    yield "a newer one", spoilt(pack, setting("version", 2)), "newer NanoEdit"
    yield "a file less", repacked(without_mask), "not what its manifest lists"
    yield "a file more", repacked({**files, "virus.exe": b"MZ"}), "not what its manifest lists"
    yield "a way out", spoilt(pack, setting("files", "../evil.png", big)), "does not belong there"
    yield "an absolute way", spoilt(pack, setting("files", "/etc/passwd", big)), "does not belong"
    yield "other bytes", spoilt(pack, files={"original.png": other}), "another size"
    flipped = bytearray(files["raw-1.bin"])
    flipped[-1] ^= 1
    yield "one bit", spoilt(pack, files={"raw-1.bin": bytes(flipped)}), "not what it was"
    yield (
        "no picture",
        spoilt(pack, files={"result-1.png": b"hello, hello"}, rehashed=True),
        "result-1.png cannot be taken",
    )
    yield (
        "another original",
        spoilt(pack, files={"original.png": other}, rehashed=True),
        "cannot be checked",
    )
    yield (
        "another result",
        spoilt(pack, files={"result-1.png": other}, rehashed=True),
        "another size than the original",
    )
    yield "a prompt too long", spoilt(pack, setting("edit", "prompt", "x" * 5000)), "too long"
    yield "no prompt", spoilt(pack, lambda told: told["edit"].pop("prompt")), "is missing"
    yield "a number for words", spoilt(pack, setting("edit", "model", 7)), "not what it should be"
    yield "many results", spoilt(pack, setting("edit", "n", 10**9)), "out of bounds"
    yield "a call too many", spoilt(pack, setting("results", 0, "attempt", 9)), "belongs to no call"
    yield (
        "a frame outside",
        spoilt(pack, setting("attempts", 0, "frame", "box", [0, 0, 9000, 9000])),
        "outside the original",
    )
    yield (
        "a frame of words",
        spoilt(pack, setting("attempts", 0, "frame", "inner", ["a", 0, 1, 1])),
        "a frame is none",
    )
    yield (
        "the same file twice",
        spoilt(pack, setting("results", 1, "result", "result-1.png")),
        "not what the edit is made of",
    )
    yield (
        "a share over one",
        spoilt(pack, setting("results", 0, "lock", "raw_changed_share", 3)),
        "no share",
    )


def test_whatever_is_wrong_is_said_in_a_sentence_and_nothing_is_kept(bob, pack):
    before, stored = all_rows(), objects()
    seen = 0
    for name, bytes_of_it, sentence in refusals(pack):
        with pytest.raises(PackRefused) as refused:
            looked_at(bob, bytes_of_it)
        assert sentence in str(refused.value), name
        assert str(refused.value).endswith("."), name
        seen += 1
    assert seen > 20
    assert all_rows() == before
    assert objects() == stored


def test_a_bomb_is_not_unpacked(bob, pack, settings, monkeypatch):
    settings.MAX_REQUEST_BYTES = 5_000_000
    bomb = repacked({**unpacked(pack), "raw-1.bin": b"\0" * 50_000_000})
    assert len(bomb) < 1_000_000
    opened = []
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda *_args: opened.append(1) or b"")
    with pytest.raises(PackRefused, match="larger than this server takes"):
        looked_at(bob, bomb)
    many = repacked({"manifest.json": b"{}", **{f"{i}.png": b"\0" * 4_000_000 for i in range(3)}})
    with pytest.raises(PackRefused, match="Unpacked"):
        looked_at(bob, many)
    crowd = repacked({"manifest.json": b"{}", **{f"{i}.png": b"" for i in range(300)}})
    with pytest.raises(PackRefused, match="too many files"):
        looked_at(bob, crowd)
    assert opened == []


def test_a_header_that_lies_about_its_size_gets_no_further(bob, pack):
    lying = bytearray(pack)
    # The directory at the end says that a file is smaller than it is.
    place = pack.rindex(b"PK\x01\x02", 0, pack.rindex(b"manifest.json"))
    lying[place + 24 : place + 28] = (20).to_bytes(4, "little")
    with pytest.raises(PackRefused):
        looked_at(bob, bytes(lying))


@pytest.mark.parametrize(
    ("name", "attributes"), [("mask.png", 0o120777 << 16), ("folder/", 0o40755 << 16)]
)
def test_links_and_folders_are_refused(bob, pack, name, attributes):
    out = io.BytesIO()
    files = {**unpacked(pack), name: b"/etc/passwd" if name == "mask.png" else b""}
    with zipfile.ZipFile(out, "w") as writer:
        for each, data in files.items():
            info = zipfile.ZipInfo(each)
            info.external_attr = attributes if each == name else 0o100644 << 16
            writer.writestr(info, data)
    with pytest.raises(PackRefused, match="no plain file"):
        looked_at(bob, out.getvalue())


def test_an_encrypted_pack_is_refused(bob, pack):
    locked = bytearray(pack)
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = pack.index(mark)
        locked[at + place] |= 1
    with pytest.raises(PackRefused, match="encrypted"):
        looked_at(bob, bytes(locked))


def test_a_picture_larger_than_this_server_takes_is_refused(bob, pack, settings):
    settings.MAX_PIXELS = 320 * 240 - 1
    with pytest.raises(PackRefused, match=r"original\.png cannot be taken"):
        looked_at(bob, pack)


def test_nobody_fills_the_storage_by_looking(bob, pack, monkeypatch):
    monkeypatch.setattr(importing, "MOST_WAITING", 1)
    looked_at(bob, pack)
    with pytest.raises(PackRefused, match="looked at many packs"):
        looked_at(bob, pack)


def test_the_identity_of_a_pack_is_its_edit_and_its_bytes(pack):
    def identity(data):
        with Pack.open(io.BytesIO(data), importing.limits()) as opened:
            return opened.manifest.identity

    first = identity(pack)
    assert identity(repacked(unpacked(pack))) == first
    other = spoilt(pack, lambda told: told["edit"].update(id=str(uuid.uuid4())))
    assert identity(other) != first
