"""One paid call from its first byte to its answer."""

import asyncio
import hashlib
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import cv2
import numpy as np
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp

from sandbox import checks, refusals
from sandbox.answers import Finished, before_work, edit_answer, on_the_way, refused
from sandbox.catalogue import BY_ID, DEFAULT_MODEL
from sandbox.checks import Job
from sandbox.connections import Reset
from sandbox.faults import BEFORE_WORK, ON_THE_WAY, Fault, Faults
from sandbox.files import Files
from sandbox.incoming import EditCall, parse, read_body
from sandbox.ledger import Call, Ledger, RateLimit
from sandbox.painting import paint
from sandbox.pictures import EXTENSIONS, write_picture
from sandbox.refusals import Refusal
from sandbox.settings import Settings

PAINTERS = 4
NO_ANSWER = ("hang", "reset_after_reading", "reset_mid_answer")


class Sandbox:
    """Everything that a running sandbox holds."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ledger = Ledger(settings.balance, settings.accounts)
        self.files = Files(settings.link_life)
        self.faults = Faults()
        self.rate = RateLimit(settings.rate)
        self.pool = ThreadPoolExecutor(PAINTERS, thread_name_prefix="painter")
        self.painted = Painted(settings.remember)


class Painted:
    """What was painted lately, for a caller to whom another painting of the same wish is the same.

    Painting takes up to two seconds of processor time; many tests want any answer at all.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._kept: dict[tuple[int, int], tuple[bytes, str]] = {}

    def make(self, job: Job, seed: int, variant: int, fault: Fault | None) -> tuple[bytes, str]:
        """One variant as encoded bytes and its size "WxH". Runs in a thread."""
        if not self.most or fault:
            return make(job, seed, variant, fault)
        with self._lock:
            found = self._kept.get((seed, variant))
        if found is None:
            found = make(job, seed, variant, fault)
            with self._lock:
                self._kept[seed, variant] = found
                if len(self._kept) > self.most:
                    del self._kept[next(iter(self._kept))]
        return found


