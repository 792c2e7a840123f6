"""Bad inputs 45 to 94: prompts and parameters, links, and answers of the upstream, end to end.

The number of each case stands in its id; the answers and links, from 67 on, are in
test_bad_answers.py. There every answer goes through the whole line: the
call over real HTTP, the download, the composing, the rows. What the cases below leave out is
tested closer to its code:

| number | where |
| --- | --- |
| 46, 48, 51 to 53, 55, 56 | also in views/test_submit.py, as a person's form |
| 49 | no table is exported yet, so nothing can start with an equals sign |
| 50 | house/test_logs.py: every error path with a marker prompt and key |
| 54 | no seed is asked for yet; as an unknown field it is dropped, see 55 |
| 62 | the words of a consent have no versions; its price has, see also 56 |
| 63 | house/test_env.py and nanogpt/test_sending.py: the key is a setting, not a form |
| 64 | stages/test_gates.py: a refused key closes the gate, and says so |
| 65 | numbers of pages do not exist; the marks of the gallery below |
| 68 to 70 | nanogpt/test_download_guard.py, with a resolver and a network that only record |
| 82, 93, 94 | nanogpt/test_answers.py and nanogpt/test_not_sent.py, with raw sockets and TLS |
"""

import re
import uuid
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from editor.models import EditJob, JobState
from tests.factories import (
    CENT,
    make_job,
    make_model,
    make_picture,
    mask_bytes,
)

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


@pytest.mark.parametrize(
    ("prompt", "status"),
    [("x" * 100, 201), ("x" * 101, 422), ("e\u0301" * 100, 201), ("🎨" * 101, 422)],
    ids=["at the limit", "one more", "composed first", "emoji count once"],
)
def test_46_a_models_own_limit_counts_characters_as_people_do(alices, form, prompt, status):
    make_model(prompt_limit=100)
    answer = send(alices, form, prompt=prompt)
    assert answer.status_code == status, answer.content
    if status == 422:
        assert "at most 100 characters; the prompt has 101" in answer.json()["error"]


@pytest.mark.parametrize(
    "change",
    [{"is_hidden": True}, {"is_listed": False}, {"edits": False}],
    ids=["hidden by staff", "of an earlier catalogue", "cannot edit any more"],
)
def test_51_a_model_that_is_not_offered_is_refused(alices, form, change):
    make_model(**change)
    answer = send(alices, form)
    assert answer.status_code == 422
    assert answer.json()["field"] == "model"
    assert not EditJob.objects.exists()


@pytest.mark.parametrize("name", ["webhook", "imageUrl", "stream", "seed", "max_cost", "api_key"])
def test_55_fields_that_nobody_asked_for_are_dropped(alices, form, name):
    assert send(alices, form, **{name: "https://evil.example"}).status_code == 201
    assert "evil" not in str(EditJob.objects.values())


@pytest.mark.parametrize("said", ["0", "1", "999999999999", "-1", "free"])
def test_57_what_may_be_paid_is_the_servers_own_figure(alices, form, said):
    more = {"max_cost": said, "max_cost_nano": said, "estimate_nano": said, "price": said}
    assert send(alices, form, **more).status_code == 201
    job = EditJob.objects.get()
    assert (job.estimate_nano, job.consents.get().max_cost_nano) == (4 * CENT, 4 * CENT)


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
    return re.sub(r"[\w:%-]{40,}", "", answer.content.decode())


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


def test_61_paying_again_posted_twice_is_one_more_consent(alices, alice):
    job = make_job(alice, JobState.UNKNOWN)
    for _ in range(2):
        alices.post(reverse("editor:job_pay_again", args=[job.pk]))
    job.refresh_from_db()
    assert (job.state, job.consents.count()) == (JobState.QUEUED, 2)


def test_62_a_price_that_is_another_by_now_is_shown_before_it_is_paid_again(alices, alice):
    job = make_job(alice, JobState.UNKNOWN)
    make_model(prices={"auto": 9 * CENT})
    address = reverse("editor:job_pay_again", args=[job.pk])
    assert "$0.09" in alices.post(address, follow=True).content.decode()
    job.refresh_from_db()
    assert (job.state, job.consents.count()) == (JobState.UNKNOWN, 1)
    alices.post(address)
    job.refresh_from_db()
    assert (job.state, job.consents.last().max_cost_nano) == (JobState.QUEUED, 9 * CENT)


@pytest.mark.parametrize(
    "query",
    ["page=-1", "page=1000000000", "sort=password", "after=x", "after=9999-99-99_1", "state=x"],
)
def test_65_odd_pages_show_the_first_one(alices, alice, query):
    job = make_job(alice, JobState.DONE)
    for address, row in (("/gallery/", job), ("/", job.picture)):
        page = alices.get(f"{address}?{query}")
        assert page.status_code == 200
        assert str(row.pk) in page.content.decode()


@pytest.mark.parametrize("after", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_65_marks_at_the_ends_of_time_are_no_crash(alices, alice, after):
    make_job(alice, JobState.DONE)
    mark = f"{after}_{uuid.uuid4()}".replace("+", "%2B")
    assert alices.get(f"/gallery/?after={mark}").status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        "\thttps://evil.example",
    ],
)
def test_66_the_login_leads_to_no_other_place(anonymous, alice, target):
    form = {"login": "alice", "password": "alice-paints-2026", "next": target}
    for address in ("/login/", f"/login/?{urlencode({'next': target})}"):
        assert anonymous.post(address, form)["Location"] == "/"
