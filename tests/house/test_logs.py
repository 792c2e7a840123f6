"""What is written down: one line per record, and never a key, a signed link, a prompt or a picture.

The second half drives the error paths with a marker key and a marker prompt, and searches
everything that came out: lines of the log, events, rows and pages.
"""

import logging
import logging.config
import re
import uuid

import pytest
from django.conf import settings as site
from django.core import mail
from django.db import IntegrityError, connection, models, transaction
from django.urls import reverse

from editor import processing, storage
from editor.models import Attempt, AuditEntry, EditJob, Event, Gate, StaffAlert
from editor.offers import refresh_catalogue, try_refresh_catalogue
from editor.results import keep_answer
from editor.tasks import run_job, send_hint
from nanoedit_site.logs import logging_settings, secrets_among
from tests.factories import make_job, make_model, make_picture
from tests.log_lines import pairs, written

KEY = "sk-nano-MARKERKEY0123456789abcdef"
PLAIN_KEY = "MARKERPLAIN-not-like-a-key-0815"
PROMPT = "MARKERPROMPT my secret birthday surprise"


def test_a_record_is_one_line_of_named_values():
    (line,) = written(lambda log: log.warning('Job %s: it\'s\n"done"', 7, extra={"job": "a b"}))
    found = pairs(line)
    assert found["message"] == 'Job 7: it\'s\n"done"'
    assert (found["level"], found["logger"], found["job"]) == ("warning", "a.test", "a b")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["time"])


def test_a_traceback_stays_on_its_line():
    def log(logger):
        try:
            raise ValueError("wrong\nin two lines")
        except ValueError:
            logger.exception("It failed.")

    (line,) = written(log)
    assert pairs(line)["exception"].endswith("ValueError: wrong\nin two lines")


def test_a_broken_format_string_does_not_lose_the_record():
    (line,) = written(lambda log: log.warning("%d apples", "many"))
    assert "apples" in line


SECRETS = [
    f"Authorization: Bearer {PLAIN_KEY}",
    f"{{'Authorization': 'Bearer {PLAIN_KEY}', 'Accept': '*/*'}}",
    f'{{"x-api-key": "{PLAIN_KEY}"}}',
    f"X-API-Key={PLAIN_KEY}",
    f"('authorization', 'Basic {PLAIN_KEY}')",
    f"(b'x-api-key', b'{PLAIN_KEY}')",
    f"Cookie: sessionid={PLAIN_KEY}",
    f"bearer {PLAIN_KEY}",
    f"the key {KEY} is wrong",
    f"key={KEY}&n=1",
    f"https://s3.example/b/k.png?X-Amz-Signature={PLAIN_KEY}&X-Amz-Expires=600",
    f"/b/k.png?X-Amz-Credential=x&X-Amz-Signature={PLAIN_KEY}",
    f"https://cdn.example/a?Expires=1&Signature={PLAIN_KEY}&Key-Pair-Id=K",
    f"GET /events?token={PLAIN_KEY}",
    f"redis://:{PLAIN_KEY}@broker.example:6379/0",
    f"postgres://nanoedit:{PLAIN_KEY}@db.example/nanoedit",
    f"data:image/png;base64,{PLAIN_KEY}AAAA==",
    "A" * 400 + PLAIN_KEY,
    f"Internal Server Error: /account/reset/1-c0ffee-{PLAIN_KEY}/",
    f"Gone: /account/invited/0f1e:{PLAIN_KEY}/",
    f"https://us.example/account/mail/confirm/MQ:1t:{PLAIN_KEY}/",
]


@pytest.mark.parametrize("text", SECRETS)
@pytest.mark.parametrize("place", ["message", "argument", "exception", "extra", "cause"])
def test_secrets_are_cut_out_wherever_they_stand(text, place):
    def log(logger):
        if place == "message":
            logger.warning(text.replace("%", "%%"))
        elif place == "argument":
            logger.warning("said: %s", text)
        elif place == "extra":
            logger.warning("said", extra={"answer": text})
        else:
            try:
                try:
                    raise KeyError(text)
                except KeyError as first:
                    if place == "exception":
                        raise
                    raise RuntimeError("after that") from first
            except (KeyError, RuntimeError):
                logger.exception("It failed.")

    whole = "\n".join(written(log))
    assert "MARKER" not in whole
    assert "hidden" in whole or "[picture data]" in whole or "[data]" in whole


