"""Bad inputs 67 to 94: links and answers of the upstream, through the whole line.

What is tested closer to its code stands in the table of test_bad_inputs.py.
"""

import base64
import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from editor import gates, storage
from editor.models import (
    Attempt,
    EditJob,
    Gate,
    JobState,
    Lifeboat,
    Picture,
    Result,
    StaffAlert,
    UpstreamModel,
)
from editor.offers import refresh_catalogue
from editor.processing import process_job
from editor.results import keep_answer
from editor.tasks import run_job
from tests.factories import (
    CENT,
    make_job,
    make_mask,
    make_model,
    make_picture,
    picture_bytes,
)
from tests.nanogpt.scripted_server import ScriptedServer, answer, answer_json

pytestmark = pytest.mark.django_db


# Answers


@pytest.fixture
def job(alice, upstream, settings):
    """A masked job for a model of the sandbox."""
    refresh_catalogue()
    settings.NANOGPT_CALLS_PER_SECOND = 1000.0
    model = make_model("sandbox/inpaint-pro", sizes=["auto"], prices={"auto": 4 * CENT})
    return make_job(alice, model=model, picture=make_picture(alice, (640, 480)))


@pytest.fixture
def scripted(job, settings):
    """Let an upstream of our own say exactly this to the next calls; give what it saw."""
    running = []

    def say(*behaviours):
        server = ScriptedServer(*behaviours)
        running.append(server)
        server.__enter__()
        settings.NANOGPT_BASE_URL = server.origin
        settings.NANOGPT_RESULT_ORIGINS = frozenset({server.origin})
        return server

    yield say
    for server in running:
        server.__exit__(None, None, None)


def inline(data, **more):
    """An answer with its picture inside."""
    return {"data": [{"b64_json": base64.b64encode(data).decode()}], "cost": 0.04, **more}


def run(job):
    """Run a job to where it gets by itself; give the row as it is then."""
    run_job(str(job.pk))
    return EditJob.objects.get(pk=job.pk)


def assert_unknown(job):
    assert (job.state, job.charged) == (JobState.UNKNOWN, EditJob.Charged.UNKNOWN)
    assert Attempt.objects.get().state == Attempt.State.UNKNOWN
    assert "<" not in job.failure_sentence


GOOD = picture_bytes((640, 480))
ODD_ANSWERS = [
    pytest.param(answer("<html>hello", headers={"Content-Type": "text/html"}), id="74-html"),
    pytest.param(answer('{"data": [{"url": "htt'), id="75-truncated"),
    pytest.param(answer(""), id="75-nothing"),
    pytest.param(answer_json({"data": [], "cost": 0.04}), id="76-empty-data"),
    pytest.param(answer_json({"data": [{}]}), id="77-neither"),
    pytest.param(answer_json({"data": [{"url": None, "b64_json": ""}]}), id="77-null"),
    pytest.param(answer_json({"data": [{"b64_json": "###"}]}), id="80-no-base64"),
    pytest.param(answer_json({"error": {"message": "no <b>luck</b>"}}), id="91-error-in-200"),
    pytest.param(answer("", 200, {"X": "y" * 200_000}), id="93-header-flood"),
    pytest.param(answer_json([]), id="77-a-list"),
    pytest.param(answer("null"), id="77-null-body"),
]


@pytest.mark.parametrize("behaviour", ODD_ANSWERS)
def test_an_answer_that_cannot_be_used_is_unknown_and_asked_for_once(job, scripted, behaviour):
    server = scripted(behaviour)
    assert_unknown(run(job))
    run(job)
    assert len(server.requests) == 1


def test_76_a_cost_beside_no_picture_is_kept(job, scripted):
    scripted(answer_json({"data": [], "cost": 0.04}))
    run(job)
    assert Attempt.objects.get().cost_nano == 4 * CENT


def test_78_of_bytes_and_a_link_the_bytes_are_taken(job, scripted):
    both = inline(GOOD)
    both["data"][0]["url"] = "https://nowhere.example/a.png"
    server = scripted(answer_json(both))
    assert run(job).state == JobState.DONE
    assert len(server.requests) == 1, "the link was not asked for"


def test_79_bytes_although_a_link_was_asked_for_are_normal(job, upstream):
    upstream.fail_with({"kind": "base64"})
    assert run(job).state == JobState.DONE
    assert not Lifeboat.objects.exists()


