"""Storage is held against the rows: what is missing, changed or left over is found and named."""

import io
import json
import uuid
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from editor import drafts, file_claims, stocktaking, storage
from editor.drafts import save_draft
from editor.imaging.renditions import RenditionFormat
from editor.models import Draft, DraftMask, JobState, Mask, Picture, RenditionFile, UpstreamModel
from editor.offers import refresh_catalogue
from editor.pictures import full_rendition
from editor.processing import process_job
from editor.renditions import open_rendition
from editor.results import keep_answer
from editor.stocktaking import Stocktaking
from tests.factories import make_job, make_mask, make_picture, mask_bytes
from tests.stages.test_drafts import left

pytestmark = pytest.mark.django_db

DAMAGE = ("missing", "other_size", "changed", "unreadable", "orphans")


@pytest.fixture(autouse=True)
def a_storage_of_its_own(settings, tmp_path, monkeypatch):
    """Rows of other tests are gone, their files are not; and nobody waits a second here."""
    monkeypatch.setattr(stocktaking, "SECOND_LOOK_SECONDS", 0)
    kept_in = settings.STORAGES["default"]
    remote = "bucket_name" in kept_in["OPTIONS"]
    own = {"bucket_name": f"own-{uuid.uuid4().hex}"} if remote else {"location": tmp_path}
    changed = {**kept_in, "OPTIONS": {**kept_in["OPTIONS"], **own}}
    settings.STORAGES = {**settings.STORAGES, "default": changed}
    if remote:
        default_storage.bucket.create()


def every_key() -> set[str]:
    folders, _ = storage.folders()
    return {stored.key for folder in folders for stored in storage.listed(folder)}


@pytest.fixture
def a_day_later(monkeypatch):
    """What lies in storage now has lain there for over a day."""
    monkeypatch.setattr(stocktaking, "ORPHAN_AFTER", timedelta(days=-1))


@pytest.fixture
def picture(alice) -> Picture:
    return make_picture(alice)


