"""What edits keep of hearts, stars, tags and collections is what a slow look at them says."""

import io
import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction

from editor import collecting, importing, keeping, purging, trash, withholding
from editor.invariants import broken_invariants
from editor.models import (
    Adjustment,
    Attempt,
    CollectionItem,
    EditJob,
    FiledJob,
    JobState,
    Picture,
    Result,
    Tag,
)
from editor.models.kept_facts import wrong_facts
from editor.models.search_tables import make, take_away
from tests.factories import make_job
from tests.packs import edited, evidence_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(alice):
    """Alice's edit with three results and one adjustment, none of them marked."""
    job = make_job(alice, JobState.DONE)
    call = Attempt.objects.create(job=job, consent=job.consents.get(), state=Attempt.State.SAVED)
    for index in range(3):
        result(call, index, a_picture(alice))
    Adjustment.objects.create(
        job=job, settings={}, digest="d", state="done", picture=a_picture(alice)
    )
    return job


def a_picture(owner):
    return Picture.objects.create(
        owner=owner, name="p.png", width=8, height=8, bytes=1, format="PNG", sha256="0" * 64
    )


def result(call, index, picture):
    return Result.objects.create(attempt=call, index=index, raw_bytes=1, picture=picture)


def made(job):
    return list(Picture.objects.brought_by([job.pk]).order_by("pk").values_list("pk", flat=True))


def slowly(job):
    """What is to be kept, by one question after the other."""
    pictures = [
        picture
        for picture in Picture.objects.filter(deleted_at=None, withheld_at=None)
        if Result.objects.filter(attempt__job=job, picture=picture).exists()
        or Adjustment.objects.filter(job=job, picture=picture).exists()
    ]
    under = {tag.pk for picture in pictures for tag in picture.tags.all()}
    items = CollectionItem.objects.filter(picture__in=pictures)
    return (
        any(picture.favourite for picture in pictures),
        max((picture.rating or 0 for picture in pictures), default=0),
        under | {item.collection_id for item in items},
    )


def kept(job):
    job.refresh_from_db()
    filed = FiledJob.objects.filter(job=job)
    assert all(each.created_at == job.created_at for each in filed)
    return job.hearted, job.best_stars, {each.under for each in filed}


def assert_true(*jobs):
    for job in jobs or EditJob.objects.all():
        assert kept(job) == slowly(job)
    assert not list(wrong_facts())


def test_hearts_and_stars_come_and_go(alice, job):
    one, two, three, adjusted = made(job)
    other = make_job(alice, JobState.DONE)
    for pictures, on, expected in (
        ([one, two], True, True), ([one], False, True), ([two], False, False),
        ([adjusted], True, True),
    ):  # fmt: skip
        keeping.mark_favourite(alice, pictures, on=on)
        assert kept(job)[0] is expected
        assert_true(job, other)
    for picture, stars, best in (
        (one, 3, 3), (two, 5, 5), (adjusted, 4, 5), (two, 1, 4), (adjusted, None, 3),
        (three, 3, 3), (one, None, 3), (three, None, 1), (two, None, 0),
    ):  # fmt: skip
        keeping.rate(alice, [picture], stars)
        assert kept(job)[1] == best
        assert_true(job, other)


def test_tags_are_put_renamed_merged_and_taken_off(alice, bob, job):
    one, two, *_ = made(job)
    (barn,) = keeping.tag(alice, [one, two], ["barn"])
    assert kept(job)[2] == {barn.pk}
    keeping.tag(bob, [one], ["barn"])  # is not his
    keeping.rename_tag(alice, barn.pk, "Stable")
    assert list(EditJob.objects.tagged("stable", alice)) == [job]
    assert not EditJob.objects.tagged("barn", alice).exists()
    assert not EditJob.objects.tagged("stable", bob).exists()
    assert_true()
    (hay,) = keeping.tag(alice, [two], ["hay"])
    assert kept(job)[2] == {barn.pk, hay.pk}
    assert keeping.rename_tag(alice, hay.pk, "stable") == barn
    assert kept(job)[2] == {barn.pk}
    keeping.untag(alice, [one], ["stable"])
    assert kept(job)[2] == {barn.pk}, "it is on another result"
    assert_true()
    keeping.untag(alice, [two], ["stable"])
    assert kept(job)[2] == set()
    (last,) = keeping.tag(alice, made(job), ["last"])
    keeping.delete_tag(alice, last.pk)
    assert kept(job)[2] == set()
    assert_true()


