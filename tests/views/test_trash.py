"""The trash on pages: what it shows, what comes back, and that nothing of it shows elsewhere."""

from datetime import timedelta

import pytest
from django.urls import reverse

from editor import keeping, purging, storage, trash
from editor.models import EditJob, Picture, Reference, Result, UpstreamModel
from editor.sharing_links import Limits, Shown, make_share
from editor.views.pictures import kept_mask
from tests.factories import make_job, make_picture
from tests.packs import edited
from tests.stages.test_trash import adjusted, edit_with_result

pytestmark = pytest.mark.django_db

FILES = ("thumb", "card", "preview", "full", "original")


def page(client, name, *args, **query):
    return client.get(reverse(f"editor:{name}", args=args), query)


def said(answer):
    return answer.content.decode()


@pytest.fixture
def thrown(alice):
    """An edit of Alice's in the trash, and what it has made."""
    job, made = edit_with_result(alice)
    also = adjusted(job)
    trash.put_edits_into_trash(alice, [job.pk])
    return EditJob.objects.get(pk=job.pk), made, also


def test_an_edit_deleted_on_its_page_is_one_thing_in_the_trash(alices, alice):
    job, made = edit_with_result(alice)
    answer = alices.post(reverse("editor:job_delete", args=[job.pk]), follow=True)
    assert "1 edit deleted: it lies in the trash." in said(answer)
    lies = said(page(alices, "trash"))
    assert lies.count('class="thrown"') == 1
    assert "Edit with 1 result" in lies
    assert "Deleted for good in 30 days" in lies
    assert reverse("editor:trash_thumb", args=[made.pk]) in lies
    assert "lies in the trash" in said(page(alices, "job", job.pk))
    alices.post(reverse("editor:trash_restore"), {"edit": job.pk})
    assert said(page(alices, "trash")).count('class="thrown"') == 0
    assert made.preview_url in said(page(alices, "job", job.pk))


def test_a_picture_that_edits_need_says_so_and_goes_only_with_them(alices, alice):
    job, _ = edit_with_result(alice)
    answer = alices.post(reverse("editor:picture_delete", args=[job.picture.pk]), follow=True)
    assert "Its file is kept because 1 edit still needs it." in said(answer)
    assert "Its file is kept because 1 edit still needs it." in said(page(alices, "trash"))
    asked = page(alices, "trash_erase", picture=str(job.picture.pk))
    assert "Delete for good with 1 edit" in said(asked)
    erase = reverse("editor:trash_erase")
    alices.post(erase, {"picture": job.picture.pk})
    assert storage.get(job.picture.file.name)
    alices.post(erase, {"picture": job.picture.pk, "with_edits": "yes"})
    assert purging.erase_some()
    with pytest.raises(FileNotFoundError):
        storage.get(job.picture.file.name)
    gone = said(page(alices, "job", job.pk))
    assert "deleted for good" in gone
    assert job.prompt not in gone


def test_emptying_asks_first_and_then_keeps_only_what_is_needed(alices, alice, thrown):
    needed, _ = edit_with_result(alice)
    alices.post(reverse("editor:picture_delete", args=[needed.picture.pk]))
    empty = reverse("editor:trash_empty")
    assert "1 edit with all its results and 1 picture" in said(alices.get(empty))
    assert "1 stay, because edits still need them." in said(alices.post(empty, follow=True))
    assert purging.erase_some()
    assert list(Picture.objects.in_trash_of(alice)) == [needed.picture]
    assert EditJob.objects.get(pk=thrown[0].pk).purged_at


