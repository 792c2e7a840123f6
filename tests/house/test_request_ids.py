"""One id for each web request: in its lines of the log, in its answer, and where a page broke."""

import asyncio
import logging
import re
import uuid

import pytest
from django.test import RequestFactory

from editor.leases import holding_attempt, holding_job
from editor.log_context import about
from nanoedit_site.intake import Intake
from nanoedit_site.request_ids import RequestIds, server_error, with_request_ids
from tests.log_lines import pairs, written

SECRET = "MARKERPLAIN-not-like-a-key-0815"
GIVEN = "3f0c-given-by-the-proxy"
ODD_IDS = [
    "",
    "short",
    "x" * 65,
    "has blanks in it",
    "a\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
    '"><script>1</script>',
    "two,ids-in-one",
    "-leading-dash",
]


def lines_about(text, request_id):
    """Those lines of the log that carry this id."""
    return [line for line in text.splitlines() if pairs(line).get("request") == request_id]


@pytest.mark.parametrize("header", [{}, {"X-Request-ID": GIVEN}], ids=["none", "from a proxy"])
@pytest.mark.django_db
def test_what_broke_is_found_by_the_id_on_the_page(alices, log, monkeypatch, header):
    def bug(*_args, **_more):
        logging.getLogger("editor").warning("About to break.")
        raise RuntimeError("broken")

    monkeypatch.setattr("editor.views.gallery.Finding", bug)
    alices.raise_request_exception = False
    answer = alices.get("/gallery/", headers=header)
    assert answer.status_code == 500
    told = re.search(r"Tell your operator: request <code>([^<]+)</code>", answer.content.decode())
    assert told.group(1) == answer["X-Request-ID"]
    found = "\n".join(lines_about(log.getvalue(), told.group(1)))
    assert "About to break." in found
    assert "RuntimeError: broken" in found
    assert (told.group(1) == GIVEN) == bool(header)


@pytest.mark.parametrize("given", ODD_IDS)
def test_an_odd_id_is_not_taken_over(client, given):
    told = client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", told)


def test_no_two_requests_share_an_id_and_none_leaks_into_what_follows(client):
    first, second = (client.get("/healthz")["X-Request-ID"] for _ in range(2))
    assert first != second
    (line,) = written(lambda log: log.warning("Between requests."))
    assert "request" not in pairs(line)


def test_a_request_outside_of_one_has_no_id_to_tell():
    page = server_error(RequestFactory().get("/")).content.decode()
    assert "Tell your operator" not in page
    assert "Something broke" in page


def answer_of(app, *, headers=(), kind="http"):
    """Send one request to an ASGI application; give the start of its answer."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(app({"type": kind, "path": "/", "headers": list(headers)}, receive, send))
    return sent[0]


@pytest.mark.parametrize("given", [(), [(b"x-request-id", GIVEN.encode())]])
def test_a_body_that_is_too_large_is_refused_with_an_id(given):
    async def nobody(*_):
        raise AssertionError("nobody should be asked")

    intake = with_request_ids(Intake(nobody, max_bytes=10))
    headers = [*given, (b"content-length", b"11"), (b"accept", b"application/json")]
    start = answer_of(intake, headers=headers)
    told = dict(start["headers"])[b"x-request-id"].decode()
    assert start["status"] == 413
    assert (told == GIVEN) == bool(given)


def test_the_pages_take_over_the_id_that_the_server_made():
    inner = []

    def view(request):
        inner.append(written(lambda log: log.warning("In the view."))[0])
        return server_error(request)

    async def pages(_scope, _receive, send):
        response = RequestIds(view)(RequestFactory().get("/"))
        headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
        await send({"type": "http.response.start", "status": 500, "headers": headers})

    start = answer_of(with_request_ids(pages))
    told = [value.decode() for name, value in start["headers"] if name == b"x-request-id"]
    assert told == [pairs(inner[0])["request"]]


def test_the_life_of_the_server_is_no_request():
    async def lifespan(_scope, _receive, send):
        await send({"type": "lifespan.startup.complete"})

    started = answer_of(with_request_ids(lifespan), kind="lifespan")
    assert started == {"type": "lifespan.startup.complete"}


def test_lines_of_a_worker_are_about_its_job_or_its_call():
    job, attempt = uuid.uuid4(), uuid.uuid4()

    def work(log):
        with holding_job(job):
            log.warning("Preparing.")
            with holding_attempt(attempt):
                log.warning("Keeping.")
        log.warning("Idle.")

    told = [
        {k: v for k, v in pairs(line).items() if k in ("job", "attempt")} for line in written(work)
    ]
    assert told == [{"job": str(job)}, {"job": str(job), "attempt": str(attempt)}, {}]


def test_an_id_that_is_a_secret_is_cut_out_like_any_other():
    def log(logger):
        with about(request=SECRET):
            logger.warning("Asked.")

    (line,) = written(log, secrets=[SECRET])
    assert "MARKER" not in line
