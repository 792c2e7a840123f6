"""Bad inputs 45 to 94: prompts and parameters, links, and answers of the upstream, end to end.

The number of each case stands in its id. Here every answer goes through the whole line: the
call over real HTTP, the download, the composing, the rows. What the cases below leave out is
tested closer to its code:

| number | where |
| --- | --- |
| 46, 48, 51 to 53, 55, 56 | also in views/test_submit.py, as a person's form |
| 49 | no table is exported yet, so nothing can start with an equals sign |
| 50 | house/test_logs.py: every error path with a marker prompt and key |
| 54 | no seed is asked for yet; as an unknown field it is dropped, see 55 |
| 62 | a consent has no versions: the price on the button is what is agreed to, see 56 |
| 63 | house/test_env.py and nanogpt/test_sending.py: the key is a setting, not a form |
| 64 | stages/test_gates.py: a refused key closes the gate, and says so |
| 65 | numbers of pages do not exist; the marks of the gallery below |
| 66 | views/test_accounts.py, test_the_login_does_not_lead_elsewhere |
| 68 to 70 | nanogpt/test_download_guard.py, with a resolver and a network that only record |
| 82, 93, 94 | nanogpt/test_answers.py and nanogpt/test_not_sent.py, with raw sockets and TLS |
| 89 | no floor of the balance can be set yet; the balance stands on the receipt |
"""

import base64
import io
import json
import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from editor import gates, storage
from editor.models import Attempt, EditJob, Gate, JobState, Lifeboat, Picture, Result
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
    mask_bytes,
    picture_bytes,
)
from tests.nanogpt.scripted_server import ScriptedServer, answer, answer_json

pytestmark = pytest.mark.django_db

SCRIPT = {"accept": "application/json"}
NOT_SENT = 400, 402, 404, 409, 413, 422


# Prompts and parameters


@pytest.fixture
def form(alice):
    """Alice's picture, and a good form for it."""
    model = make_model()
    fields = {
        "prompt": "make it golden",
        "model": model.model_id,
        "n": "1",
        "size": "auto",
        "submit_key": str(uuid.uuid4()),
        "shown_price": str(4 * CENT),
    }
    return make_picture(alice), fields


def send(client, form, **changes):
    picture, fields = form
    fields = {name: value for name, value in {**fields, **changes}.items() if value is not None}
    fields["mask"] = SimpleUploadedFile("mask.png", mask_bytes(), "image/png")
    return client.post(reverse("editor:submit", args=[picture.pk]), fields, headers=SCRIPT)


REFUSED = [
    pytest.param({"prompt": ""}, id="45-empty"),
    pytest.param({"prompt": " \u3000\n\t"}, id="45-blank"),
    pytest.param({"prompt": "\u0000\u0007"}, id="45-nothing-but-control"),
    pytest.param({"prompt": "é" * 1_000_000}, id="46-one-megabyte"),
    pytest.param({"prompt": "x" * 4001}, id="46-one-too-many"),
    pytest.param({"prompt": "a\x00b"}, id="47-nul"),
    pytest.param({"model": "nobody/knows"}, id="51-unknown-model"),
    pytest.param({"model": "' OR 1=1 --"}, id="51-sql"),
    *(
        pytest.param({"n": n}, id=f"52-n-{n}")
        for n in ("0", "-1", "1e9", "1000000000", "true", "NaN", "1.5", "9" * 400, "\uff11\uff10")
    ),
    pytest.param({"size": "9999x9999"}, id="53-size"),
    pytest.param({"size": "auto\r\nX: y"}, id="53-size-with-a-header"),
    pytest.param({"shown_price": str(3 * CENT)}, id="56-other-price"),
    pytest.param({"shown_price": "0"}, id="57-nothing"),
    pytest.param({"shown_price": "-1"}, id="57-negative"),
    pytest.param({"shown_price": str(10**30)}, id="57-gigantic"),
    pytest.param({"submit_key": "x"}, id="58-no-key"),
]


@pytest.mark.parametrize("changes", REFUSED)
def test_it_is_refused_with_a_sentence_and_nothing_is_kept(alices, form, changes):
    answer = send(alices, form, **changes)
    assert answer.status_code in NOT_SENT, answer.content
    assert (
        answer.json()["error"].strip().endswith((".", ":", "…", "”", "?")) or answer.json()["error"]
    )
    assert "Traceback" not in answer.json()["error"]
    assert not EditJob.objects.exists()


KEPT = [
    pytest.param("ab\x07c\td\ne\x7f", "abc\td\ne", id="47-control-characters"),
    pytest.param("a\r\nb\rc", "a\nb\nc", id="47-line-ends"),
    pytest.param("cafe\u0301", "café", id="47-combining"),
    pytest.param("x" * 4000, "x" * 4000, id="46-exactly-the-limit"),
    pytest.param("<script>alert(1)</script>", "<script>alert(1)</script>", id="48-script"),
    pytest.param("{{7*7}} {% debug %}", "{{7*7}} {% debug %}", id="48-template"),
    pytest.param("=1+1", "=1+1", id="49-formula"),
    pytest.param("🎨 \u202egnp", "🎨 \u202egnp", id="47-emoji-and-direction"),
]