def test_nothing_in_the_trash_is_shown_or_served_anywhere_else(alices, alice, thrown):
    job, made, also = thrown
    Result.objects.filter(picture=made).update(raw="results/x/0.raw")
    result = Result.objects.get(picture=made)
    for name, pk in (
        *(
            (f"picture_{kind}", made.pk)
            for kind in ("thumb", "card", "preview", "full", "original")
        ),
        ("picture_download", made.pk),
        ("picture_thumb", also.pk),
        ("studio", made.pk),
        ("picture_marks", made.pk),
        ("picture_strip", made.pk),
        ("job_status", job.pk),
        ("job_card", job.pk),
        ("adjust", job.pk),
        ("result_raw", result.pk),
        ("result_layers", result.pk),
        ("picture_view", made.pk),
    ):
        assert page(alices, name, pk).status_code == 404, name
    masks = reverse("editor:picture_masks", args=[job.picture.pk])
    for address in ("/", "/gallery/", "/gallery/?q=golden", "/collections/", masks):
        shown = said(alices.get(address))
        for hidden in (made, also, job):
            assert str(hidden.pk) not in shown, address
    assert job.mask.file_url not in said(alices.get(masks))
    prompts = alices.get(reverse("editor:picture_prompts", args=[job.picture.pk]))
    assert job.prompt not in [each["prompt"] for each in prompts.json()["earlier"]]


def test_the_page_of_an_edit_shows_no_picture_that_lies_in_the_trash(alices, alice):
    job, made = edit_with_result(alice)
    lent, kept = make_picture(alice), adjusted(job)
    Reference.objects.create(job=job, picture=lent, place=0)
    trash.put_pictures_into_trash(alice, [made.pk, lent.pk, job.picture.pk])
    shown = said(page(alices, "job", job.pk))
    for gone in (made, lent, job.picture):
        assert f"/pictures/{gone.pk}/" not in shown
    assert "1 result of this edit lies in" in shown
    assert kept.preview_url in shown
    assert job.get_absolute_url() in said(alices.get("/gallery/"))
    assert f"/pictures/{made.pk}/" not in said(alices.get("/gallery/"))


def test_charlie_sees_nothing_of_alices_trash(charlies, alice, thrown):
    job, made, _ = thrown
    assert str(job.pk) not in said(page(charlies, "trash"))
    assert page(charlies, "trash_thumb", made.pk).status_code == 404
    for name, asked in (
        ("trash_restore", {"edit": job.pk}),
        ("trash_restore", {"moment": job.trashed_at.isoformat()}),
        ("trash_erase", {"edit": job.pk}),
        ("trash_empty", {}),
    ):
        charlies.post(reverse(f"editor:{name}"), asked)
    assert EditJob.objects.in_trash_of(alice).get() == job
    assert charlies.post(reverse("editor:job_delete", args=[job.pk])).status_code == 404


def test_the_thumbnail_of_the_trash_is_for_what_lies_there_alone(alices, alice, thrown):
    job, made, _ = thrown
    assert page(alices, "trash_thumb", made.pk).status_code == 200
    assert page(alices, "trash_thumb", job.picture.pk).status_code == 404
    purging.erase_edits(alice, [job.pk])
    assert page(alices, "trash_thumb", made.pk).status_code == 404


def test_all_that_went_at_one_moment_comes_back_at_once(alices, alice, thrown):
    moment = thrown[0].trashed_at.isoformat()
    alices.post(reverse("editor:trash_restore"), {"moment": moment})
    assert not EditJob.objects.in_trash_of(alice).exists()
    assert Picture.objects.owned_by(alice).filter(pk=thrown[1].pk).exists()
    answer = alices.post(reverse("editor:trash_restore"), {"edit": "nonsense"}, follow=True)
    assert "does not lie in the trash any more" in said(answer)


def test_an_open_edit_is_not_deleted_and_one_is_told_why(alices, alice):
    job = make_job(alice)
    answer = alices.post(reverse("editor:job_delete", args=[job.pk]), follow=True)
    assert "still open, so it stays" in said(answer)