@pytest.mark.parametrize(
    "data", [b"no picture at all", GOOD[: len(GOOD) // 2]], ids=["text", "half"]
)
def test_80_paid_bytes_that_are_no_picture_are_kept_for_staff(job, scripted, data):
    scripted(answer_json(inline(data)))
    failed = run(job)
    assert (failed.state, failed.charged) == (JobState.FAILED, EditJob.Charged.YES)
    assert storage.get(Result.objects.get().raw.name) == data


def test_81_an_answer_without_end_is_stopped(job, scripted):
    scripted(answer(json.dumps(inline(b"x" * 80_000_000))))
    stopped = run(job)
    assert_unknown(stopped)


def odd_picture(size, image_format, frames=1):
    images = [Image.new("RGB", size, (40 * i, 90, 160)) for i in range(frames)]
    out = io.BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if frames > 1 else {}
    images[0].save(out, image_format, **more)
    return out.getvalue()


ODD_PICTURES = [
    pytest.param(odd_picture((2000, 1500), "PNG"), id="83-larger"),
    pytest.param(odd_picture((64, 48), "PNG"), id="83-smaller"),
    pytest.param(odd_picture((480, 640), "PNG"), id="83-other-way-round"),
    pytest.param(odd_picture((640, 480), "JPEG"), id="83-jpeg"),
    pytest.param(odd_picture((640, 480), "WEBP"), id="83-webp"),
    pytest.param(GOOD, id="84-same-as-the-input"),
]


@pytest.mark.parametrize("data", ODD_PICTURES)
def test_an_odd_picture_is_kept_and_the_lock_holds(job, scripted, data):
    scripted(answer_json(inline(data)))
    done = run(job)
    assert done.state == JobState.DONE, done.failure_sentence
    result = Result.objects.get()
    assert (result.picture.width, result.picture.height) == (640, 480)
    assert result.changed_pixels == 0


@pytest.mark.parametrize(
    ("data", "is_told"),
    [(GOOD, True), (odd_picture((640, 480), "PNG"), False)],
    ids=["same", "new"],
)
def test_84_an_answer_without_any_change_is_kept_and_said_to_be_one(
    job, scripted, alices, data, is_told
):
    scripted(answer_json(inline(data)))
    assert run(job).state == JobState.DONE
    page = alices.get(job.get_absolute_url()).content.decode()
    assert ("Nothing you painted has visibly changed" in page) == is_told


@pytest.mark.parametrize("masked", [True, False])
def test_a_transparent_picture_that_comes_back_opaque_is_said_to_be_filled(
    job, scripted, alices, masked
):
    Picture.objects.filter(pk=job.picture_id).update(transparent=True)
    if not masked:
        EditJob.objects.update(mask=None)
    scripted(answer_json(inline(odd_picture((640, 480), "PNG"))))
    assert run(job).state == JobState.DONE
    page = alices.get(job.get_absolute_url()).content.decode()
    assert ("the model has filled them" in page) is not masked


def test_83_an_animated_answer_ends_honestly_with_its_bytes_kept(job, scripted):
    data = odd_picture((640, 480), "WEBP", frames=3)
    scripted(answer_json(inline(data)))
    ended = run(job)
    assert ended.state in (JobState.DONE, JobState.FAILED)
    assert ended.charged == EditJob.Charged.YES
    assert storage.get(Result.objects.get().raw.name) == data


@pytest.mark.parametrize(("asked", "came"), [(1, 3), (3, 1)])
def test_85_more_or_fewer_pictures_than_asked_for_are_all_kept(job, scripted, asked, came):
    EditJob.objects.filter(pk=job.pk).update(n=asked)
    job.consents.update(max_cost_nano=asked * 4 * CENT)
    body = inline(GOOD)
    body["data"] *= came
    scripted(answer_json(body))
    done = run(job)
    assert (done.state, done.result_count) == (JobState.DONE, came), done.failure_sentence
    assert f"({asked} asked for)" in " ".join(done.events.values_list("sentence", flat=True))


@pytest.mark.parametrize("mime", ["text/html", "application/json", "image/gif", ""])
def test_86_the_type_that_is_claimed_does_not_count(job, scripted, mime):
    server = scripted(
        *[answer()] * 0, answer_json({}), answer(GOOD, headers={"Content-Type": mime})
    )
    server._behaviours[0] = answer_json({"data": [{"url": f"{server.origin}/a.png"}]})
    assert run(job).state == JobState.DONE


def test_87_a_download_that_breaks_off_is_repeated_and_the_call_is_not(job, scripted):
    server = scripted(answer_json({}), answer(GOOD, length=len(GOOD) + 10), answer(GOOD))
    server._behaviours[0] = answer_json({"data": [{"url": f"{server.origin}/a.png"}]})
    attempt_id = process_job(job.pk)
    keep_answer(attempt_id)
    assert EditJob.objects.get(pk=job.pk).state == JobState.RECEIVED
    keep_answer(attempt_id)
    assert EditJob.objects.get(pk=job.pk).state == JobState.DONE
    assert [seen.method for seen in server.requests] == ["POST", "GET", "GET"]


ODD_COSTS = [("-1", "negative"), ('"free"', "text"), ("1e400", "infinite"), ("[]", "list")]
ODD_COSTS += [("NaN", "nan"), ("1e60", "gigantic"), ("true", "true"), ("null", "null")]


@pytest.mark.parametrize("cost", [c for c, _ in ODD_COSTS], ids=[f"88-{i}" for _, i in ODD_COSTS])
def test_88_an_odd_cost_is_no_figure_and_the_estimate_is_settled(job, alice, scripted, cost):
    body = json.dumps(inline(GOOD, cost="COST")).replace('"COST"', cost)
    scripted(answer(body))
    assert run(job).state == JobState.DONE
    assert Attempt.objects.get().cost_nano is None
    budget = alice.budgets.get()
    assert (budget.reserved_nano, budget.spent_nano) == (0, job.estimate_nano)
    told = StaffAlert.objects.unresolved().get()
    assert (told.kind, told.subject, told.job) == ("odd_cost", job.model_id, job)
    assert "$0.04 was expected" in told.sentence


def test_88_a_cost_of_a_billion_dollars_overflows_nothing(job, alice, scripted):
    scripted(answer_json(inline(GOOD, cost=10**9)))
    assert run(job).state == JobState.DONE
    budget = alice.budgets.get()
    assert (budget.reserved_nano, budget.spent_nano) == (0, job.estimate_nano)
    assert UpstreamModel.objects.get(model_id=job.model_id).held_back


def test_88_a_cost_above_the_consent_is_booked_and_the_model_held_back(job, alice, scripted):
    scripted(answer_json(inline(GOOD, cost=0.5)))
    done = run(job)
    assert (done.state, done.charged) == (JobState.DONE, EditJob.Charged.YES)
    assert alice.budgets.get().spent_nano == 50 * CENT, "what was charged is what is spent"
    told = StaffAlert.objects.unresolved().get()
    assert "charged $0.50 where $0.04 was expected" in told.sentence
    assert UpstreamModel.objects.get(model_id=job.model_id).held_back


def test_89_a_balance_below_the_floor_is_told_to_staff(job, scripted, alices):
    scripted(answer_json(inline(GOOD, remainingBalance=0.5)))
    assert run(job).state == JobState.DONE
    told = StaffAlert.objects.unresolved().get()
    assert told.kind == StaffAlert.Kind.LOW_BALANCE
    assert told.sentence not in alices.get("/").content.decode()


@pytest.mark.parametrize("balance", ["-3", '"much"', "1e60", "[]"])
def test_89_an_odd_balance_does_no_harm(job, scripted, balance):
    body = json.dumps(inline(GOOD, remainingBalance="BALANCE")).replace('"BALANCE"', balance)
    scripted(answer(body))
    assert run(job).state == JobState.DONE


def test_90_the_words_of_an_error_are_shown_without_key_and_markup(job, scripted, alices, settings):
    said = f"<script>alert(1)</script>Wrong {settings.NANOGPT_API_KEY} <img src=x onerror=y>"
    scripted(answer_json({"error": {"message": said, "code": "bad_request"}}, status=400))
    failed = run(job)
    assert (failed.state, failed.charged) == (JobState.FAILED, EditJob.Charged.NO)
    page = alices.get(job.get_absolute_url()).content.decode()
    for word in (settings.NANOGPT_API_KEY, "<script>alert", "onerror"):
        assert word not in page


RETRY_AFTER = [("-5", 1, 60), ("999999", 60, 24 * 3600), ("garbage", 1, 60), ("0", 0, 60)]
RETRY_AFTER += [("Thu, 01 Jan 1970 00:00:00 GMT", 0, 60), ("1e9", 1, 24 * 3600)]


@pytest.mark.parametrize(
    ("said", "least", "most"), RETRY_AFTER, ids=[f"92-{said}" for said, _, _ in RETRY_AFTER]
)
def test_92_an_odd_retry_after_is_kept_within_reason(job, scripted, said, least, most):
    error = {"error": {"message": "Slow down.", "code": "rate_limited"}}
    scripted(answer_json(error, status=429, headers={"Retry-After": said}))
    waiting = run(job)
    assert (waiting.state, waiting.charged) == (JobState.WAITING, EditJob.Charged.NO)
    gate = Gate.objects.get(key_hash=gates.key_hash())
    wait = (gate.closed_until - timezone.now()).total_seconds()
    assert least - 1 <= wait <= most + 1


# Links

REFUSED_LINKS = [
    pytest.param("http://files.example/a.png", id="67-plain-http"),
    pytest.param("file:///etc/passwd", id="71-file"),
    pytest.param("ftp://files.example/a.png", id="71-ftp"),
    pytest.param("https://127.0.0.1/a.png", id="68-loopback"),
    pytest.param("https://[::1]/a.png", id="68-loopback-6"),
    pytest.param("https://2130706433/a.png", id="68-decimal"),
    pytest.param("https://0x7f.1/a.png", id="68-hex-and-short"),
    pytest.param("https://user:pw@files.example/a.png", id="72-userinfo"),
    pytest.param("https://files.example:22/a.png", id="72-port-22"),
    pytest.param("https://", id="72-no-host"),
]


@pytest.mark.parametrize("url", REFUSED_LINKS)
def test_a_link_that_must_not_be_followed_loses_no_answer_and_pays_no_second_call(
    job, scripted, monkeypatch, url
):
    def no_network(*_args, **_more):
        raise AssertionError("somebody was connected to")

    server = scripted(answer_json({"data": [{"url": url}], "cost": 0.04}))
    attempt_id = process_job(job.pk)
    if attempt_id is None:
        # The answer itself was not taken for one.
        assert_unknown(EditJob.objects.get(pk=job.pk))
        return
    monkeypatch.setattr("editor.nanogpt.wire.open_socket", no_network)
    keep_answer(attempt_id)
    kept = EditJob.objects.get(pk=job.pk)
    assert kept.state in (JobState.RECEIVED, JobState.FAILED)
    assert kept.charged == EditJob.Charged.YES
    assert Attempt.objects.get().cost_nano == 4 * CENT
    assert len(server.requests) == 1
    assert not Result.objects.exclude(picture=None).exists()
    told = StaffAlert.objects.unresolved().get(kind=StaffAlert.Kind.REFUSED_LINK)
    assert told.job == kept
    assert "not followed" in told.sentence
    assert "pw@" not in told.sentence + told.subject, "a password in a link is nobody's business"


def test_67_one_place_that_is_refused_again_and_again_is_one_alert(job, scripted):
    url = "http://files.example/a.png?Signature=secret"
    scripted(answer_json({"data": [{"url": url}, {"url": url}], "cost": 0.04}))
    attempt_id = process_job(job.pk)
    for _ in range(2):
        keep_answer(attempt_id)
    told = StaffAlert.objects.get()
    assert (told.kind, told.subject, told.count) == ("refused_link", "http://files.example:80", 4)
    assert "secret" not in told.sentence


def test_71_a_redirect_of_a_link_is_not_followed(job, upstream):
    upstream.fail_with({"kind": "link_redirect", "location": "http://127.0.0.1:9/secret"})
    attempt_id = process_job(job.pk)
    keep_answer(attempt_id)
    assert EditJob.objects.get(pk=job.pk).state == JobState.RECEIVED
    assert not Result.objects.exclude(picture=None).exists()


def test_72_a_link_of_twenty_kilobytes_is_no_crash(job, scripted):
    scripted(answer_json({"data": [{"url": "https://files.example/" + "a" * 20_000}]}))
    assert run(job).state in (JobState.RECEIVED, JobState.UNKNOWN, JobState.FAILED)


def test_73_a_dead_link_is_an_honest_loss_that_was_charged(job, upstream):
    upstream.fail_with({"kind": "expired_link"})
    attempt_id = process_job(job.pk)
    for _ in range(3):
        Attempt.objects.update(links_expire_at=timezone.now() - timedelta(minutes=1))
        keep_answer(attempt_id)
    lost = EditJob.objects.get(pk=job.pk)
    assert (lost.state, lost.charged) == (JobState.FAILED, EditJob.Charged.YES)
    assert Attempt.objects.get().state == Attempt.State.LOST
    assert len(upstream.calls()) == 1
    told = StaffAlert.objects.unresolved().get(kind=StaffAlert.Kind.LOST_RESULT)
    assert Attempt.objects.get().upstream_request_id in told.sentence


def test_a_mask_and_a_picture_of_ones_own_still_work_after_all_that(job, upstream):
    assert run(job).state == JobState.DONE
    assert Picture.objects.filter(origin=Picture.Origin.RESULT).count() == 1
    assert make_mask(job.picture)
