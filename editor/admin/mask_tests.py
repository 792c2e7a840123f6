"""Tests of how models read masks: what one costs, what it found, and what to make of it."""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from editor import mask_tests, storage
from editor.accounts import MemberRequest
from editor.admin.rows import ReadOnlyAdmin
from editor.forms import MaskTestForm
from editor.imaging.encoding import MaskDialect
from editor.imaging.probe import PAINTED, SIDE
from editor.models import MaskTest, Result, UpstreamModel
from editor.models.mask_findings import DIALECT_WORDS, MASKED, findings_of, reason
from editor.submission import SubmitRefused

# What a test shows never changes, and is for staff alone.
_KEEP = "private, max-age=604800, immutable"
_PICTURES = ("answer", "difference")


@admin.register(MaskTest)
class MaskTestAdmin(ReadOnlyAdmin):
    """Tests, newest first. A new one is started from the page of a model."""

    list_display = ("created_at", "model_link", "sent", "proposed", "chosen", "by")
    list_filter = (("model", admin.RelatedOnlyFieldListFilter), "proposed")
    list_select_related = ("model", "by")
    list_per_page = 50

    @admin.display(description="Model", ordering="model__name")
    def model_link(self, test: MaskTest) -> SafeString:
        """Lead to the model."""
        address = reverse("admin:editor_upstreammodel_change", args=[test.model_id])
        return format_html('<a href="{}">{}</a>', address, test.model.name)

    @admin.display(description="Sent as")
    def sent(self, test: MaskTest) -> str:
        """The dialects that were tried."""
        tried = set(test.jobs.values_list("mask_dialect", flat=True))
        return ", ".join(dialect for dialect in MaskDialect if dialect in tried)

    def get_urls(self) -> list[URLPattern]:
        """Add what starts a test, follows it and draws the conclusion."""
        wrap, name = self.admin_site.admin_view, "editor_masktest_{}".format
        new = require_http_methods(["GET", "POST"])(self.new)
        return [
            path("new/<int:model_pk>/", wrap(new), name=name("new")),
            path("<uuid:pk>/status/", wrap(require_GET(self.status)), name=name("status")),
            path("<uuid:pk>/choose/", wrap(require_POST(self.choose)), name=name("choose")),
            path("<uuid:pk>/picture/", wrap(require_GET(self.picture)), name=name("picture")),
            path(
                "<uuid:pk>/<int:result_pk>/<str:kind>/",
                wrap(require_GET(self.shown)),
                name=name("shown"),
            ),
            *super().get_urls(),
        ]

    # Before

    def new(self, request: MemberRequest, model_pk: int) -> HttpResponse:
        """Say what a test costs; start it when the named sum is agreed to."""
        if not request.user.has_perms(["editor.view_upstreammodel", "editor.run_masktest"]):
            raise PermissionDenied
        model = get_object_or_404(UpstreamModel, pk=model_pk)
        if request.method == "POST":
            return self._start(request, model)
        asked = request.GET.getlist("dialect") if "dialect" in request.GET else list(MASKED)
        chosen = [dialect for dialect in MaskDialect if dialect in asked]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Test the masks of {model.name}",
            "model": model,
            "offer": mask_tests.offer(request.user, model, chosen),
            "choices": [(each, DIALECT_WORDS[each], each in chosen) for each in MaskDialect],
            "test_id": uuid.uuid4(),
            "prompt": mask_tests.PROMPT,
            "side": SIDE,
            "painted": PAINTED,
        }
        return render(request, "admin/editor/masktest/new.html", context)

    def _start(self, request: MemberRequest, model: UpstreamModel) -> HttpResponse:
        form = MaskTestForm(request.POST)
        again = reverse("admin:editor_masktest_new", args=[model.pk])
        if not form.is_valid():
            messages.error(request, "Nothing was sent: this form was incomplete. Try again.")
            return redirect(again)
        said = form.cleaned_data
        offered = mask_tests.offer(request.user, model, said["dialect"])
        try:
            test = mask_tests.start_test(
                offered, request.user, said["test_id"], said["shown_total"]
            )
        except SubmitRefused as refused:
            messages.error(request, str(refused))
            return redirect(again)
        return redirect(test.get_absolute_url())

    # After

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a test: what each call brought, and what that means."""
        test = self.get_object(request, object_id)
        if test is None:
            return super().change_view(request, object_id, form_url, extra_context)
        self._check_may_view(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Test of the masks of {test.model.name}",
            **_found(request, test),
        }
        return render(request, "admin/editor/masktest/test.html", context)

    def _check_may_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def status(self, request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
        """The part of the page that changes by itself."""
        self._check_may_view(request)
        test = get_object_or_404(MaskTest, pk=pk)
        return render(request, "admin/editor/masktest/_findings.html", _found(request, test))

    def choose(self, request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
        """Let the model's masks be written in one of the dialects from now on."""
        self._check_may_view(request)
        if not request.user.has_perm("editor.change_upstreammodel"):
            raise PermissionDenied
        test = get_object_or_404(MaskTest, pk=pk)
        try:
            dialect = MaskDialect(request.POST.get("dialect", ""))
        except ValueError:
            messages.error(request, "Choose one of the four ways to send the mask.")
            return redirect(test.get_absolute_url())
        done = mask_tests.choose(test, dialect, request.user)
        self.log_change(request, test.model, f"{done}, after a test.")
        self.log_change(request, test, f"Chosen: {dialect.value}.")
        messages.success(request, f"{done}. Refreshes of the catalogue leave it so.")
        return redirect(test.get_absolute_url())

    # Pictures

    def picture(self, request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
        """What was sent, before it was encoded for a model."""
        self._check_may_view(request)
        test = get_object_or_404(MaskTest, pk=pk)
        try:
            return _image(storage.get(str(test.picture.file.name)), test.picture.mime)
        except FileNotFoundError as missing:
            raise Http404 from missing

    def shown(
        self, request: MemberRequest, pk: uuid.UUID, result_pk: int, kind: str
    ) -> HttpResponse:
        """An answer as it came, or where it differs."""
        self._check_may_view(request)
        result = get_object_or_404(Result, pk=result_pk, attempt__job__mask_test=pk)
        if kind not in _PICTURES:
            raise Http404
        try:
            drawn = _drawn(result.pk, result.raw_sha256)
        except (FileNotFoundError, storage.OtherBytes) as missing:
            raise Http404 from missing
        return _image(drawn[_PICTURES.index(kind)], "image/webp")


@lru_cache(maxsize=16)
def _drawn(result_pk: int, raw_sha256: str) -> tuple[bytes, bytes]:
    """Both pictures of a result; the page asks for them one after the other."""
    result = Result.objects.select_related("attempt").get(pk=result_pk, raw_sha256=raw_sha256)
    tests = MaskTest.objects.select_related("picture", "mask")
    return mask_tests.heat_of(tests.get(jobs__attempts__results=result), result)


def _image(data: bytes, mime: str) -> HttpResponse:
    response = HttpResponse(data, content_type=mime)
    response["Cache-Control"] = _KEEP
    # Should a browser ever take the bytes for a document, nothing in it may run.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _found(request: HttpRequest, test: MaskTest) -> dict[str, Any]:
    mask_tests.conclude(test)
    findings = findings_of(test)
    return {
        "test": test,
        "findings": findings,
        "is_over": all(finding.is_over for finding in findings),
        "reason": reason(findings),
        "proposed_words": DIALECT_WORDS[MaskDialect(test.proposed)] if test.proposed else "",
        "dialects": list(DIALECT_WORDS.items()),
        "can_choose": request.user.has_perm("editor.change_upstreammodel"),
        "can_run": request.user.has_perm("editor.run_masktest"),
        "painted": PAINTED,
        "side": SIDE,
    }
