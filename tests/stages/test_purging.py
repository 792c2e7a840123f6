"""After something is erased no byte of it remains; what is needed, and what is another's, stays."""

import hashlib
import importlib
import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor import collecting, keeping, processing, purging, stocktaking, storage, trash
from editor.adjusting import ask_for, make_next
from editor.drafts import save_draft
from editor.extending import extend_picture
from editor.imaging.margins import Margins
from editor.imaging.renditions import RenditionFormat
from editor.invariants import broken_invariants
from editor.masks import keep_mask
from editor.models import (
    Adjustment,
    Archive,
    Attempt,
    Collection,
    Draft,
    EditJob,
    Event,
    JobState,
    JobWords,
    LedgerEntry,
    Lifeboat,
    Mask,
    Picture,
    Reference,
    Result,
    Share,
    Tag,
    UnusableAnswer,
    UpstreamModel,
)
from editor.offers import refresh_catalogue
from editor.pictures import full_rendition
from editor.renditions import open_rendition
from editor.results import keep_answer
from editor.submission import Wish, submit_edit
from editor.tasks import run_job
from tests.factories import make_job, make_mask, make_picture, mask_bytes
from tests.stages.test_adjusting import settings_for
from tests.stages.test_drafts import left
from tests.stages.test_verify_storage import a_storage_of_its_own, every_key  # noqa: F401

pytestmark = pytest.mark.django_db

SIZE = (640, 480)
SECRET = "zanzibar"
WHOLE = (0, 0, *SIZE)


@pytest.fixture
def model(upstream):
    """A sandbox model that reads masks and gives two images."""
    refresh_catalogue()
    offered = UpstreamModel.objects.all()
    return next(m for m in offered if m.mask_support == "native" and m.max_images > 1)


def edited(owner, model, picture=None, references=(), n=1):
    """An edit, run to its kept results."""
    picture = picture or make_picture(owner, SIZE, f"{SECRET} base.png")
    size = model.sizes[0] if model.sizes else ""
    wish = Wish(
        picture, f"make {SECRET} golden", model, n, size, make_mask(picture),
        references=tuple(references),
    )  # fmt: skip
    price = model.estimate_nano(size, n)
    job, _ = submit_edit(owner, wish, uuid.uuid4(), price, run_again=True)
    run_job(str(job.pk))
    done = EditJob.objects.with_pictures().get(pk=job.pk)
    assert done.state == JobState.DONE, done.failure_sentence
    return done


def everything_of(owner, model):
    """One of all that somebody can have in storage, and words in every place for words."""
    lent = make_picture(owner, SIZE, f"{SECRET} lent.png")
    job = edited(owner, model, references=[lent], n=2)
    asked, _ = ask_for(job, settings_for(job, feather=3), keep_mask(job.picture, mask_bytes(SIZE)))
    make_next()
    asked.refresh_from_db()
    again = edited(owner, model, picture=job.results[0].picture)
    extended = extend_picture(owner, job.picture, Margins(40, 0, 0, 20))
    save_draft(
        job.picture, left(prompt=f"{SECRET} draft", mask=mask_bytes(SIZE)),
        revision=uuid.uuid4(), base=None,
    )  # fmt: skip
    full_rendition(job.picture)
    open_rendition(lent, "thumb", RenditionFormat.WEBP).close()
    attempt = again.attempts.get()
    body = f"{SECRET} unusable".encode()
    key = storage.put(storage.unusable_key(attempt.pk), body)
    UnusableAnswer.objects.create(attempt=attempt, file=key, sha256="0" * 64, size=len(body))
    Lifeboat.objects.create(attempt=attempt, index=7, data=f"{SECRET} boat".encode())
    Attempt.objects.filter(pk=attempt.pk).update(error_sentence=f"{SECRET} was refused")
    EditJob.objects.filter(pk=again.pk).update(failure_sentence=f"{SECRET} was refused")
    keeping.tag(owner, [extended.pk, asked.picture_id], [f"{SECRET} tag"])
    kept = collecting.add_to_collection(owner, "Best", [extended.pk, job.picture.pk]).collection
    collecting.choose_cover(owner, kept, extended.pk)
    Share.objects.create(owner=owner, kind="picture", picture=extended, token_sha256=uuid.uuid4())
    packed = Archive.objects.create(
        owner=owner,
        kind="pictures",
        name=f"{SECRET}.zip",
        state="ready",
        asked={"pictures": [str(extended.pk)]},
    )
    Archive.objects.update(file=storage.put(storage.archive_key(packed.pk, 0), b"a zip"))
    return job, again


