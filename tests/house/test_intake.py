"""Bodies are taken in before a page's thread is given to them."""

import asyncio

import pytest

from nanoedit_site.intake import CHUNK_BYTES, Intake

LIMIT = 2_000_000


class Page:
    """Stands for the pages: remembers the body it got."""

    def __init__(self):
        self.body = None

    async def __call__(self, scope, receive, send):
        self.body = b""
        more = True
        while more:
            message = await receive()
            self.body += message["body"]
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def send_in(*chunks, headers=(), pause=0.0, stops=False):
    """Send a body in pieces; give the page and what was answered."""
    page, answers = Page(), []
    messages = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks) - 1 or stops}
        for number, chunk in enumerate(chunks)
    ]

    async def receive():
        await asyncio.sleep(pause)
        if messages:
            return messages.pop(0)
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message):
        answers.append(message)

    intake = Intake(page, LIMIT, longest_pause=0.1, longest_body=0.3)
    scope = {"type": "http", "headers": list(headers)}
    asyncio.run(asyncio.wait_for(intake(scope, receive, send), 5))
    return page, answers


def declared(length):
    """A Content-Length header."""
    return (b"content-length", str(length).encode())


@pytest.mark.parametrize("length", [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, LIMIT])
def test_a_body_arrives_whole_whatever_its_length(length):
    body = bytes(number % 251 for number in range(length))
    page, _ = send_in(body[: length // 2], body[length // 2 :], headers=[declared(length)])
    assert page.body == body


def test_25_a_body_that_says_it_is_too_large_is_refused_before_it_is_read():
    page, answers = send_in(b"x", headers=[declared(LIMIT + 1)], pause=60)
    assert page.body is None
    assert answers[0]["status"] == 413
    assert b"2 MB" in answers[1]["body"]


@pytest.mark.parametrize(
    "headers",
    [[(b"transfer-encoding", b"chunked")], [declared(10)]],
    ids=["chunked", "lying about its length"],
)
def test_26_the_limit_holds_without_an_honest_length(headers):
    page, answers = send_in(b"x" * LIMIT, b"x", b"x" * 100, headers=headers)
    assert page.body is None
    assert answers[0]["status"] == 413


def test_a_script_is_refused_in_its_own_format():
    headers = [declared(LIMIT + 1), (b"accept", b"application/json")]
    _, answers = send_in(b"x", headers=headers)
    assert b'"error": "This is too large' in answers[1]["body"]


def test_34_a_body_that_stops_coming_never_reaches_a_thread():
    page, answers = send_in(b"x", headers=[declared(100)], stops=True)
    assert page.body is None
    assert answers == []


def test_34_a_body_that_drips_for_ever_is_cut_off():
    page, answers = send_in(*[b"x"] * 50, headers=[declared(50)], pause=0.05)
    assert page.body is None
    assert answers == []


def test_a_client_that_stops_fetching_does_not_hold_the_page():
    done = []

    async def page(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(50):
            await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        done.append(True)

    async def never_fetched(message):
        if message["type"] == "http.response.body":
            await asyncio.sleep(60)

    intake = Intake(page, LIMIT, longest_pause=0.1)
    asyncio.run(asyncio.wait_for(intake({"headers": []}, None, never_fetched), 5))
    assert done == [True]


@pytest.mark.parametrize("sizes", [[0], [1], [300_000, 5], [CHUNK_BYTES] * 9, [0, 7, 0]])
def test_an_answer_arrives_whole_at_the_clients_pace(sizes):
    arrived = []

    async def page(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number, size in enumerate(sizes):
            more = number < len(sizes) - 1
            body = bytes([65 + number]) * size
            await send({"type": "http.response.body", "body": body, "more_body": more})

    async def slow(message):
        await asyncio.sleep(0.001)
        arrived.append(message)

    asyncio.run(Intake(page, LIMIT)({"headers": []}, None, slow))
    assert arrived[0]["status"] == 200
    whole = b"".join(message["body"] for message in arrived[1:])
    assert whole == b"".join(bytes([65 + n]) * size for n, size in enumerate(sizes))
    assert [m.get("more_body", False) for m in arrived[1:]][-1] is False


def test_a_request_without_a_body_is_handed_on_at_once():
    page = Page()
    reached = []

    async def pages(scope, receive, send):
        reached.append(scope)

    asyncio.run(Intake(pages, LIMIT)({"headers": []}, None, None))
    assert page.body is None
    assert len(reached) == 1
