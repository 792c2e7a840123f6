"""Submit a wish, and follow one job."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from editor import allowances, cancelling, evidence, forecasts, submission
from editor.accounts import MemberRequest
from editor.budgets import MARK_PASSED, OverBudget
from editor.forms import PriceForm, WishForm
from editor.masks import MaskRefused
from editor.models import EditJob, Event, Mask, Picture, Reference, UpstreamModel
from editor.models.receipts import receipt_of
from editor.money import dollars
from editor.submission import AlreadyDone, PriceChanged, SubmitRefused, Wish
from editor.trash import put_edits_into_trash
from editor.views.asking import ask_for_consent, offer_what_is_there
from editor.views.guards import at_a_pace, wants_json
from editor.views.marking import marks_context
from editor.views.pictures import kept_mask
from editor.views.standing import standings
from editor.views.variants import strip_context
from editor.wishes import parted

HELD_WORDS = "Over the budget: it waits for approval. Nothing was sent."


@login_required
@require_POST
@at_a_pace("submit")
def submit(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Queue a wish. Whatever is wrong is said in one sentence, and nothing is paid."""
    picture = get_object_or_404(Picture.objects.owned_by(request.user), pk=pk)
    form = WishForm(request.POST, request.FILES, owner=request.user)
    if not form.is_valid():
        field, sentence = form.first_problem()
        return _refused(request, picture, sentence, field=field)
    try:
        wish = _wish(picture, form.cleaned_data)
        parts = form.cleaned_data["part"]
        sent, is_new = submission.submit_edits(
            request.user,
            parted(wish, parts) if parts else [wish],
            form.cleaned_data["submit_key"],
            shown_price(request, form),
            run_again=form.cleaned_data["run_again"],
            to_front=form.cleaned_data["to_front"],
        )
    except (SubmitRefused, MaskRefused) as refused:
        # The pages that ask without script know of one edit only.
        can_ask = wants_json(request) or not form.cleaned_data["part"]
        if isinstance(refused, AlreadyDone) and can_ask:
            return offer_what_is_there(request, wish, form, refused)
        if isinstance(refused, PriceChanged) and can_ask and not wants_json(request):
            return ask_for_consent(request, wish, form, refused.price_nano)
        return _refused(request, picture, str(refused), **_details(refused))
    warned = _warned(sent) if is_new else ""
    if wants_json(request):
        news = {"warned": warned} if warned else {}
        return JsonResponse({**_submitted(request, sent), **news}, status=201 if is_new else 200)
    if warned:
        messages.warning(request, warned)
    return redirect(sent[0] if len(sent) == 1 else "editor:queue")


def shown_price(request: MemberRequest, form: WishForm | PriceForm) -> int | None:
    """The price that the button named: None for "unknown", NOT_SHOWN when it named none."""
    if "shown_price" not in request.POST:
        return submission.NOT_SHOWN
    price: int | None = form.cleaned_data["shown_price"]
    return price


def _wish(picture: Picture, cleaned: dict[str, Any]) -> Wish:
    """Put the wish together. Raises SubmitRefused when the mask it names is not this picture's."""
    mask: bytes | Mask | None = kept_mask(picture, cleaned["kept_mask"])
    if cleaned["mask"]:
        mask = cleaned["mask"].read()
    elif cleaned["kept_mask"] and mask is None:
        # Without it the whole picture could change, and nobody has agreed to pay for that.
        sentence = "The mask is not there any more. Reload the page and paint it again."
        raise SubmitRefused(sentence, field="mask", status=409)
    return Wish(
        picture,
        cleaned["prompt"],
        cleaned["model"],
        cleaned["n"],
        cleaned["size"],
        mask,
        cleaned["frame_wish"],
        tuple(cleaned["references"]),
    )


def _warned(sent: list[EditJob]) -> str:
    """What to say when one of these has passed the soft mark of a budget: once for each."""
    passed = Event.objects.filter(job__in=sent, sentence__startswith=MARK_PASSED)
    return " ".join(passed.values_list("sentence", flat=True))


def _details(refused: SubmitRefused | MaskRefused) -> dict[str, Any]:
    if isinstance(refused, MaskRefused):
        return {"field": "mask"}
    price = {"price_nano": refused.price_nano} if isinstance(refused, PriceChanged) else {}
    return {"field": refused.field, "status": refused.status, **price}


def _refused(
    request: MemberRequest,
    picture: Picture,
    sentence: str,
    *,
    field: str = "",
    status: int = 422,
    **more: object,
) -> HttpResponse:
    if wants_json(request):
        answer = {"error": sentence, "field": field or None, **more}
        return JsonResponse(answer, status=status)
    messages.error(request, sentence)
    return redirect(picture)


def _submitted(request: MemberRequest, sent: list[EditJob]) -> dict[str, Any]:
    job = sent[0]
    context = strip_context(request, job.picture)
    held = {"held": HELD_WORDS} if job.is_held else {}
    return {
        "job": str(job.pk),
        "jobs": [str(each.pk) for each in sent],
        "url": job.get_absolute_url(),
        "strip": render_to_string("editor/_studio_strip.html", context, request),
        "submit_key": str(uuid.uuid4()),
        **held,
    }