def test_collections_are_filled_emptied_and_deleted(alice, job):
    one, two, *_ = made(job)
    album = collecting.add_to_collection(alice, "Album", [one, two]).collection
    assert list(EditJob.objects.in_collection(album.pk)) == [job]
    collecting.move_by(alice, album, two, -1)
    collecting.remove_from_collection(alice, album, [one])
    assert kept(job)[2] == {album.pk}
    assert_true()
    collecting.remove_from_collection(alice, album, [two])
    assert not EditJob.objects.in_collection(album.pk).exists()
    collecting.add_to_collection(alice, album, made(job))
    assert_true()
    collecting.delete_collection(alice, album)
    assert kept(job)[2] == set()
    assert_true()


def test_what_lies_in_the_trash_counts_for_nothing_until_it_is_back(alice, job):
    one, two, *_ = made(job)
    keeping.mark_favourite(alice, [one], on=True)
    keeping.rate(alice, [one], 5)
    keeping.rate(alice, [two], 2)
    (barn,) = keeping.tag(alice, [one], ["barn"])
    album = collecting.add_to_collection(alice, "Album", [one, two]).collection
    everything = (True, 5, {barn.pk, album.pk})
    thrown = trash.put_pictures_into_trash(alice, [one])
    assert kept(job) == (False, 2, {album.pk})
    assert_true()
    trash.restore(alice, thrown.moment)
    assert kept(job) == everything
    thrown = trash.put_edits_into_trash(alice, [job.pk])
    assert (thrown.edits, thrown.pictures) == (1, 4)
    assert kept(job) == (False, 0, set())
    assert_true()
    assert trash.restore_edit(alice, job.pk)
    assert kept(job) == everything
    assert_true()


def test_a_hidden_edit_is_on_no_wall_whatever_it_keeps(alice, job):
    (barn,) = keeping.tag(alice, made(job), ["barn"])
    keeping.mark_favourite(alice, made(job), on=True)
    EditJob.objects.filter(pk=job.pk).update(hidden=True)
    assert kept(job) == (True, 0, {barn.pk})
    wall = EditJob.objects.on_wall_of(alice)
    assert not wall.favourite().exists()
    assert not wall.tagged("barn", alice).exists()
    assert_true()


def test_what_is_withheld_counts_for_nothing_until_it_is_released(alice, rita, job):
    (barn,) = keeping.tag(alice, made(job), ["barn"])
    keeping.rate(alice, made(job), 4)
    assert withholding.withhold(job, rita, "Look closer.")
    assert kept(job) == (False, 0, set())
    assert_true()
    thrown = trash.put_edits_into_trash(alice, [job.pk])
    assert withholding.release(job, rita)
    assert kept(job) == (False, 0, set()), "it lies in the trash"
    trash.restore(alice, thrown.moment)
    assert kept(job) == (False, 4, {barn.pk})
    assert_true()


def test_nothing_is_kept_of_what_was_erased(alice):
    job, other = edited(alice), edited(alice)
    for each in (job, other):
        keeping.mark_favourite(alice, made(each), on=True)
        keeping.rate(alice, made(each), 4)
        keeping.tag(alice, made(each), ["barn"])
        collecting.add_to_collection(alice, "Album", made(each))
    trash.put_edits_into_trash(alice, [job.pk])
    purging.erase_edits(alice, [job.pk])
    assert_true()
    assert purging.erase_some()
    assert kept(job) == (False, 0, set())
    assert kept(other)[:2] == (True, 4)
    assert_true()
    assert not broken_invariants()


