"""One picture full screen: its facts, its neighbours, and the ways to go on from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from editor.models import Adjustment, Attempt, EditJob, JobState, Picture, Result
from tests.factories import CENT, make_job, make_model, make_picture

pytestmark = pytest.mark.django_db

KEY = "sk-nano-the-real-key-of-this-server"


def bring(job: EditJob, count: int = 1, **fields: object) -> list[Picture]:
    """Let a call bring this job results; the pictures in their order."""
    box = [0, 0, job.picture.width, job.picture.height]
    attempt = Attempt.objects.create(
        job=job,
        consent=job.consents.get(),
        state=Attempt.State.SAVED,
        cost_nano=4 * CENT,
        upstream_request_id="req-upstream-7",
        frame={"box": box, "sent": [256, 192], "mime": "image/jpeg", "mask_dialect": "alpha"},
    )
    made = []
    for index in range(count):
        picture = make_picture(job.owner, name=f"result {index + 1}.png")
        Picture.objects.filter(pk=picture.pk).update(origin=Picture.Origin.RESULT)
        picture.refresh_from_db()
        values = {"outside_pixels": 76000, "changed_pixels": 0, **fields}
        Result.objects.create(attempt=attempt, index=index, raw_bytes=1, picture=picture, **values)
        made.append(picture)
    return made


def adjust(job: EditJob) -> Picture:
    picture = make_picture(job.owner, name="adjusted.png")
    Picture.objects.filter(pk=picture.pk).update(origin=Picture.Origin.ADJUSTED)
    settings = {
        "areas": [], "feather": 3, "grow": 0, "opacity": 100, "match_colour": True,
        "undo_drift": True,
    }  # fmt: skip
    Adjustment.objects.create(
        job=job, settings=settings, digest="d", state=Adjustment.State.DONE, picture=picture
    )
    picture.refresh_from_db()
    return picture


def done(owner, minutes: int = 0, **fields) -> EditJob:
    """An edit that is done, so many minutes after the others."""
    at = timezone.now() + timedelta(minutes=minutes)
    return make_job(
        owner, JobState.DONE, created_at=at, started_at=at + timedelta(seconds=2),
        finished_at=at + timedelta(seconds=14), **fields,
    )  # fmt: skip


@pytest.fixture
def job(alice):
    return done(alice)


@pytest.fixture
def result(job):
    return bring(job)[0]


def steps(browser, picture, query="") -> tuple:
    beside = browser.get(picture.view_url + query).context["beside"]
    return tuple(step.picture if step else None for step in (beside.previous, beside.next))


def test_alice_reads_everything_that_is_known_of_a_result(alices, job, result):
    page = alices.get(result.view_url).content.decode()
    for fact in (
        job.prompt,
        job.model_name,
        "256 × 192",  # noqa: RUF001
        job.mask.share_text,
        job.mask_url,
        "0 of 76\u202f000 outside pixels changed",
        "req-upstream-7",
        str(Attempt.objects.get().pk),
        "12 s",
        result.kept_as,
        result.name,
    ):
        assert fact in page, fact


def test_drift_and_what_the_model_redrew_are_told(alices, job):
    fields = {
        "raw_changed_share": 0.38, "drift_dx": 4.0, "drift_dy": -2.0, "drift_scale": 1.0,
        "drift_undone": True, "drift_textured": True,
    }  # fmt: skip
    (picture,) = bring(job, **fields)
    page = alices.get(picture.view_url).content.decode()
    assert "redrawn 38" in page
    assert Result.objects.get().fit_sentence in page
    assert Result.objects.get().fit_sentence


def test_an_upload_shows_only_what_applies(alices, alice):
    picture = make_picture(alice)
    page = alices.get(picture.view_url)
    assert "making" not in page.context
    words = page.content.decode()
    assert "Lock check" not in words
    assert "Receipt" not in words
    assert "API call" not in words
    assert "data-before" not in words
    assert picture.kept_as in words


def test_before_is_what_it_was_made_of_unless_that_was_deleted(alices, job, result):
    assert alices.get(result.view_url).context["before"] == job.picture
    Picture.objects.filter(pk=job.picture_id).update(deleted_at=timezone.now())
    page = alices.get(result.view_url)
    assert page.context["before"] is None
    assert job.picture.preview_url not in page.content.decode()


@pytest.mark.parametrize("who", ["bobs", "charlies"])
def test_bob_and_charlie_are_told_that_there_is_nothing(request, who, result):
    assert request.getfixturevalue(who).get(result.view_url).status_code == 404


def test_who_is_not_logged_in_is_sent_to_the_login(anonymous, result):
    assert anonymous.get(result.view_url).status_code == 302


def test_a_deleted_picture_is_gone_for_alice(alices, result):
    Picture.objects.filter(pk=result.pk).update(deleted_at=timezone.now())
    assert alices.get(result.view_url).status_code == 404


def test_rita_looks_but_is_offered_nothing_that_is_the_owners(ritas, job, result):
    page = ritas.get(result.view_url)
    words = page.content.decode()
    assert job.prompt in words
    assert "outside pixels changed" in words
    for address in (
        reverse("editor:studio", args=[result.pk]),
        reverse("editor:studio", args=[job.picture_id]),
        result.original_url,
        result.download_url,
        job.get_absolute_url(),
    ):
        assert f'href="{address}"' not in words
        assert f'href="{address}?' not in words
        assert f'action="{address}"' not in words
    assert "recalls" not in page.context
    assert "script" not in page.context
    assert page.context["close_url"] == reverse("admin:editor_editjob_change", args=[job.pk])


def test_rita_without_leave_to_see_edits_reads_no_prompt(ritas, reviewers_may, job, result):
    reviewers_may(less={"editor.view_editjob"})
    page = ritas.get(result.view_url)
    assert page.status_code == 200
    assert job.prompt not in page.content.decode()


def test_the_arrows_lead_through_the_results_of_an_edit_and_then_to_other_edits(alices, alice):
    older, here, newer = (done(alice, minutes) for minutes in (1, 2, 3))
    before, first, second, after = *bring(older), *bring(here, 2), *bring(newer)
    third = adjust(here)
    assert steps(alices, first) == (after, second)
    assert steps(alices, second) == (first, third)
    assert steps(alices, third) == (second, before)
    assert steps(alices, after) == (None, first)
    # Back from the older edit one comes to the last picture of this one.
    assert steps(alices, before) == (third, None)


def test_the_arrows_pass_over_what_is_deleted_hidden_or_without_a_picture(alices, alice, charlie):
    old = done(alice, 1)
    (far,) = bring(old)
    done(alice, 2)
    (gone,) = bring(done(alice, 3))
    Picture.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    bring(done(alice, 4, hidden=True))
    bring(done(charlie, 5))
    (here,) = bring(done(alice, 6))
    assert steps(alices, here) == (None, far)


def test_uploads_lead_to_uploads(alices, alice, bob):
    first = make_picture(alice)
    make_picture(bob)
    second = make_picture(alice)
    assert steps(alices, second) == (None, first)
    assert steps(alices, first) == (second, None)


def test_out_of_the_gallery_the_arrows_keep_to_what_was_looked_for(alices, alice):
    golden = done(alice, 1, prompt="golden lamp")
    done_else = done(alice, 2, prompt="a red door")
    here = done(alice, 3, prompt="golden hour")
    (lamp,), _, (hour,) = bring(golden), bring(done_else), bring(here)
    query = "?in=gallery&q=golden"
    assert steps(alices, hour, query) == (None, lamp)
    assert steps(alices, lamp, query) == (hour, None)
    assert steps(alices, hour, query + "&sort=oldest") == (lamp, None)
    page = alices.get(hour.view_url + query)
    assert page.context["beside"].next.url == f"{lamp.view_url}{query}"
    assert page.context["close_url"] == "/gallery/?q=golden"


def test_close_leads_to_the_result_on_the_page_of_its_edit(alices, job):
    _, second = bring(job, 2)
    close = alices.get(second.view_url).context["close_url"]
    assert close == f"{job.get_absolute_url()}#result-2"
    assert 'id="result-2"' in alices.get(job.get_absolute_url()).content.decode()


def test_each_recall_opens_a_studio_with_just_that(alices, alice, job, result):
    EditJob.objects.filter(pk=job.pk).update(n=2, size="1024x1024")
    page = alices.get(result.view_url)
    urls = {recall.command: recall.url for recall in page.context["recalls"]}
    assert list(urls) == ["use-all", "remix", "use-prompt", "use-mask", "use-size"]

    def wish(command):
        answer = alices.get(urls[command])
        assert answer.context["wish"]["is_again"]
        return answer.context["picture"], answer.context["wish"]

    picture, whole = wish("use-all")
    assert picture == job.picture
    asked = (whole["prompt"], whole["n"], whole["size"], whole["mask_url"], whole["kept_mask"])
    assert asked == (job.prompt, 2, "1024x1024", job.mask_url, job.mask_id)
    picture, whole = wish("remix")
    assert picture == result
    assert (whole["prompt"], whole["mask_url"]) == (job.prompt, job.mask_url)
    assert whole["kept_mask"] is None, "a form without script knows masks of its picture only"
    picture, words = wish("use-prompt")
    assert picture == job.picture
    assert (words["prompt"], words["mask_url"], words["size"]) == (job.prompt, None, "")
    _, painted = wish("use-mask")
    assert (painted["prompt"], painted["mask_url"]) == ("", job.mask_url)
    _, sized = wish("use-size")
    assert (sized["prompt"], sized["size"], sized["n"]) == ("", "1024x1024", 1)


def test_edit_further_is_the_studio_of_the_result_with_an_empty_wish(alices, result):
    words = alices.get(result.view_url).content.decode()
    assert f'href="{result.get_absolute_url()}"' in words
    assert alices.get(result.get_absolute_url()).context["wish"]["prompt"] == ""


def test_a_recall_leaves_the_rest_as_the_draft_has_it(alices, alice, job):
    saved = {
        "prompt": "half a thought", "model": job.model_id, "n": "3", "size": "",
        "revision": "00000000-0000-4000-8000-00000000000a", "base": "",
        "changed_at": timezone.now().isoformat(),
    }  # fmt: skip
    draft = reverse("editor:picture_draft", args=[job.picture_id])
    assert alices.post(draft, saved).status_code == 200
    wish = alices.get(f"{job.picture.get_absolute_url()}?again={job.pk}&take=mask").context["wish"]
    assert (wish["prompt"], wish["n"], wish["mask_url"]) == ("half a thought", 3, job.mask_url)


def test_what_was_made_of_a_deleted_picture_goes_on_from_the_result(alices, job, result):
    Picture.objects.filter(pk=job.picture_id).update(deleted_at=timezone.now())
    urls = {each.command: each.url for each in alices.get(result.view_url).context["recalls"]}
    assert "use-all" not in urls
    for url in urls.values():
        assert url.startswith(result.get_absolute_url())
        assert alices.get(url).context["wish"]["is_again"]


def test_a_mask_of_another_size_does_not_come_along(alices, alice, job):
    (small,) = bring(job)
    Picture.objects.filter(pk=small.pk).update(width=100)
    wish = alices.get(f"{small.get_absolute_url()}?again={job.pk}").context["wish"]
    assert wish["mask_url"] is None
    assert wish["prompt"] == job.prompt


def test_nobody_recalls_anothers_edit(charlies, charlie, job, result):
    own = make_picture(charlie)
    for take in ("all", "prompt", "mask", "size"):
        wish = charlies.get(f"{own.get_absolute_url()}?again={job.pk}&take={take}").context["wish"]
        assert (wish["prompt"], wish["mask_url"]) == ("", None)


def test_an_edit_in_the_trash_is_not_recalled(alices, job):
    EditJob.objects.filter(pk=job.pk).update(trashed_at=timezone.now())
    wish = alices.get(f"{job.picture.get_absolute_url()}?again={job.pk}").context["wish"]
    assert "is_again" not in wish


def test_the_call_is_shown_without_key_or_paths(alices, job, result, settings):
    settings.NANOGPT_API_KEY = KEY
    settings.NANOGPT_BASE_URL = "https://api.example"
    EditJob.objects.filter(pk=job.pk).update(n=2)
    page = alices.get(result.view_url)
    curl, python = page.context["script"].as_curl, page.context["script"].as_python
    assert "https://api.example/api/v1/images/edits" in curl
    assert "-F 'image=@image.jpg;type=image/jpeg'" in curl
    assert "-F 'mask=@mask.png;type=image/png'" in curl
    assert f"model={job.model_id}" in curl
    assert "n=2" in curl
    words = page.content.decode()
    for script in (curl, python):
        assert KEY not in script
        assert str(job.picture.file.name) not in script
    assert KEY not in words
    assert str(job.picture.file.name) not in words


def test_a_model_without_masks_gets_none_in_the_call_either(alices, alice):
    job = done(alice, model=make_model("sandbox/blind", mask_dialect="none"))
    (picture,) = bring(job)
    Attempt.objects.update(
        frame={"mime": "image/png", "mask_dialect": "none", "references": [[8, 8]]}
    )
    script = alices.get(picture.view_url).context["script"]
    assert [field for field, _, _ in script.files] == ["image[]", "image[]"]


def test_more_results_and_edits_cost_no_more_queries(alices, alice, django_assert_max_num_queries):
    here = done(alice, 5)
    (picture,) = bring(here)
    bring(done(alice, 4)), bring(done(alice, 6))
    alices.get(picture.view_url)
    with django_assert_max_num_queries(26) as few:
        alices.get(picture.view_url)
    for minutes in (1, 2, 3, 7, 8):
        bring(done(alice, minutes), 3)
    Result.objects.filter(picture=picture).update(index=9)
    attempt = Attempt.objects.get(job=here)
    for index in range(6):
        Result.objects.create(
            attempt=attempt, index=index, raw_bytes=1, picture=make_picture(alice)
        )
    adjust(here)
    with django_assert_max_num_queries(len(few)):
        alices.get(picture.view_url)


def test_the_page_of_an_edit_leads_here(alices, job, result):
    assert result.view_url in alices.get(job.get_absolute_url()).content.decode()