def read_key(headers: Headers) -> tuple[str, str]:
    """The key and how it came: "bearer", "x-api-key", "both" or "none"."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    bearer = bearer.strip() if scheme.lower() == "bearer" else ""
    plain = headers.get("x-api-key", "").strip()
    if bearer and plain:
        return bearer, "both"
    if bearer:
        return bearer, "bearer"
    return plain, "x-api-key" if plain else "none"


def check_key(headers: Headers, settings: Settings) -> str:
    """The key, if it is accepted; raises the documented 401 otherwise."""
    key, _ = read_key(headers)
    if not key:
        raise refusals.missing_key()
    if settings.key and key != settings.key and key not in settings.accounts:
        raise refusals.wrong_key()
    return key


def root_of(request: Request) -> str:
    """Where this client reaches the sandbox, from its own Host header: links must work for it."""
    return f"{request.url.scheme}://{request.url.netloc}"


async def paid_call(sandbox: Sandbox, request: Request) -> ASGIApp:
    """Answer one POST to the edits route. Never raises: what goes wrong becomes an answer."""
    key, auth = read_key(request.headers)
    call = sandbox.ledger.open(
        path=request.url.path,
        sent_request_id=request.headers.get("x-request-id"),
        auth=auth,
        key=key,
    )
    fault = sandbox.faults.take("edits")
    call.fault = fault.kind if fault else None
    status = 0
    try:
        answer: ASGIApp
        if fault and fault.kind == "reset_before_reading":
            answer = Reset()
        elif fault and fault.kind == "reset_mid_upload":
            answer = Reset(after_bytes=1)
        else:
            answer = await _answer(sandbox, request, call, fault)
            status = 0 if call.fault in NO_ANSWER else getattr(answer, "status_code", 200)
    except Refusal as refusal:
        sandbox.ledger.refund(call)
        status, answer = refusal.status, refused(refusal, call)
    except ClientDisconnect:
        answer = Reset()
    except Exception:  # noqa: BLE001 - a stand-in must answer like the API: with its generic failure
        traceback.print_exc()
        sandbox.ledger.refund(call)
        status, answer = 500, refused(refusals.broken(), call)
    sandbox.ledger.close(call, status)
    _say(call)
    return answer


async def _answer(sandbox: Sandbox, request: Request, call: Call, fault: Fault | None) -> ASGIApp:
    body = await read_body(request, sandbox.settings.body_limit)
    call.body_bytes = len(body)
    if fault and fault.kind in BEFORE_WORK:
        await _note_quietly(sandbox, call, body, request.headers, charged=fault.is_charged())
        return before_work(fault)
    key = check_key(request.headers, sandbox.settings)
    wait = sandbox.rate.wait(key)
    if wait:
        raise refusals.too_many_calls(wait)
    wish = await parse(body, request.headers)
    _note_wish(call, wish)
    job = await _checked(sandbox, call, wish, request.headers)
    if fault and fault.kind == "two_items":
        job = Job(job.model, job.prompt, job.images, job.mask, job.count + 1, job.size)
    price = job.model.price(job.size) * job.count
    if not sandbox.ledger.charge(call, price):
        raise refusals.no_credit(price)
    finished = await _worked(sandbox, call, wish, job, fault)
    balance = float(sandbox.ledger.balance_of(call.key_tail))
    answer = edit_answer(finished, call, sandbox.files, root_of(request), balance, fault)
    if fault and not fault.is_charged():
        sandbox.ledger.refund(call)
    return await on_the_way(answer, fault) if fault and fault.kind in ON_THE_WAY else answer


async def _note_quietly(
    sandbox: Sandbox, call: Call, body: bytes, headers: Headers, *, charged: bool
) -> None:
    """Record what a call wanted that is answered by a fault, whether it was allowed or not."""
    price = Decimal("0.04")
    try:
        wish = await parse(body, headers)
        _note_wish(call, wish)
        price = BY_ID.get(wish.model, DEFAULT_MODEL).price(wish.size)
    except Refusal:
        pass
    if charged:
        sandbox.ledger.charge(call, price)


def _note_wish(call: Call, wish: EditCall) -> None:
    call.encoding = wish.encoding
    call.model = wish.model[:200]
    call.prompt_length = len(wish.prompt)
    call.had_mask = wish.mask is not None
    call.images = len(wish.images)
    call.image_mime = wish.images[0].mime[:100] if wish.images else ""
    call.asked_size = wish.size[:40]
    call.asked_n = wish.n


async def _checked(sandbox: Sandbox, call: Call, wish: EditCall, headers: Headers) -> Job:
    """The wish as a job; raises `Refusal`. The order is the one seen at the real API."""
    model = checks.find_model(wish)
    call.model = model.id
    checks.check_number_of_pictures(wish, model)
    loop = asyncio.get_running_loop()
    limit = sandbox.settings.image_limit
    images, mask = await loop.run_in_executor(sandbox.pool, checks.decode, wish, model, limit)
    call.image_size = f"{images[0].shape[1]}x{images[0].shape[0]}"
    if wish.mask is not None:
        call.mask_size = call.image_size  # a mask of another size was refused
    moderated = headers.get("moderation", "").lower() not in ("", "false", "0")
    count, size = checks.check_wish(wish, model, moderated=moderated)
    return Job(model, wish.prompt, images, mask, count, size)


async def _worked(
    sandbox: Sandbox, call: Call, wish: EditCall, job: Job, fault: Fault | None
) -> Finished:
    """Paint all variants; takes at least the simulated delay, during which others run too."""
    started = time.monotonic()
    chance = None if sandbox.settings.remember else call.sent_request_id
    seed = seed_of(sandbox.settings.seed, wish, chance)
    loop = asyncio.get_running_loop()
    made = await asyncio.gather(
        *(
            loop.run_in_executor(sandbox.pool, sandbox.painted.make, job, seed, variant, fault)
            for variant in range(job.count)
        )
    )
    call.result_sizes = [size for _, size in made]
    left = sandbox.settings.delay * job.model.delay_factor - (time.monotonic() - started)
    await asyncio.sleep(max(0.0, left))
    return Finished(
        pictures=tuple(data for data, _ in made),
        extension=EXTENSIONS[job.model.format],
        as_base64=job.model.base64_only or wish.response_format == "b64_json",
        tells_cost=job.model.tells_cost,
    )


def make(job: Job, seed: int, variant: int, fault: Fault | None) -> tuple[bytes, str]:
    """One variant as encoded bytes and its size "WxH". Runs in a thread."""
    pixels = paint(job, seed, variant)
    if fault and fault.kind == "wrong_size":
        size = (int(fault.number("width", 640)), int(fault.number("height", 400)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    kind = "JPEG" if fault and fault.kind == "jpeg_named_png" else job.model.format
    return write_picture(pixels, kind), f"{pixels.shape[1]}x{pixels.shape[0]}"


def seed_of(start: int, wish: EditCall, request_id: str | None) -> int:
    """The same request gives the same pictures. A sent `seed` counts instead of the request id, so
    that trying again (with a new id) looks different, as it does with a real model."""
    digest = hashlib.sha256()
    chance = f"seed {wish.seed}" if wish.seed is not None else f"id {request_id}"
    for part in (str(start), wish.model, wish.prompt, wish.size, chance):
        digest.update(part.encode() + b"\0")
    for sent in (*wish.images, wish.mask):
        digest.update(hashlib.sha256(sent.data if sent else b"").digest())
    return int.from_bytes(digest.digest()[:8], "big")


def _say(call: Call) -> None:
    """One short line per call on stderr: no prompt, no key."""
    clock = time.strftime("%H:%M:%S", time.localtime(call.time))
    what = call.model if call.model in BY_ID else "unknown model"
    outcome = str(call.status) if call.status else "no answer"
    fault = f" fault={call.fault}" if call.fault else ""
    print(  # noqa: T201 - the program's own log line
        f"{clock} {what} {outcome} ${call.cost:f} {call.seconds:.1f} s id={call.id[:8]}{fault}",
        file=sys.stderr,
        flush=True,
    )