def test_an_imported_edit_keeps_its_own_marks_alone(alice, bob):
    theirs = edited(alice, n=2)
    keeping.mark_favourite(alice, made(theirs), on=True)
    upload = SimpleUploadedFile("pack.zip", io.BytesIO(evidence_of(theirs)).read())
    mine = importing.keep(importing.look_at(bob, upload))
    assert kept(mine) == (False, 0, set())
    keeping.rate(bob, made(mine)[:1], 3)
    keeping.tag(bob, made(mine), ["from Alice"])
    assert kept(mine)[1] == 3
    assert list(EditJob.objects.tagged("from alice", bob)) == [mine]
    assert_true()


def test_results_bring_their_marks_and_take_them_along(alice):
    """As old releases and scripts may write rows, in any order."""
    job, other = (make_job(alice, JobState.DONE) for _ in range(2))
    calls = [
        Attempt.objects.create(job=each, consent=each.consents.get(), state="saved")
        for each in (job, other)
    ]
    one, two = a_picture(alice), a_picture(alice)
    keeping.rate(alice, [one.pk], 4)
    keeping.tag(alice, [one.pk, two.pk], ["barn"])
    keeping.mark_favourite(alice, [two.pk], on=True)
    first = result(calls[0], 0, one)
    waits = result(calls[1], 0, None)
    assert_true(job, other)
    assert kept(job)[:2] == (False, 4)
    Result.objects.filter(pk=waits.pk).update(picture=two)
    assert_true(job, other)
    assert kept(other)[0]
    first.delete()
    Result.objects.filter(pk=waits.pk).update(picture=one)
    assert_true(job, other)
    adjusted = Adjustment.objects.create(job=job, settings={}, digest="d")
    Adjustment.objects.filter(pk=adjusted.pk).update(state="done", picture=two)
    assert kept(job)[0]
    assert_true(job, other)
    EditJob.objects.filter(pk=job.pk).update(created_at=job.created_at - timedelta(days=3))
    assert_true(job, other)
    adjusted.delete()
    assert kept(job) == (False, 0, set())
    assert_true(job, other)