def test_this_servers_own_secrets_are_cut_out_whatever_they_look_like():
    secrets = secrets_among(["plainsecretword", "redis://:p%40ssw0rd@h/0", "", None, "abc"])
    text = "plainsecretword p@ssw0rd p%40ssw0rd abc"
    (line,) = written(lambda log: log.warning(text), secrets=secrets)
    assert pairs(line)["message"] == "[hidden] [hidden] [hidden] abc"


def test_a_row_that_postgres_quotes_is_cut_out():
    said = (
        'null value in column "n" violates not-null constraint\n'
        f"DETAIL:  Failing row contains (1, {PROMPT},\n\nmore of it, null).\n"
    )

    def log(logger):
        try:
            raise IntegrityError(said)
        except IntegrityError:
            logger.exception("It failed.")

    (line,) = written(log)
    assert "MARKER" not in line
    assert "more of it" not in line
    assert "not-null constraint" in line


def test_ordinary_words_stay():
    text = "Not found: /account/reset/sent/ /account/mail/ /s/ /setup/"
    (line,) = written(lambda log: log.warning(text))
    assert pairs(line)["message"] == text
    text = "Fetched https://cdn.example/a/b.png in 3 s (job 1f0c, n=2, size=1024x1024)."
    (line,) = written(lambda log: log.warning(text))
    assert pairs(line)["message"] == text


def test_the_site_logs_through_the_redaction_and_nothing_goes_past_it():
    wanted = site.LOGGING
    assert list(wanted["handlers"]) == ["console"]
    assert wanted["handlers"]["console"]["filters"] == ["redaction"]
    assert wanted["root"]["handlers"] == ["console"]
    for name in ("django", "django.request", "uvicorn", "uvicorn.error", "celery"):
        assert logging.getLogger(name).handlers == [], name
    assert logging_settings(["x"])["filters"]["redaction"]["secrets"] == ("x",)


# Every error path with a marker


@pytest.fixture
def lines(log, settings):
    """Everything that is logged, on a server with the marker key."""
    settings.NANOGPT_API_KEY = KEY
    return log


@pytest.fixture
def marked(alice, lines, upstream, settings):
    """A queued job with the marker prompt, on a server with the marker key."""
    refresh_catalogue()
    settings.NANOGPT_API_KEY = KEY
    settings.NANOGPT_CALLS_PER_SECOND = 1000.0
    model = make_model("sandbox/inpaint-pro", sizes=["auto"])
    job = make_job(alice, model=model, picture=make_picture(alice, (640, 480)))
    EditJob.objects.filter(pk=job.pk).update(prompt=PROMPT)
    job.refresh_from_db()
    return job


def everything_kept():
    """Every text in every row, but the prompt where it belongs."""
    texts = []
    kinds = (Event, Attempt, Gate, AuditEntry, StaffAlert)
    for row in [row for kind in kinds for row in kind.objects.all()]:
        for field in row._meta.get_fields():
            if isinstance(field, models.CharField | models.TextField | models.JSONField):
                texts.append(str(getattr(row, field.name)))
    for job in EditJob.objects.all():
        texts += [job.reason, job.failure_sentence]
    texts += [f"{letter.subject}\n{letter.body}" for letter in mail.outbox]
    return "\n".join(texts)


def assert_clean(lines, client, job, *, something_said=True):
    """Search the log, the rows and the pages."""
    log = lines.getvalue()
    assert not something_said or log
    assert "MARKER" not in log
    assert "MARKER" not in everything_kept()
    pages = [reverse(f"editor:{name}") for name in ("queue", "gallery", "readyz", "metrics")]
    for address in [job.get_absolute_url(), *pages]:
        page = client.get(address).content.decode()
        assert "MARKERKEY" not in page
        assert "MARKERPROMPT" not in page or address not in pages[2:]


