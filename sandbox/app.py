"""The addresses of the sandbox: the API's own, the result files, and what tests steer it with."""

import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox import catalogue, page, refusals
from sandbox.answers import before_work, json_response, on_the_way, refused
from sandbox.connections import Reset
from sandbox.faults import BEFORE_WORK, FaultRefused
from sandbox.files import LinkRefused
from sandbox.refusals import Refusal
from sandbox.work import Sandbox, check_key, paid_call, root_of

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#6b7280" '
    'stroke-width="2"><rect x="3" y="3" width="18" height="18" rx="4"/>'
    '<path d="M7 15l4-5 3 3 3-4"/>'
    "</svg>"
)


class Door:
    """A route whose answer may be something stranger than a response: a reset, a hang, a drip."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        self.sandbox = sandbox
        self.name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if self.name == "edits":
            answer: ASGIApp = await paid_call(self.sandbox, request)
        else:
            answer = await self._free(request)
        await answer(scope, receive, send)

    async def _free(self, request: Request) -> ASGIApp:
        """A free lookup; a fault for its door comes first."""
        fault = self.sandbox.faults.take(self.name)
        if fault and fault.kind.startswith("reset_before"):
            return Reset()
        if fault and fault.kind in BEFORE_WORK:
            return Reset(1) if fault.kind == "reset_mid_upload" else before_work(fault)
        lookups = {"models": models, "balance": balance, "usage": usage}
        if self.name == "usage" and "request_id" not in request.path_params:
            lookups["usage"] = totals
        try:
            answer = lookups[self.name](self.sandbox, request)
        except Refusal as refusal:
            answer = refused(refusal)
        return await on_the_way(answer, fault) if fault else answer


def models(sandbox: Sandbox, request: Request) -> Response:
    """The catalogue; needs no key. `detailed` is true unless it says otherwise."""
    del sandbox
    detailed = request.query_params.get("detailed", "true").lower() not in ("false", "0")
    return json_response(catalogue.listing(detailed, int(time.time())))


def balance(sandbox: Sandbox, request: Request) -> Response:
    """The prepaid balance, as decimal strings."""
    key = check_key(request.headers, sandbox.settings)
    return json_response(
        {
            "usd_balance": f"{sandbox.ledger.balance_of(key[-4:]):f}",
            "nano_balance": "0",
            "nanoDepositAddress": "nano_sandbox_takes_no_money",
        }
    )


def usage(sandbox: Sandbox, request: Request) -> Response:
    """What the calls with a request id cost: one charge, 404 (none known) or 409 (several)."""
    key = check_key(request.headers, sandbox.settings)
    request_id = request.path_params["request_id"]
    charged = sandbox.ledger.charged_under(request_id, key[-4:])
    if not charged:
        raise Refusal(
            404,
            "request_not_found",
            "No charge is known for this request id.",
            headers={"Retry-After": "30"},
        )
    if len(charged) > 1:
        raise Refusal(409, "request_id_conflict", "Several charges match this request id.")
    return json_response(
        {
            "request_id": request_id,
            "cost": f"{charged[0].cost:f}",
            "currency": "USD",
            "model": charged[0].model,
            "created": int(charged[0].time),
        }
    )


def totals(sandbox: Sandbox, request: Request) -> Response:
    """How many calls were charged between two UTC days (both counted), and what they cost."""
    key = check_key(request.headers, sandbox.settings)
    today = datetime.now(UTC).date()
    try:
        first, last = (
            date.fromisoformat(request.query_params.get(name, f"{today}"))
            for name in ("from", "to")
        )
    except ValueError:
        raise refusals.bad_parameter("from", "Dates are written YYYY-MM-DD.") from None
    charged = [
        call
        for call in sandbox.ledger.charged_on(key[-4:])
        if first <= datetime.fromtimestamp(call.time, UTC).date() <= last
    ]
    cost = f"{sum((call.cost for call in charged), Decimal(0)):f}"
    figures = {"requests": len(charged), "costUsd": cost, "refundedUsd": "0", "netCostUsd": cost}
    return json_response({"from": f"{first}", "to": f"{last}", "totals": figures})


def build(sandbox: Sandbox) -> Starlette:
    """The application around one sandbox."""

    async def home(request: Request) -> Response:
        return HTMLResponse(
            page.home(sandbox.settings, sandbox.ledger, root_of(request)),
            headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
        )

    async def icon(request: Request) -> Response:
        del request
        return Response(ICON, media_type="image/svg+xml")

    async def file(request: Request) -> Response:
        return _file(sandbox, request)

    async def calls(request: Request) -> Response:
        if request.method == "DELETE":
            sandbox.ledger.forget()
        return json_response({"calls": [call.shown() for call in sandbox.ledger.calls()]})

    async def faults(request: Request) -> Response:
        return await _faults(sandbox, request)

    edits = Door(sandbox, "edits")
    return Starlette(
        routes=[
            Route("/", home),
            Route("/api/v1/images/edits", edits, methods=["POST"]),
            Route("/api/v1/images/edit", edits, methods=["POST"]),
            Route("/api/v1/image-models", Door(sandbox, "models"), methods=["GET"]),
            Route("/api/check-balance", Door(sandbox, "balance"), methods=["POST"]),
            Route("/api/v1/usage", Door(sandbox, "usage"), methods=["GET"]),
            Route("/api/v1/usage/requests/{request_id}", Door(sandbox, "usage"), methods=["GET"]),
            Route("/sandbox/icon.svg", icon),
            Route("/sandbox/files/{name}", file),
            Route("/sandbox/calls", calls, methods=["GET", "DELETE"]),
            Route("/sandbox/faults", faults, methods=["GET", "POST", "DELETE"]),
        ],
        exception_handlers={HTTPException: _unknown_address},
    )


async def _unknown_address(request: Request, problem: Exception) -> Response:
    del request
    status = problem.status_code if isinstance(problem, HTTPException) else 404
    wrong_method = status == 405
    code, message = (
        ("method_not_allowed", "Wrong method.") if wrong_method else ("not_found", "Not found.")
    )
    return refused(Refusal(status, code, message))


def _file(sandbox: Sandbox, request: Request) -> Response:
    """One result file behind its signed link; keys are refused here, as object storage does."""
    has_key = any(name in request.headers for name in ("authorization", "x-api-key"))
    name = request.path_params["name"]
    try:
        found = sandbox.files.open(name, request.query_params, has_key=has_key)
    except LinkRefused as refusal:
        if has_key:
            sandbox.ledger.note_key_on_download(sandbox.files.call_of(name))
        return Response(refusal.xml(), refusal.status, media_type="application/xml")
    sandbox.ledger.note_download(found.call_id)
    if found.redirect is not None:
        return RedirectResponse(found.redirect, 302)
    if found.fails_now():
        xml = LinkRefused(
            found.failure_status, "SlowDown", "Please reduce your request rate."
        ).xml()
        return Response(xml, found.failure_status, media_type="application/xml")
    headers = {"Cache-Control": "private, max-age=0", "X-Content-Type-Options": "nosniff"}
    return Response(found.data, headers=headers, media_type=found.mime)


async def _faults(sandbox: Sandbox, request: Request) -> Response:
    if request.method == "DELETE":
        sandbox.faults.clear()
    elif request.method == "POST":
        sent: Any = None
        try:
            sent = await request.json()
            sandbox.faults.add(sent)
        except (FaultRefused, ValueError) as problem:
            why = str(problem) if isinstance(problem, FaultRefused) else "The body is not JSON."
            return refused(refusals.bad_parameter("faults", why))
    return json_response({"waiting": sandbox.faults.waiting(), "faults": sandbox.faults.shown()})