@pytest.mark.parametrize(("typed", "kept"), KEPT)
def test_it_is_kept_as_text_and_shown_escaped(alices, form, typed, kept):
    assert send(alices, form, prompt=typed).status_code == 201
    job = EditJob.objects.get()
    assert job.prompt == kept
    page = alices.get(job.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert ("{{7*7}}" in page) == ("{{7*7}}" in kept)


def test_47_a_lone_surrogate_is_dropped_or_refused_and_never_a_crash(alices, form):
    picture, fields = form
    body = "&".join(f"{name}={value}" for name, value in fields.items() if name != "prompt")
    address = reverse("editor:submit", args=[picture.pk])
    kind = "application/x-www-form-urlencoded"
    # The bytes of U+D800 in UTF-8, which no decoder should take.
    answer = alices.post(address, f"{body}&prompt=a%ED%A0%80b", content_type=kind, headers=SCRIPT)
    assert answer.status_code in (201, *NOT_SENT)
    assert "\ud800" not in "".join(EditJob.objects.values_list("prompt", flat=True))


def test_51_a_model_that_is_switched_off_is_refused(alices, form):
    make_model(is_hidden=True)
    assert send(alices, form).status_code == 422


@pytest.mark.parametrize("name", ["webhook", "imageUrl", "stream", "seed", "max_cost", "api_key"])
def test_55_fields_that_nobody_asked_for_are_dropped(alices, form, name):
    assert send(alices, form, **{name: "https://evil.example"}).status_code == 201
    assert "evil" not in str(EditJob.objects.values())


def test_58_the_same_key_twice_is_one_job(alices, form):
    assert [send(alices, form).status_code for _ in range(2)] == [201, 200]
    assert EditJob.objects.count() == 1


@pytest.mark.parametrize("changes", [{"prompt": "something else"}, {"n": "2"}], ids=str)
def test_59_the_same_key_with_another_wish_is_refused(alices, form, changes):
    send(alices, form)
    price = str(4 * CENT * int(changes.get("n", "1")))
    assert send(alices, form, **changes, shown_price=price).status_code == 409
    assert EditJob.objects.count() == 1


def without_token(answer):
    """A page without what is different every time: tokens against forged forms."""
    return re.sub(r"[\w:-]{40,}", "", answer.content.decode())


@pytest.mark.parametrize("name", ["job", "job_status", "job_card"])
def test_60_anothers_job_and_no_job_look_alike(charlies, alice, name):
    there = charlies.get(reverse(f"editor:{name}", args=[make_job(alice).pk]))
    nowhere = charlies.get(reverse(f"editor:{name}", args=[uuid.uuid4()]))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert without_token(there) == without_token(nowhere)


@pytest.mark.parametrize("word", ["1 OR 1=1", "1", "..", "%00", "x" * 5000])
def test_60_an_id_that_is_none_is_not_found(charlies, word):
    assert charlies.get(f"/jobs/{word}/").status_code == 404


@pytest.mark.parametrize("state", [state for state in JobState if state != JobState.UNKNOWN])
def test_61_paying_again_does_nothing_for_a_job_that_is_not_unknown(alices, alice, state):
    job = make_job(alice, state)
    alices.post(reverse("editor:job_pay_again", args=[job.pk]))
    job.refresh_from_db()
    assert (job.state, job.consents.count()) == (state, 1)


@pytest.mark.parametrize(
    "query",
    ["page=-1", "page=1000000000", "sort=password", "after=x", "after=9999-99-99_1", "state=x"],
)
def test_65_odd_pages_show_the_first_one(alices, alice, query):
    job = make_job(alice, JobState.DONE)
    page = alices.get(f"/gallery/?{query}")
    assert page.status_code == 200
    assert str(job.pk) in page.content.decode()


@pytest.mark.parametrize("after", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_65_marks_at_the_ends_of_time_are_no_crash(alices, alice, after):
    make_job(alice, JobState.DONE)
    mark = f"{after}_{uuid.uuid4()}".replace("+", "%2B")
    assert alices.get(f"/gallery/?after={mark}").status_code == 200


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
    body = inline(GOOD)
    body["data"] *= came
    scripted(answer_json(body))
    done = run(job)
    assert (done.state, done.result_count) == (JobState.DONE, came)
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


def test_88_a_cost_of_a_billion_dollars_overflows_nothing(job, alice, scripted):
    scripted(answer_json(inline(GOOD, cost=10**9)))
    assert run(job).state == JobState.DONE
    assert alice.budgets.get().reserved_nano == 0


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


def test_a_mask_and_a_picture_of_ones_own_still_work_after_all_that(job, upstream):
    assert run(job).state == JobState.DONE
    assert Picture.objects.filter(origin=Picture.Origin.RESULT).count() == 1
    assert make_mask(job.picture)