def digests():
    """What lies in storage, by name."""
    return {key: hashlib.sha256(storage.get(key)).hexdigest() for key in every_key()}


def words_in_rows():
    """Every row that holds the secret word, in whatever column."""
    found = []
    for kind in apps.get_app_config("editor").get_models():
        texts = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
        columns = [each.attname for each in kind._meta.fields if isinstance(each, texts)]
        for row in kind.objects.all() if columns else ():
            said = " ".join(str(bytes(v) if isinstance(v, memoryview) else v)
                            for v in (getattr(row, name) for name in columns))  # fmt: skip
            if SECRET in said:
                found.append(f"{kind.__name__} {row.pk}: {said}")
    return found


def erase_all():
    for _ in range(20):
        assert purging.erase_some()


def test_after_alice_has_emptied_her_trash_no_byte_of_hers_remains(alice, bob, model):
    edited(bob, model, picture=make_picture(bob, SIZE, "bob.png"))
    EditJob.objects.update(prompt="bob's own words")
    bobs = digests()
    everything_of(alice, model)
    hers = {key: digest for key, digest in digests().items() if key not in bobs}
    folders = {key.partition("/")[0] for key in hers}
    assert folders == {"pictures", "masks", "results", "attempts", "drafts", "archives"}
    assert {key.rpartition("/")[2] for key in hers} >= {"thumb.webp", "full.jpg", "original.png"}
    assert words_in_rows()
    money = list(LedgerEntry.objects.values_list("kind", "amount_nano"))
    history = set(Event.objects.values_list("pk", flat=True))

    jobs = EditJob.objects.filter(owner=alice).values_list("pk", flat=True)
    assert not trash.put_edits_into_trash(alice, jobs).refused
    pictures = Picture.objects.owned_by(alice).values_list("pk", flat=True)
    trash.put_pictures_into_trash(alice, pictures)
    assert digests().keys() == {*hers, *bobs}, "the trash itself loses nothing"
    edits, gone = purging.empty_trash(alice)
    assert (edits, gone) == (2, Picture.objects.filter(owner=alice).count())
    erase_all()

    assert digests() == bobs
    assert not set(digests().values()) & (set(hers.values()) - set(bobs.values()))
    assert words_in_rows() == []
    assert not Picture.objects.filter(owner=alice, purged_at=None).exists()
    assert not EditJob.objects.filter(owner=alice, purged_at=None).exists()
    for kind in (Draft, Tag, Share, Adjustment, Lifeboat, UnusableAnswer):
        assert not kind.objects.exists()
    assert Collection.objects.get().cover is None
    assert not Collection.objects.get().items.exists()
    assert list(LedgerEntry.objects.values_list("kind", "amount_nano")) == money
    assert history <= set(Event.objects.values_list("pk", flat=True))
    assert broken_invariants(read_bytes=True) == []
    walked = stocktaking.Stocktaking(lambda found: pytest.fail(str(found)), lambda *_: None)
    assert walked.take().wrong == 0
    assert EditJob.objects.matching("bob").count() == 1
    assert not EditJob.objects.matching(SECRET).exists()


def broken():
    """What is broken, but for the money of edits that nobody has really sent."""
    return [found for found in broken_invariants() if found.name != "I4"]


def lone_edit(owner):
    """An edit whose files were written without any call."""
    job = make_job(owner, JobState.DONE)
    attempt = Attempt.objects.create(
        job=job, consent=job.consents.get(), state=Attempt.State.SAVED, image_urls=["https://x/1"]
    )
    made = make_picture(owner, name="made.png")
    raw = storage.put(storage.raw_key(attempt.pk, 0), b"raw bytes")
    Result.objects.create(attempt=attempt, index=0, raw=raw, raw_bytes=9, picture=made)
    return job, made