ECHO = f"Bad key {KEY} for Authorization: Bearer {KEY}; prompt was: {PROMPT}"
ENVELOPES = {
    400: "a",
    401: "b",
    402: "a",
    409: "d",
    422: "c",
    429: "a",
    500: "a",
    503: "k",
    504: "l",
}
FAULTS = [
    {"kind": "status", "status": status, "envelope": envelope, "code": "odd", "message": ECHO}
    for status, envelope in ENVELOPES.items()
]
OTHERS = ["html_200", "html_502", "truncated_json", "reset_after_reading", "error_in_200"]
OTHERS += ["broken_base64", "garbage_picture", "expired_link"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fault",
    [*FAULTS, *({"kind": kind} for kind in OTHERS)],
    ids=lambda fault: f"{fault['kind']}{fault.get('status', '')}",
)
def test_no_end_of_a_call_writes_the_key_or_the_prompt_down(marked, upstream, lines, alices, fault):
    upstream.fail_with(fault)
    run_job(str(marked.pk))
    marked.refresh_from_db()
    assert upstream.calls(), "the call was made"
    assert_clean(lines, alices, marked)


@pytest.mark.django_db
def test_a_link_with_a_signature_is_not_written_down(marked, upstream, lines, alices):
    url = f"http://127.0.0.1:9/a.png?X-Amz-Signature={PLAIN_KEY}&X-Amz-Expires=600"
    upstream.fail_with({"kind": "link", "url": url})
    attempt_id = processing.process_job(marked.pk)
    keep_answer(attempt_id)
    assert "MARKER" not in lines.getvalue()
    assert PLAIN_KEY not in "\n".join(Event.objects.values_list("sentence", flat=True))
    assert PLAIN_KEY not in alices.get(marked.get_absolute_url()).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "where", ["editor.processing.prepare_call", "editor.processing.open_client"]
)
def test_a_bug_that_quotes_everything_is_logged_without_the_key(
    marked, lines, alices, monkeypatch, where
):
    def bug(*_args):
        raise RuntimeError(f"headers {{'Authorization': 'Bearer {KEY}'}} at https://h/?sig={KEY}")

    monkeypatch.setattr(where, bug)
    run_job(str(marked.pk))
    assert "could not be prepared" in lines.getvalue()
    assert_clean(lines, alices, marked)


@pytest.mark.django_db
def test_storage_that_fails_with_a_signed_link_is_logged_without_it(
    marked, lines, alices, monkeypatch
):
    attempt_id = processing.process_job(marked.pk)

    def put(*_):
        raise OSError(f"PUT https://s3.example/b/k?X-Amz-Signature={PLAIN_KEY} refused")

    monkeypatch.setattr(storage, "put", put)
    keep_answer(attempt_id)
    assert "s3.example" in lines.getvalue()
    assert_clean(lines, alices, marked)


@pytest.mark.django_db
def test_a_refused_submit_and_a_crashing_page_log_no_prompt(
    marked, lines, alices, alice, monkeypatch
):
    picture = make_picture(alice)
    form = {"prompt": PROMPT, "model": "nobody/knows", "submit_key": str(uuid.uuid4())}
    address = reverse("editor:submit", args=[picture.pk])
    assert alices.post(address, form, headers={"accept": "application/json"}).status_code == 422

    def bug(*_args, **_more):
        raise RuntimeError(f"could not connect with key {KEY}")

    monkeypatch.setattr("editor.submission.submit_edits", bug)
    alices.raise_request_exception = False
    form = {**form, "model": "sandbox/inpaint-pro", "shown_price": str(4 * 10_000_000)}
    assert alices.post(address, form).status_code == 500
    assert "could not connect" in lines.getvalue()
    assert "MARKER" not in lines.getvalue()


@pytest.mark.django_db
def test_a_database_that_refuses_a_row_does_not_put_its_prompt_into_the_log(marked, lines):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE editor_editjob SET model_name = NULL")
    except IntegrityError:
        logging.getLogger("editor").exception("It failed.")
    assert "It failed." in lines.getvalue()
    assert "MARKER" not in lines.getvalue()


@pytest.mark.django_db
def test_neither_broker_nor_catalogue_give_anything_away(lines, settings, monkeypatch):
    settings.NANOGPT_BASE_URL = "http://127.0.0.1:9"

    def away(*_args, **_more):
        raise ConnectionError(f"redis://:{PLAIN_KEY}@broker.example:6379/0 is away")

    monkeypatch.setattr(run_job, "apply_async", away)
    assert not send_hint(run_job, uuid.uuid4())
    assert not try_refresh_catalogue()
    assert "No hint sent" in lines.getvalue()
    assert "MARKER" not in lines.getvalue()