@pytest.mark.parametrize(
    ("days", "ago", "words"),
    [
        (30, 18, "Deleted for good in 12 days"),
        (30, 29.5, "Deleted for good in 1 day"),
        (30, 31, "any moment now"),
        (0, 400, "stays until you delete it for good"),
    ],
)
def test_the_page_says_when_things_are_erased(alices, alice, settings, days, ago, words):
    settings.TRASH_DAYS = days
    moment = trash.put_picture_into_trash(alice, make_picture(alice)).moment
    Picture.objects.update(deleted_at=moment - timedelta(days=ago))
    assert words in said(page(alices, "trash"))


def test_a_full_trash_has_pages_that_leave_nothing_out(alices, alice, monkeypatch):
    monkeypatch.setattr("editor.views.trash.PAGE_SIZE", 2)
    for _ in range(5):
        trash.put_picture_into_trash(alice, make_picture(alice))
    together, _ = edit_with_result(alice)
    trash.put_edits_into_trash(alice, [together.pk])
    seen, address = [], reverse("editor:trash")
    while address:
        answer = alices.get(address)
        seen += [each.pk for each in answer.context["thrown"]]
        address = answer.context["next_url"]
    assert len(seen) == len(set(seen)) == 6


def test_tags_and_hearts_come_back_with_their_picture(alices, alice):
    picture = make_picture(alice)
    keeping.tag(alice, [picture.pk], ["winter"])
    keeping.mark_favourite(alice, [picture.pk], on=True)
    alices.post(reverse("editor:picture_delete", args=[picture.pk]))
    alices.post(reverse("editor:trash_restore"), {"picture": picture.pk})
    assert list(Picture.objects.favourite().tagged("winter").owned_by(alice)) == [picture]


def test_rita_still_finds_what_an_erased_edit_has_cost(ritas, alice, thrown):
    job, made, _ = thrown
    purging.erase_edits(alice, [job.pk])
    assert purging.erase_some()
    for name, row in (("editjob", job.pk), ("picture", made.pk)):
        answer = ritas.get(reverse(f"admin:editor_{name}_change", args=[row]))
        assert answer.status_code == 200
        assert "make it golden" not in said(answer)
    assert ritas.get(reverse("admin:editor_editjob_changelist")).status_code == 200
    assert page(ritas, "picture_thumb", made.pk).status_code == 404


def test_a_link_shows_nothing_that_its_owner_has_thrown_away(anonymous, alice):
    picture = make_picture(alice)
    _, token = make_share(alice, Shown(picture), Limits())
    address = reverse("editor:share", args=[token])
    assert anonymous.get(address).status_code == 200
    trash.put_picture_into_trash(alice, picture)
    assert anonymous.get(address).status_code == 404
    file = reverse("editor:share_file", args=[token, picture.pk, "preview"])
    assert anonymous.get(file).status_code == 404


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_moments_at_the_ends_of_the_calendar_are_none(alices, thrown, moment):
    assert said(page(alices, "trash", after=moment)).count('class="thrown"') == 1
    alices.post(reverse("editor:trash_restore"), {"moment": moment})
    assert said(page(alices, "trash")).count('class="thrown"') == 1


def test_a_studio_left_open_sends_no_paint_that_was_erased_meanwhile(alice):
    job = edited(alice)
    assert kept_mask(job.picture, job.mask_id) == job.mask
    trash.put_edits_into_trash(alice, [job.pk])
    purging.erase_edits(alice, [job.pk])
    assert purging.erase_some()
    assert kept_mask(job.picture, job.mask_id) is None


def test_staff_send_no_edit_again_whose_words_and_paint_were_thrown_away(ritas, alice, thrown):
    job, _, _ = thrown
    price = UpstreamModel.objects.get().estimate_nano("auto", 1)
    retry = reverse("admin:editor_editjob_retry", args=[job.pk])
    for erased in (False, True):
        if erased:
            purging.erase_edits(alice, [job.pk])
            assert purging.erase_some()
        answer = ritas.post(retry, {"shown_price": price}, follow=True)
        assert "This edit has been deleted, so it cannot be sent again." in said(answer)
    assert EditJob.objects.count() == 1