def test_a_picture_that_an_edit_needs_keeps_its_bytes_until_that_edit_goes(alice):
    job, made = lone_edit(alice)
    lent = make_picture(alice)
    Reference.objects.create(job=job, picture=lent, place=0)
    trash.put_pictures_into_trash(alice, [job.picture.pk, lent.pk])
    assert purging.empty_trash(alice) == (0, 0)
    assert not purging.erase_picture(alice, job.picture.pk)
    assert not purging.erase_picture(alice, lent.pk)
    erase_all()
    assert storage.get(job.picture.file.name)
    assert storage.get(lent.file.name)
    trash.put_edits_into_trash(alice, [job.pk])
    assert not purging.erase_picture(alice, job.picture.pk), "the edit can still be brought back"
    assert purging.erase_picture(alice, job.picture.pk, with_edits=True)
    assert purging.erase_picture(alice, lent.pk)
    erase_all()
    for picture in (job.picture, lent, made):
        assert not default_storage.exists(picture.file.name)


def test_a_result_that_is_edited_further_stays_when_its_own_edit_is_erased(alice):
    job, made = lone_edit(alice)
    further = make_job(alice, JobState.DONE, picture=made)
    trash.put_edits_into_trash(alice, [job.pk])
    assert purging.erase_edits(alice, [job.pk]) == 1
    erase_all()
    job.refresh_from_db()
    made.refresh_from_db()
    assert job.purged_at
    assert made.purging_at is None
    assert storage.get(made.file.name)
    assert storage.get(further.mask.file.name)
    assert not default_storage.exists(storage.mask_key(job.mask_id))
    assert broken() == []


def test_a_mask_that_another_edit_needs_stays(alice):
    job, _ = lone_edit(alice)
    other, _ = lone_edit(alice)
    EditJob.objects.filter(pk=other.pk).update(picture=job.picture, mask=job.mask)
    trash.put_edits_into_trash(alice, [job.pk])
    purging.erase_edits(alice, [job.pk])
    erase_all()
    assert storage.get(job.mask.file.name)
    trash.put_edits_into_trash(alice, [other.pk])
    purging.erase_edits(alice, [other.pk])
    erase_all()
    assert not default_storage.exists(job.mask.file.name)
    assert Mask.objects.get(pk=job.mask.pk).painted_pixels == 0


def test_charlie_erases_nothing_of_alices(alice, charlie):
    job, made = lone_edit(alice)
    trash.put_edits_into_trash(alice, [job.pk])
    assert purging.erase_edits(charlie, [job.pk]) == 0
    assert not purging.erase_picture(charlie, made.pk, with_edits=True)
    assert purging.empty_trash(charlie) == (0, 0)
    erase_all()
    made.refresh_from_db()
    assert (made.purging_at, made.purged_at) == (None, None)


def test_what_is_not_in_the_trash_cannot_be_erased(alice):
    job, made = lone_edit(alice)
    assert purging.erase_edits(alice, [job.pk]) == 0
    assert not purging.erase_picture(alice, made.pk)
    assert purging.begin_what_is_due() == 0


@pytest.mark.parametrize(("days", "goes"), [(30, True), (40, False), (0, False)])
def test_what_has_lain_there_for_long_enough_goes_by_itself(alice, settings, days, goes):
    settings.TRASH_DAYS = days
    job, made = lone_edit(alice)
    young, _ = lone_edit(alice)
    moment = trash.put_edits_into_trash(alice, [job.pk]).moment - timedelta(days=31)
    EditJob.objects.filter(pk=job.pk).update(trashed_at=moment)
    Picture.objects.filter(pk=made.pk).update(deleted_at=moment)
    trash.put_edits_into_trash(alice, [young.pk])
    purging.begin_what_is_due()
    erase_all()
    assert list(EditJob.objects.exclude(purged_at=None)) == ([job] if goes else [])
    assert list(Picture.objects.exclude(purged_at=None)) == ([made] if goes else [])


def test_what_was_deleted_before_there_was_a_trash_gets_its_whole_time(alice):
    picture = make_picture(alice)
    Picture.objects.filter(pk=picture.pk).update(deleted_at=timezone.now() - timedelta(days=400))
    migration = importlib.import_module("editor.migrations.0029_trash_counts_from_now")
    migration.count_from_now(apps, None)
    assert purging.begin_what_is_due() == 0
    picture.refresh_from_db()
    assert picture.purging_at is None
    assert picture.deleted_at is not None