def at_once(first, second):
    """Do both, each in a transaction that stays open until the other one has begun."""
    problems, begun = [], threading.Barrier(2)

    def act(do, waits):
        try:
            with transaction.atomic():
                if waits:
                    begun.wait(5)
                do()
                if not waits:
                    begun.wait(5)
                    time.sleep(0.3)  # until the second one waits for this
                    do()
        except Exception as problem:  # noqa: BLE001, told below
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=pair) for pair in ((first, 0), (second, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


@pytest.mark.django_db(transaction=True)
def test_who_marks_two_results_of_one_edit_at_once_loses_neither(alice, job):
    if connection.vendor == "sqlite":
        pytest.skip("one write at a time")
    one, two, *_ = made(job)
    keeping.mark_favourite(alice, [two], on=True)
    (barn,) = keeping.tag(alice, [two], ["barn"])
    put, pictures = Tag.pictures.through.objects, Picture.objects
    at_once(  # as any release may write it
        lambda: pictures.filter(pk=one).update(favourite=True),
        lambda: pictures.filter(pk=two).update(favourite=False),
    )
    assert kept(job)[0]
    at_once(
        lambda: put.get_or_create(tag=barn, picture_id=one),
        lambda: put.filter(picture_id=two).delete(),
    )
    assert kept(job) == (True, 0, {barn.pk})
    assert_true()


@pytest.mark.django_db(transaction=True)
def test_who_marks_what_somebody_takes_away_never_waits_in_a_ring(alice, job):
    if connection.vendor == "sqlite":
        pytest.skip("one write at a time")
    one, *_ = made(job)
    mine = Picture.objects.filter(pk=one)
    for act in (
        lambda: keeping.mark_favourite(alice, [one], on=True),
        lambda: keeping.rate(alice, [one], 4),
        lambda: trash.put_pictures_into_trash(alice, [one]),
        lambda: trash.restore_pictures(alice, [one]),
        lambda: trash.restore(alice, trash.put_pictures_into_trash(alice, [one]).moment),
    ):
        steps = iter(
            [
                lambda: list(EditJob.objects.select_for_update().filter(pk=job.pk)),
                lambda: mine.update(withheld_at=None),
            ]
        )
        at_once(lambda steps=steps: next(steps)(), act)
    assert kept(job)[:2] == (True, 4)
    assert_true()


def test_marks_put_while_nothing_kept_them_are_caught_up_with(alice, job):
    if connection.vendor != "sqlite":
        pytest.skip("on Postgres nothing takes the triggers away")
    one, two, *_ = made(job)
    keeping.tag(alice, [one], ["gone"])
    take_away(connection)
    keeping.mark_favourite(alice, [one], on=True)
    keeping.rate(alice, [two], 2)
    keeping.untag(alice, [one], ["gone"])
    (barn,) = keeping.tag(alice, [one, two], ["barn"])
    EditJob.objects.filter(pk=job.pk).update(created_at=job.created_at - timedelta(days=3))
    said = {str(broken) for broken in broken_invariants() if broken.name == "I7"}
    assert said == {
        f"I7 job {job.pk}: heart and stars: kept otherwise than it is",
        f"I7 job {job.pk}: tags and collections: kept otherwise than it is",
    }
    make(connection)
    assert kept(job) == (True, 2, {barn.pk})
    assert_true()


def test_verify_names_an_edit_that_keeps_what_is_not_so(alice, job):
    FiledJob.objects.create(job=job, under=uuid.uuid4(), created_at=job.created_at)
    EditJob.objects.filter(pk=job.pk).update(paid_nano=7, best_stars=1, picture_shape="portrait")
    assert [what for pk, what in wrong_facts() if pk == job.pk] == [
        "what was paid", "shape and size", "heart and stars", "tags and collections",
    ]  # fmt: skip


def test_pages_of_a_tag_go_on_where_they_ended_in_every_order(alices, alice):
    """And count only what is on the wall, though a tag knows of more."""
    jobs = [make_job(alice, JobState.DONE, masked=False) for _ in range(3)]
    for number, job in enumerate(jobs):
        call = Attempt.objects.create(job=job, consent=job.consents.get(), state="saved")
        result(call, 0, a_picture(alice))
        EditJob.objects.filter(pk=job.pk).update(
            created_at=jobs[0].created_at - timedelta(minutes=number)
        )
    keeping.tag(alice, [pk for job in jobs for pk in made(job)], ["barn"])
    album = collecting.add_to_collection(
        alice, "Album", [pk for job in jobs for pk in made(job)]
    ).collection
    for query in (
        {"tag": "Barn"},
        {"collection": album.pk},
        {"tag": "barn", "collection": album.pk},
    ):
        for sort, expected in (("newest", jobs), ("oldest", jobs[::-1])):
            page = alices.get("/gallery/", {**query, "sort": sort})
            assert (list(page.context["jobs"]), page.context["count"]) == (expected, 3)
            mark = (
                f"{EditJob.objects.get(pk=expected[0].pk).created_at.isoformat()}_{expected[0].pk}"
            )
            page = alices.get("/gallery/", {**query, "sort": sort, "after": mark})
            assert list(page.context["jobs"]) == expected[1:]
    trash.put_edits_into_trash(alice, [jobs[1].pk])
    assert alices.get("/gallery/", {"tag": "barn"}).context["count"] == 2
    assert Tag.objects.filter(owner=alice).count() == 1
    assert alices.get("/gallery/", {"tag": "barn", "sort": "cost"}).context["count"] == 2
