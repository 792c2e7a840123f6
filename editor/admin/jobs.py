"""The review desk: staff look at jobs, compare, decide, retry and cancel.

What happened is read-only here; every staff act goes through a stage function, which
writes it into the job's history.
"""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from editor import cancelling, evidence, settlements, submission
from editor.accounts import MemberRequest
from editor.admin import desk
from editor.admin.approvals import approval_urls
from editor.admin.desk_acts import act_urls
from editor.admin.lanes import LaneFilter, VerdictFilter, bulk_actions
from editor.admin.rows import ReadOnlyAdmin, blurred, thumbnail
from editor.audit import record
from editor.budgets import OverBudget
from editor.forms import PriceForm, SettleForm
from editor.models import EditJob, Picture, User
from editor.models.lanes import LANES
from editor.submission import SubmitRefused

_BLURRED = {"before": "blurred_before", "after": "blurred_after"}
_LINKS = {*_BLURRED, *_BLURRED.values(), "short_prompt"}


@admin.register(EditJob)
class EditJobAdmin(ReadOnlyAdmin):
    """Jobs, with what went in and what came out side by side."""

    change_list_template = "admin/editor/editjob/change_list.html"
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
    list_filter = (
        LaneFilter,
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
    actions_selection_counter = True
    # The page that comes asks for the reason.
    action_form = ActionForm  # type: ignore[assignment]

    def get_queryset(self, request: HttpRequest) -> QuerySet[EditJob]:
        """Everything a row shows, in a fixed number of queries."""
        jobs = super().get_queryset(request).select_related("picture", "owner", "mask")
        return jobs.prefetch_related("attempts__results__picture")

    def get_list_display(self, request: HttpRequest) -> Any:
        """Pictures as they are, or blurred until somebody opens the job."""
        if desk.shows_pictures(cast("User", request.user)):
            return self.list_display
        return [_BLURRED.get(name, name) for name in self.list_display]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """Pictures and prompts lead to the job."""
        return [name for name in list_display if name in _LINKS]

    @admin.display(description="Before")
    def blurred_before(self, job: EditJob) -> SafeString | str:
        """What went in, as a blur."""
        return blurred(job.picture)

    @admin.display(description="After")
    def blurred_after(self, job: EditJob) -> SafeString | str:
        """What came out first, as a blur."""
        return blurred(_first_of(job))

    @admin.display(description="Before")
    def before(self, job: EditJob) -> SafeString | str:
        """What went in."""
        return thumbnail(job.picture)

    @admin.display(description="After")
    def after(self, job: EditJob) -> SafeString | str:
        """What came out first."""
        return thumbnail(_first_of(job))

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
        return job.verdict_words or "-"

    @admin.display(description="Created", ordering="created_at")
    def created(self, job: EditJob) -> str:
        """When it was asked for, UTC."""
        return date_format(job.created_at, "DATETIME_FORMAT")

    def get_urls(self) -> list[URLPattern]:
        """Add the acts of the review desk."""
        acts = [
            path(
                f"<uuid:pk>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"editor_editjob_{name}",
            )
            for name, view in (
                ("retry", self.retry),
                ("cancel", self.cancel),
                ("look", self.look),
                ("settle", self.settle),
            )
        ]
        settle_call = self.admin_site.admin_view(require_POST(self.settle_call))
        name = "editor_editjob_settle_call"
        one_call = path("<uuid:pk>/settle/<uuid:attempt_pk>/", settle_call, name=name)
        more = [*act_urls(self.admin_site), *desk.desk_urls(self.admin_site)]
        return [*acts, one_call, *more, *approval_urls(self.admin_site), *super().get_urls()]

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
        came_from = QueryDict(request.GET.get("_changelist_filters", "")).get("lane", "all")
        lane = came_from if came_from in LANES else "all"
        return desk.one_of_lane(cast("MemberRequest", request), lane, job.pk)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a lane."""
        here = request.GET.get("lane", "all")
        lane = LANES.get(here, LANES["all"])
        context = {
            "tabs": desk.tabs(lane.name),
            "lane": lane,
            "shows_pictures": desk.shows_pictures(cast("User", request.user)),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def get_ordering(self, request: HttpRequest) -> Any:
        """The order of the lane."""
        lane = LANES.get(request.GET.get("lane", "all"), LANES["all"])
        way = "-" if lane.newest_first else ""
        return (f"{way}{lane.order}", f"{way}id")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """What may be done with many at once; nothing of Django's own."""
        return bulk_actions(request)

    def _reviewable(self, request: HttpRequest, pk: uuid.UUID) -> EditJob:
        if not request.user.has_perm("editor.review_editjob"):
            raise PermissionDenied
        return get_object_or_404(EditJob, pk=pk)

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


def _first_of(job: EditJob) -> Picture | None:
    """The first picture that the job brought."""
    return next((result.picture for result in job.results if result.picture), None)


def _back_to(job: EditJob) -> HttpResponse:
    return redirect(reverse("admin:editor_editjob_change", args=[job.pk]))