def _own_job(request: MemberRequest, pk: uuid.UUID) -> EditJob:
    mine = EditJob.objects.owned_by(request.user).filter(trashed_at=None)
    return get_object_or_404(mine.with_pictures(), pk=pk)


def _job_context(job: EditJob) -> dict[str, Any]:
    model = UpstreamModel.objects.offered().filter(model_id=job.model_id).first()
    again = model.estimate_nano(job.size, job.n) if model else None
    tightest = allowances.tightest(job.owner)
    adjustments = list(job.adjustments.shown())
    brought = [result.picture for result in job.results]
    brought += [adjustment.picture for adjustment in adjustments]
    return {
        "job": job,
        "standing": standings([job], forecasts.closed_gate(job.owner))[0],
        # A result that is still being composed is neither a picture nor a problem yet.
        "results": [
            result
            for result in job.results
            if (result.picture.is_shown if result.picture else result.problem)
        ],
        "in_trash": sum(bool(each.picture and each.picture.deleted_at) for each in job.results),
        "adjustments": adjustments,
        **marks_context(job.owner, filter(None, brought)),
        "events": job.events.select_related("actor"),
        "review": job.reviews.counting().select_related("reviewer").first(),
        "again_offered": model is not None and job.picture.is_shown,
        "again_price_nano": again,
        "again_price_text": dollars(again),
        "again_needs_approval": model is not None and allowances.approval_words(job.owner, [again]),
        "submit_key": uuid.uuid4(),
        "receipt": receipt_of(job),
        "tightest": tightest,
        "does_not_fit": tightest is not None and tightest.left_nano < (job.estimate_nano or 0),
        "findings": evidence.findings(job),
        "references": [each for each in Reference.objects.pictures_of(job) if each.is_shown],
    }


@login_required
@require_GET
def job(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One job: before and after, its state, its receipt, its history."""
    thrown = EditJob.objects.owned_by(request.user).filter(pk=pk, trashed_at__isnull=False).first()
    if thrown is not None:
        return render(request, "editor/job_trashed.html", {"job": thrown})
    return render(request, "editor/job.html", _job_context(_own_job(request, pk)))


@login_required
@require_GET
def status(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The part of the job page that changes by itself."""
    return render(request, "editor/_job_status.html", _job_context(_own_job(request, pk)))


@login_required
@require_GET
def card(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The job's card on the gallery's wall."""
    return render(request, "editor/_job_card.html", {"job": _own_job(request, pk)})


@login_required
@require_POST
def delete(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Throw an edit away, with what it has made."""
    found = _own_job(request, pk)
    gone = put_edits_into_trash(request.user, [found.pk])
    if not gone.edits:
        messages.error(request, gone.refused)
        return redirect(found)
    messages.success(request, gone.sentence)
    return redirect("editor:gallery")


@login_required
@require_POST
def cancel(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop a job that was not sent; remember the wish for one that was."""
    found = _own_job(request, pk)
    messages.info(request, cancelling.cancel_edit(found, request.user))
    return redirect("editor:queue" if request.POST.get("back") == "queue" else found)


@login_required
@require_POST
@at_a_pace("submit")
def retry(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Send the same wish again as a new job, at the price the button named."""
    found = _own_job(request, pk)
    form = PriceForm(request.POST)
    if not form.is_valid():
        messages.error(request, "This form was incomplete. Please press the button again.")
        return redirect(found)
    key = form.cleaned_data["submit_key"] or uuid.uuid4()
    try:
        again = submission.repeat_edit(found, request.user, key, shown_price(request, form))
    except SubmitRefused as refused:
        messages.error(request, str(refused))
        return redirect(found)
    return redirect(again)


@login_required
@require_POST
@at_a_pace("pay_again")
def pay_again(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Agree to one more paid call for a job whose outcome is unknown."""
    found = _own_job(request, pk)
    form = PriceForm(request.POST)
    if not form.is_valid():
        messages.error(request, "This form was incomplete. Please press the button again.")
        return redirect(found)
    try:
        agreed = submission.pay_again(
            found,
            request.user,
            shown_price_nano=shown_price(request, form),
            agreed_before=form.cleaned_data["agreed_before"],
        )
    except (OverBudget, SubmitRefused) as refused:
        messages.error(request, str(refused))
        return redirect(found)
    if agreed:
        messages.info(request, "Agreed. The edit is queued again.")
    else:
        messages.info(request, "Nothing to pay again: this edit has moved on meanwhile.")
    return redirect(found)


@login_required
@require_POST
def give_up(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Close a job whose outcome is unknown."""
    found = _own_job(request, pk)
    if not submission.give_up(found, request.user):
        messages.info(request, "Nothing to give up: this edit has moved on meanwhile.")
    return redirect(found)


@login_required
@require_POST
def look_again(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask once more, for free: for an answer that is paid for, or about a call without one."""
    found = _own_job(request, pk)
    if found.is_unknown:
        newest = evidence.look(found, request.user)
        messages.info(request, newest.sentence if newest else "There is no call to look for.")
        return redirect(found)
    if submission.look_again(found):
        messages.info(request, "Looking again now. This costs nothing.")
    else:
        messages.info(request, "No answer has arrived for this edit so far.")
    return redirect(found)