def test_an_eraser_that_dies_anywhere_is_followed_by_one_that_ends_it(alice, monkeypatch):
    job, _ = lone_edit(alice)
    trash.put_edits_into_trash(alice, [job.pk])
    trash.put_pictures_into_trash(alice, [job.picture.pk])
    purging.empty_trash(alice)
    real, calls = default_storage.delete, []
    for allowed in range(40):
        calls.clear()

        def delete(name, allowed=allowed):
            calls.append(name)
            if len(calls) > allowed:
                raise SystemExit
            real(name)

        with monkeypatch.context() as killed:
            killed.setattr(type(default_storage._wrapped), "delete", lambda _, name: delete(name))
            try:
                purging.erase_some()
                break
            except SystemExit:
                assert broken() == [], "no row names what is gone"
    erase_all()
    assert every_key() == set()
    assert not Picture.objects.filter(purged_at=None).exists()
    assert broken() == []


def test_storage_that_is_away_is_asked_again_later(alice, monkeypatch):
    job, _ = lone_edit(alice)
    trash.put_edits_into_trash(alice, [job.pk])
    purging.empty_trash(alice)

    def refuse(*_):
        message = "away"
        raise OSError(message)

    with monkeypatch.context() as away:
        away.setattr(storage, "drop_folder", refuse)
        assert not purging.erase_some()
    assert EditJob.objects.get(pk=job.pk).purged_at is None
    assert JobWords.objects.get(job=job).text
    erase_all()
    assert EditJob.objects.get(pk=job.pk).purged_at


def test_a_rendition_that_is_made_during_the_erasing_goes_too(alice, monkeypatch):
    picture = make_picture(alice)
    trash.put_picture_into_trash(alice, picture)
    real = storage.put

    def erase_meanwhile(key, data):
        monkeypatch.setattr(storage, "put", real)
        purging.erase_picture(alice, picture.pk)
        erase_all()
        return real(key, data)

    monkeypatch.setattr(storage, "put", erase_meanwhile)
    open_rendition(picture, "thumb", RenditionFormat.WEBP).close()
    assert every_key() == set()
    other = make_picture(alice)
    trash.put_picture_into_trash(alice, other)
    monkeypatch.setattr(storage, "put", lambda key, data: erase_meanwhile_of(key, data))

    def erase_meanwhile_of(key, data):
        monkeypatch.setattr(storage, "put", real)
        purging.erase_picture(alice, other.pk)
        erase_all()
        return real(key, data)

    with pytest.raises(FileNotFoundError):
        full_rendition(other)
    assert every_key() == set()


def test_an_answer_that_comes_after_its_edit_was_erased_is_not_kept(alice, model):
    job = make_job(alice, model=model, picture=make_picture(alice, SIZE))
    size = model.sizes[0] if model.sizes else ""
    EditJob.objects.filter(pk=job.pk).update(size=size)
    processing.process_job(job.pk)
    attempt = job.attempts.get()
    assert attempt.state == Attempt.State.RECEIVED
    EditJob.objects.update(state=JobState.FAILED, trashed_at=timezone.now())
    purging.empty_trash(alice)
    erase_all()
    keep_answer(attempt.pk)
    erase_all()
    assert [key for key in every_key() if key.startswith("results")] == []
    attempt.refresh_from_db()
    assert attempt.image_urls == []
    assert broken() == []


def test_the_same_canvas_and_the_same_adjustment_can_be_had_anew(alice, model):
    job = edited(alice, model)
    wide = extend_picture(alice, job.picture, Margins(40, 0, 0, 0))
    asked, _ = ask_for(job, settings_for(job, feather=3), None)
    make_next()
    asked.refresh_from_db()
    for picture in (wide, asked.picture):
        trash.put_picture_into_trash(alice, picture)
        assert purging.erase_picture(alice, picture.pk)
    again, is_new = ask_for(EditJob.objects.with_pictures().get(pk=job.pk),
                            settings_for(job, feather=3), None)  # fmt: skip
    erase_all()
    assert is_new
    make_next()
    again.refresh_from_db()
    assert storage.get(again.picture.file.name)
    assert extend_picture(alice, job.picture, Margins(40, 0, 0, 0)).pk != wide.pk
    assert broken() == []