@pytest.fixture
def everything(alice, upstream) -> Picture:
    """One object of each kind: an upload, a mask, an edit with its results, strokes of a draft."""
    refresh_catalogue()
    model = UpstreamModel.objects.get(model_id="sandbox/square-lite")
    picture = make_picture(alice)
    job = make_job(alice, picture=picture, model=model)
    process_job(job.pk)
    keep_answer(job.attempts.get().pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    save_draft(picture, left("a lamp", mask_bytes()), revision=uuid.uuid4(), base=None)
    open_rendition(picture, "thumb", RenditionFormat.WEBP).close()
    full_rendition(picture)
    return picture


def verify(*options: str) -> tuple[dict, list[str]]:
    """Run the command; give its figures and the lines before them."""
    out, code = io.StringIO(), 0
    try:
        call_command("verify_storage", "--json", "--list", *options, stdout=out)
    except SystemExit as ended:
        code = ended.code
    *lines, last = out.getvalue().splitlines()
    figures = json.loads(last)
    assert code == (0 if figures["ok"] else 1)
    return figures, lines


def damage(figures: dict) -> dict[str, int]:
    """What is wrong, without the noughts."""
    return {name: figures[name] for name in DAMAGE if figures[name]}


def overwrite(key: str, data: bytes) -> None:
    """Put other bytes there behind NanoEdit's back."""
    default_storage.delete(key)
    default_storage.save(key, ContentFile(data))


def flipped(data: bytes) -> bytes:
    """The same length, another byte in the middle."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


def test_what_is_whole_is_counted_and_every_object_has_a_digest(everything, a_day_later):
    figures, lines = verify("--bytes")
    assert (figures["ok"], lines) == (True, [])
    keys = every_key()
    assert figures["objects"] == figures["read"] == len(keys)
    assert {key.partition("/")[0] for key in keys} == {"pictures", "masks", "drafts", "results"}
    assert figures["digests_unknown"] == 0


def test_each_kind_of_object_is_found_when_it_is_gone_cut_off_or_changed(everything):
    whole = {key: storage.get(key) for key in every_key()}
    needed = {key for key in whole if not may_be_gone(key)}
    assert len(whole) > len(needed) >= 8
    for key, data in whole.items():
        overwrite(key, data[:-7])
    figures, lines = verify()
    assert damage(figures) == {"other_size": len(whole)}
    assert figures["read"] == 0
    assert {line.split()[2] for line in lines} == set(whole)
    for key, data in whole.items():
        overwrite(key, flipped(data))
    assert verify()[0]["ok"], "the size is the same"
    figures, lines = verify("--bytes")
    assert damage(figures) == {"changed": len(whole)}
    assert {line.split()[1] for line in lines} == set(whole)
    storage.drop(*whole)
    figures, lines = verify()
    assert damage(figures) == {"missing": len(needed)}
    assert {line.split()[1] for line in lines} == needed
    for key, data in whole.items():
        storage.put(key, data)
    assert verify("--bytes")[0]["ok"]


def may_be_gone(key: str) -> bool:
    """Whether the next page that shows it has it made: for WebP, and while AVIF is waited for."""
    folder, owner, name = key.split("/")
    if folder != "pictures" or name.startswith(("original", "full")):
        return False
    return name.endswith(".webp") or Picture.objects.get(pk=owner).renditions_due_at is not None


def test_what_cannot_be_read_is_no_reason_to_stop(picture, monkeypatch):
    real = storage.digest_of

    def broken(key: str) -> tuple[str, int]:
        if "thumb" in key:
            raise OSError("input/output error")
        return real(key)

    monkeypatch.setattr(storage, "digest_of", broken)
    figures, (line,) = verify("--bytes")
    assert damage(figures) == {"unreadable": 1}
    assert str(picture.thumb.name) in line
    assert figures["read"] == figures["objects"] - 1


def orphans() -> list[str]:
    """One object of each kind that belongs to no row."""
    names = [
        storage.picture_key(uuid.uuid4(), "original", "png"),
        storage.mask_key(uuid.uuid4()),
        storage.draft_mask_key(uuid.uuid4()),
        storage.raw_key(uuid.uuid4(), 0),
        storage.unusable_key(uuid.uuid4()),
        f"readyz/{uuid.uuid4()}",
    ]
    return [storage.put(key, b"left over") for key in names]


def test_objects_without_rows_are_under_way_for_a_day(picture, monkeypatch):
    names = orphans()
    figures, lines = verify("--remove-orphans", "--yes")
    assert (figures["ok"], figures["under_way"], lines) == (True, len(names), [])
    assert set(names) <= every_key()


def test_objects_without_rows_are_named_after_a_day(picture, a_day_later):
    names = orphans()
    figures, lines = verify()
    assert damage(figures) == {"orphans": len(names)}
    assert figures["orphan_bytes"] == len(names) * len(b"left over")
    assert sorted(lines) == sorted(f"orphan: {name}" for name in names)
    assert set(names) <= every_key()


def test_nothing_is_removed_unless_somebody_says_yes(picture, a_day_later, monkeypatch):
    names = orphans()
    for answer in ("no", ""):
        monkeypatch.setattr("builtins.input", lambda answer=answer: answer)
        verify("--remove-orphans")
        assert set(names) <= every_key()

    def nobody() -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    verify("--remove-orphans")
    assert set(names) <= every_key()


def test_orphans_are_removed_but_answers_that_were_paid_for_only_by_name(picture, a_day_later):
    kept = every_key()
    names = orphans()
    figures, _ = verify("--remove-orphans", "--yes")
    paid = {name for name in names if name.startswith(("results/", "attempts/"))}
    assert (figures["orphans_removed"], figures["paid_orphans_kept"]) == (4, 2)
    assert every_key() == kept | paid
    assert verify("--remove-orphans", "--also-paid-answers", "--yes")[0]["orphans_removed"] == 2
    assert every_key() == kept
    assert verify("--bytes")[0]["ok"]


def test_an_orphan_that_a_row_names_by_now_stays(picture, a_day_later):
    late = uuid.uuid4()
    mask = make_mask(picture)
    key = storage.put(storage.mask_key(late), storage.get(str(mask.file.name)))
    found = []
    taking = Stocktaking(found.append, lambda *_: None)
    taking.take()
    assert [each.key for each in found] == [key]
    Mask.objects.create(
        id=late,
        picture=picture,
        file=key,
        sha256=mask.sha256,
        bytes=mask.bytes,
        painted_pixels=1,
        left=0,
        top=0,
        right=1,
        bottom=1,
    )
    taking.remove([key])
    assert key in every_key()
    assert taking.tally.wrong == 0


def test_names_that_nanoedit_does_not_give_are_let_alone(picture, a_day_later):
    strange = [f"pictures/{picture.pk}/original.png.bak", "backup/monday.tar", "notes.txt"]
    for key in strange:
        storage.put(key, b"somebody else's")
    figures, lines = verify("--remove-orphans", "--also-paid-answers", "--yes")
    assert (figures["ok"], figures["foreign"], lines) == (True, 3, [])
    for key in strange:
        assert storage.get(key)
        storage.drop(key)


def test_a_job_in_flight_is_not_reported(alice, upstream, a_day_later):
    """Between the call and the kept answer, with everything that it has written so far."""
    refresh_catalogue()
    model = UpstreamModel.objects.get(model_id="sandbox/square-lite")
    job = make_job(alice, model=model)
    process_job(job.pk)
    attempt = job.attempts.get()
    assert attempt.state == "received"
    storage.put(storage.raw_key(attempt.pk, 0), b"half an ans")  # then the worker died
    storage.put(storage.unusable_key(attempt.pk), b"what staff can read")
    assert damage(verify("--bytes")[0]) == {}
    storage.drop(storage.unusable_key(attempt.pk))
    keep_answer(attempt.pk)
    assert damage(verify("--bytes")[0]) == {}


def test_strokes_on_their_way_and_strokes_let_go_are_not_missed(picture):
    lone = {"picture": picture, "sha256": "0" * 64}
    for _ in range(2):
        coming = uuid.uuid4()
        DraftMask.objects.create(id=coming, file=storage.draft_mask_key(coming), **lone)
    assert verify("--bytes")[0]["ok"]


def test_what_is_set_right_before_the_second_look_is_not_reported(picture, monkeypatch):
    gone = str(picture.file.name)
    data = storage.get(gone)
    storage.drop(gone)
    monkeypatch.setattr(stocktaking.time, "sleep", lambda _: storage.put(gone, data))
    assert verify()[0]["ok"]


def test_files_of_earlier_releases_have_no_digest_until_they_are_read(everything):
    RenditionFile.objects.all().delete()
    Mask.objects.update(bytes=None)
    DraftMask.objects.update(bytes=None)
    figures, _ = verify("--bytes")
    shown = [key for key in every_key() if key.startswith("pictures/") and "original" not in key]
    assert (figures["ok"], figures["digests_unknown"]) == (True, len(shown))
    figures, _ = verify("--fill-digests")
    masks = Mask.objects.count() + DraftMask.objects.count()
    assert (figures["digests_unknown"], figures["digests_filled"]) == (0, len(shown) + masks)
    assert (figures["read"], verify("--fill-digests")[0]["read"]) == (len(shown) + masks, 0)
    overwrite(shown[0], flipped(storage.get(shown[0])))
    assert damage(verify("--bytes")[0]) == {"changed": 1}


def test_a_mask_that_is_damaged_gets_no_size_from_it(picture):
    mask = make_mask(picture)
    Mask.objects.update(bytes=None)
    overwrite(str(mask.file.name), b"no mask at all")
    assert damage(verify("--fill-digests")[0]) == {"changed": 1}
    assert Mask.objects.get().bytes is None


def test_it_finds_the_same_when_ids_are_taken_a_few_at_a_time(alice, monkeypatch, a_day_later):
    pictures = [make_picture(alice, (40, 30)) for _ in range(5)]
    names = orphans()
    storage.drop(str(pictures[0].file.name))
    whole = verify("--bytes")
    monkeypatch.setattr(stocktaking, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(stocktaking, "SUSPECTS_AT_ONCE", 2)
    in_parts = verify("--bytes")
    assert (in_parts[0], sorted(in_parts[1])) == (whole[0], sorted(whole[1]))
    assert damage(whole[0]) == {"missing": 1, "orphans": len(names)}


def test_every_id_is_in_exactly_one_part(monkeypatch):
    for rows in (0, 5_000, 5_001, 90_000, 3_000_000):
        spans = list(stocktaking._spans(rows))
        assert rows / len(spans) <= stocktaking.ROWS_AT_ONCE
        assert (spans[0].low.int, spans[-1].high.int) == (0, 2**128 - 1)
        for before, after in pairwise(spans):
            assert before.high.int + 1 == after.low.int
        assert all(str(span.low).startswith(span.start) for span in spans)


def test_a_picture_in_the_bin_is_kept_and_so_are_its_files(picture, a_day_later):
    Picture.objects.update(deleted_at=timezone.now())
    assert verify("--bytes", "--remove-orphans", "--yes")[0]["ok"]
    storage.drop(str(picture.file.name))
    assert damage(verify()[0]) == {"missing": 1}


def test_no_byte_of_a_forgotten_draft_remains(picture, a_day_later):
    """All that can be purged today are drafts; the bytes are looked for in everything."""
    mask = make_mask(picture)
    save_draft(picture, left("a lamp", mask_bytes()), revision=uuid.uuid4(), base=None)
    current = Draft.objects.current(picture)
    second = mask_bytes(box=(0, 0, 160, 200))
    save_draft(picture, left("a tree", second), revision=uuid.uuid4(), base=current.revision)
    strokes = {storage.get(str(mask.file.name)) for mask in DraftMask.objects.all()}
    assert len(strokes) == 2
    drafts.forget(picture)
    DraftMask.objects.note_the_time()
    DraftMask.objects.update(let_go_at=timezone.now() - timedelta(days=3))
    drafts.sweep_masks()
    # What was sent with an edit is a mask of its own, and stays.
    kept = {key: storage.get(key) for key in every_key() - {str(mask.file.name)}}
    assert kept
    assert not any(each in data for each in strokes for data in kept.values())
    assert not [key for key in every_key() if key.startswith("drafts/")]
    assert verify("--bytes")[0]["ok"]


def test_it_answers_in_words_without_json(picture):
    out = io.StringIO()
    call_command("verify_storage", stdout=out)
    assert out.getvalue().endswith("Storage holds what it should.\n")
    storage.drop(str(picture.file.name))
    with pytest.raises(SystemExit):
        call_command("verify_storage", stdout=out)
    assert out.getvalue().endswith("1 things are wrong.\n")


def test_every_name_that_storage_gives_is_known():
    one = uuid.uuid4()
    names = [
        *(storage.picture_key(one, kind, "png") for kind in ("original", "preview", "full")),
        storage.mask_key(one),
        storage.draft_mask_key(one),
        storage.raw_key(one, 12),
        storage.unusable_key(one),
    ]
    assert [file_claims.id_in(name) for name in names] == [one] * len(names)
    assert file_claims.id_in(f"../{names[0]}") is None
