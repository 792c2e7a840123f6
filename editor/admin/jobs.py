"""The review desk: staff look at jobs, compare, decide, retry and cancel.

What happened is read-only here; every staff act goes through a stage function, which
writes it into the job's history.
"""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from editor import cancelling, evidence, settlements, submission
from editor.accounts import MemberRequest
from editor.admin.approvals import approval_context, approval_urls
from editor.admin.rows import ReadOnlyAdmin, thumbnail
from editor.audit import record
from editor.budgets import OverBudget
from editor.forms import PriceForm, SettleForm, VerdictForm
from editor.models import EditJob, Reference, Review, UpstreamModel, User
from editor.models.receipts import receipt_of
from editor.money import dollars
from editor.reviews import give_verdict
from editor.submission import SubmitRefused


class VerdictFilter(admin.SimpleListFilter):
    """By the newest verdict."""

    title = "review"
    parameter_name = "verdict"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer both verdicts, and what nobody has looked at."""
        return [("none", "Not reviewed"), *Review.Verdict.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[EditJob]) -> QuerySet[EditJob]:
        """Narrow the list."""
        if self.value() == "none":
            return queryset.filter(reviews=None)
        if self.value():
            newest = Review.objects.filter(job=models.OuterRef("pk")).order_by("-at", "-id")
            return queryset.annotate(
                newest_verdict=models.Subquery(newest.values("verdict")[:1])
            ).filter(newest_verdict=self.value())
        return queryset


@admin.register(EditJob)
class EditJobAdmin(ReadOnlyAdmin):
    """Jobs, with what went in and what came out side by side."""

    change_form_template = "admin/editor/editjob/change_form.html"
    list_display = (
        "before",
        "after",
        "short_prompt",
        "state_chip",
        "model_name",
        "owner",
        "billed",
        "verdict",
        "created",
    )
    list_display_links = ("before", "short_prompt")
    list_filter = (
        "state",
        VerdictFilter,
        "charged",
        "model_name",
        ("owner", admin.RelatedOnlyFieldListFilter),
        "created_at",
    )
    search_fields = ("prompt", "owner__username", "picture__name", "id", "attempts__id")
    search_help_text = "Prompt, owner, picture name, or the id of a job or attempt"
    date_hierarchy = "created_at"
    list_per_page = 25
    show_full_result_count = False
    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EditJob]:
        """Everything a row shows, in a fixed number of queries."""
        jobs = super().get_queryset(request).select_related("picture", "owner", "mask")
        return jobs.prefetch_related("attempts__results__picture", "reviews")

    @admin.display(description="Before")
    def before(self, job: EditJob) -> SafeString | str:
        """What went in."""
        return thumbnail(job.picture)

    @admin.display(description="After")
    def after(self, job: EditJob) -> SafeString | str:
        """What came out first."""
        picture = next((result.picture for result in job.results if result.picture), None)
        if picture is None:
            return "-"
        address = reverse("admin:editor_editjob_change", args=[job.pk])
        return format_html('<a href="{}">{}</a>', address, thumbnail(picture))

    @admin.display(description="Prompt", ordering="prompt")
    def short_prompt(self, job: EditJob) -> str:
        """The prompt's beginning."""
        return job.prompt if len(job.prompt) <= 90 else f"{job.prompt[:90]}…"

    @admin.display(description="State", ordering="state")
    def state_chip(self, job: EditJob) -> SafeString:
        """The state as a chip."""
        return format_html(
            '<span class="state-chip state-{}">{}</span>', job.state, job.get_state_display()
        )

    @admin.display(description="Billed")
    def billed(self, job: EditJob) -> str:
        """What it cost."""
        return job.billed_text

    @admin.display(description="Review")
    def verdict(self, job: EditJob) -> str:
        """The newest verdict."""
        newest = next(iter(job.reviews.all()), None)
        return newest.verdict_label if newest else "-"

    @admin.display(description="Created", ordering="created_at")
    def created(self, job: EditJob) -> str:
        """When it was asked for, UTC."""
        return f"{job.created_at:%d %b %Y, %H:%M}"

    def get_urls(self) -> list[URLPattern]:
        """Add the acts of the review desk."""
        acts = [
            path(
                f"<uuid:pk>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"editor_editjob_{name}",
            )
            for name, view in (
                ("review", self.review),
                ("retry", self.retry),
                ("cancel", self.cancel),
                ("look", self.look),
                ("settle", self.settle),
            )
        ]
        settle_call = self.admin_site.admin_view(require_POST(self.settle_call))
        name = "editor_editjob_settle_call"
        one_call = path("<uuid:pk>/settle/<uuid:attempt_pk>/", settle_call, name=name)
        return [*acts, one_call, *approval_urls(self.admin_site), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one job on the desk."""
        job = self.get_object(request, object_id)
        if job is None:
            return super().change_view(request, object_id, form_url, extra_context)
        context = {
            "job": job,
            "results": [result for result in job.results if result.picture or result.problem],
            "attempts": job.attempts.select_related("unusable"),
            "events": job.events.select_related("actor"),
            "reviews": job.reviews.select_related("reviewer"),
            "can_review": request.user.has_perm("editor.review_editjob"),
            "submit_key": uuid.uuid4(),
            "receipt": receipt_of(job),
            "references": Reference.objects.pictures_of(job),
            "doubts": (doubts := settlements.doubts(job)),
            "findings": (findings := [doubt.finding for doubt in doubts]),
            "settle_cost": evidence.named_cost(findings),
            **_again(job),
            **approval_context(job, cast("User", request.user)),
        }
        return super().change_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    def _reviewable(self, request: HttpRequest, pk: uuid.UUID) -> EditJob:
        if not request.user.has_perm("editor.review_editjob"):
            raise PermissionDenied
        return get_object_or_404(EditJob, pk=pk)

    def review(self, request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
        """Approve or reject with a note."""
        job = self._reviewable(request, pk)
        form = VerdictForm(request.POST)
        if form.is_valid():
            verdict = Review.Verdict(form.cleaned_data["verdict"])
            review = give_verdict(job, request.user, verdict, form.cleaned_data["note"])
            messages.success(request, f"{review.verdict_label}.")
        else:
            messages.error(request, "Choose approve or reject; a note may have 2,000 characters.")
        return _back_to(job)

    def retry(self, request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
        """Send the same wish again for its owner, paying for one more call."""
        job = self._reviewable(request, pk)
        form = PriceForm(request.POST)
        if not form.is_valid():
            messages.error(request, "This form was incomplete. Please press the button again.")
            return _back_to(job)
        if request.POST.get("state", job.state) != job.state:
            # The button may have meant "pay again", and would now buy a new job instead.
            messages.info(request, "Nothing was sent: this job has moved on meanwhile.")
            return _back_to(job)
        key = form.cleaned_data["submit_key"] or uuid.uuid4()
        price, before = form.cleaned_data["shown_price"], form.cleaned_data["agreed_before"]
        try:
            if job.is_unknown:
                if not submission.pay_again(
                    job, request.user, shown_price_nano=price, agreed_before=before
                ):
                    messages.info(request, "Nothing was sent: this job has moved on meanwhile.")
                return _back_to(job)
            job = submission.repeat_edit(job, request.user, key, price)
        except (SubmitRefused, OverBudget) as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "Queued again as a new job.")
        return _back_to(job)

    def cancel(self, request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
        """Cancel somebody's job."""
        job = self._reviewable(request, pk)
        messages.info(request, cancelling.cancel_edit(job, request.user))
        return _back_to(job)

    def look(self, request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
        """Ask the upstream about the calls of a job that are in doubt, for free."""
        job = self._reviewable(request, pk)
        found = evidence.look(job, request.user)
        record("job.looked_up", by=request.user, on=job)
        messages.info(request, found.sentence if found else "Nothing to look for at this job.")
        return _back_to(job)

    def settle(self, request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
        """Close an unknown job as charged or not charged, with the reason."""
        job = self._reviewable(request, pk)
        form = SettleForm(request.POST)
        if not form.is_valid():
            messages.error(request, f"Not settled. {form.first_problem()}")
            return _back_to(job)
        if settlements.settle_unknown(job, request.user, **form.cleaned_settlement()):
            messages.success(request, "Settled.")
        else:
            messages.info(request, "Nothing to settle: this job has moved on meanwhile.")
        return _back_to(job)

    def settle_call(
        self, request: MemberRequest, pk: uuid.UUID, attempt_pk: uuid.UUID
    ) -> HttpResponse:
        """Settle one call in doubt of any job, with the reason."""
        job = self._reviewable(request, pk)
        attempt = get_object_or_404(job.attempts, pk=attempt_pk)
        form = SettleForm(request.POST)
        if not form.is_valid():
            messages.error(request, f"Not settled. {form.first_problem()}")
        elif settlements.settle_call(attempt, request.user, **form.cleaned_settlement()):
            messages.success(request, "Settled.")
        else:
            messages.info(request, "Nothing to settle: this call is not in doubt any more.")
        return _back_to(job)


def _again(job: EditJob) -> dict[str, Any]:
    """What one more call would cost today."""
    if job.is_unknown:
        return {"again_price_nano": job.estimate_nano, "again_price_text": job.estimate_text}
    model = UpstreamModel.objects.offered().filter(model_id=job.model_id).first()
    price = model.estimate_nano(job.size, job.n) if model else None
    return {"again_price_nano": price, "again_price_text": dollars(price)}


def _back_to(job: EditJob) -> HttpResponse:
    return redirect(reverse("admin:editor_editjob_change", args=[job.pk]))