def test_what_was_cancelled_during_its_call_keeps_what_was_paid_and_its_picture(alice):
    job, _ = lone_edit(alice)
    EditJob.objects.update(hidden=True)
    trash.put_picture_into_trash(alice, job.picture)
    assert not purging.erase_picture(alice, job.picture.pk)
    assert purging.empty_trash(alice) == (0, 0)
    erase_all()
    assert storage.get(job.results[0].raw.name)
    assert storage.get(job.picture.file.name)
    assert purging.erase_picture(alice, job.picture.pk, with_edits=True)
    erase_all()
    job.refresh_from_db()
    assert job.purged_at
    assert not [key for key in every_key() if key.startswith(("results", "masks"))]


def test_what_was_cancelled_and_brought_nothing_goes_with_its_picture(alice):
    job = make_job(alice, JobState.CANCELLED)
    EditJob.objects.update(hidden=True)
    trash.put_picture_into_trash(alice, job.picture)
    assert purging.erase_picture(alice, job.picture.pk)
    erase_all()
    job.refresh_from_db()
    assert job.purged_at
    assert every_key() == set()


def test_a_mask_that_is_sent_again_while_it_is_erased_stays(alice, monkeypatch):
    job, _ = lone_edit(alice)
    other, _ = lone_edit(alice)
    trash.put_edits_into_trash(alice, [job.pk])
    purging.erase_edits(alice, [job.pk])
    look = Mask.objects.select_for_update

    def sent_again_meanwhile():
        EditJob.objects.filter(pk=other.pk).update(mask=job.mask)
        return look()

    monkeypatch.setattr(Mask.objects, "select_for_update", sent_again_meanwhile)
    erase_all()
    job.refresh_from_db()
    assert job.purged_at
    assert storage.get(job.mask.file.name)
    assert Mask.objects.get(pk=job.mask_id).painted_pixels


def test_a_large_trash_reads_the_archives_once_for_many(alice):
    lost = [make_picture(alice) for _ in range(6)]
    for picture in lost[:2]:
        asked = {"pictures": [str(picture.pk), str(lost[5].pk)]}
        Archive.objects.create(owner=alice, kind="pictures", name="a", asked=asked)
    job, _ = lone_edit(alice)
    packed = Archive.objects.create(owner=alice, kind="evidence", asked={"job": str(job.pk)})
    stays = {"pictures": [str(make_picture(alice).pk)]}
    other = Archive.objects.create(owner=alice, kind="pictures", name="b", asked=stays)
    trash.put_pictures_into_trash(alice, [picture.pk for picture in lost])
    purging.empty_trash(alice)
    with CaptureQueriesContext(connection) as run:
        assert purging.erase_some()
    assert sum('"asked" FROM' in query["sql"] for query in run.captured_queries) == 1
    assert set(Archive.objects.all()) == {packed, other}
    trash.put_edits_into_trash(alice, [job.pk])
    purging.empty_trash(alice)
    erase_all()
    assert set(Archive.objects.all()) == {other}


def test_a_picture_of_an_open_edit_takes_no_other_edit_with_it(alice):
    job, made = lone_edit(alice)
    trash.put_pictures_into_trash(alice, [job.picture.pk, made.pk])
    still = make_job(alice)
    EditJob.objects.filter(pk=still.pk).update(picture=job.picture)
    assert not purging.erase_picture(alice, job.picture.pk, with_edits=True)
    assert not EditJob.objects.exclude(trashed_at=None).exists()
    assert not Picture.objects.exclude(purging_at=None).exists()


def test_the_thread_of_a_worker_erases_what_is_due_and_leaves_a_storage_that_is_away_alone(
    alice, monkeypatch
):
    picture = make_picture(alice)
    moment = trash.put_picture_into_trash(alice, picture).moment - timedelta(days=31)
    Picture.objects.update(deleted_at=moment)
    eraser, asked = purging.Eraser(), []

    def refuse(folder):
        asked.append(folder)
        raise OSError(folder)

    with monkeypatch.context() as away:
        away.setattr(storage, "drop_folder", refuse)
        eraser()
        eraser()
        assert len(asked) == 1
        assert Picture.objects.get().purging_at
    purging.Eraser()()
    assert Picture.objects.get().purged_at
    assert every_key() == set()
