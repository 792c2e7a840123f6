"""The audit log in the administration: to be read and taken away, by administrators alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from editor.accounts import MemberRequest
from editor.admin.rows import ReadOnlyAdmin
from editor.audit import record
from editor.audit_actions import ACTIONS, words_of
from editor.audit_chain import head_in_words
from editor.models import AuditEntry

COLUMNS = (
    "number", "at", "who", "who_name", "who_role", "action", "thing_type", "thing_id",
    "thing_label", "address", "request_id", "why", "facts", "salt", "words", "body", "previous",
    "hash",
)  # fmt: skip
# What a spreadsheet would take for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_KINDS = {"editjob": "edit", "upstreammodel": "model", "user": "account", "staffalert": "alert"}
# Where the administration has a page for a thing.
_PAGES = ("user", "editjob", "upstreammodel", "invitation")


class ExportForm(forms.Form):
    """Which days, in which form, and why."""

    form = forms.ChoiceField(choices=[("jsonl", "JSON Lines"), ("csv", "CSV")])
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    why = forms.CharField(max_length=2000)


class ActFilter(admin.SimpleListFilter):
    """By what was done; only what ever was."""

    title = "act"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the acts that there are, in their order."""
        there = set(AuditEntry.objects.order_by().values_list("action", flat=True).distinct())
        known = [(key, words) for key, words in ACTIONS.items() if key in there]
        return known + [(key, key) for key in sorted(there - ACTIONS.keys())]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        """Narrow the list."""
        return queryset.filter(action=self.value()) if self.value() else queryset


class PersonFilter(admin.SimpleListFilter):
    """By who did it: by the id, since names change."""

    title = "person"
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer everybody who ever did something, under the name they had last."""
        people = AuditEntry.objects.order_by().exclude(who=None).values("who")
        newest = [each["newest"] for each in people.annotate(newest=Max("id"))]
        rows = AuditEntry.objects.filter(pk__in=newest).values_list("who", "who_name")
        names = {who: name or f"person {who} (erased)" for who, name in rows}
        found = sorted(names.items(), key=lambda pair: pair[1].lower())
        return [*((str(who), name) for who, name in found), ("none", "Nobody logged in")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        """Narrow the list."""
        chosen = self.value() or ""
        if chosen == "none":
            return queryset.filter(who=None)
        return queryset.filter(who=chosen) if chosen.isdecimal() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Newest first."""

    change_list_template = "admin/editor/auditentry/change_list.html"
    list_display = ("moment", "person", "act", "thing", "reason", "address", "number")
    list_display_links = ("moment",)
    list_filter = (ActFilter, PersonFilter, "thing_type")
    date_hierarchy = "at"
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-id",)
    search_fields = (
        "who_name", "thing_label", "=thing_id", "why", "=address", "=request_id", "action", "facts",
    )  # fmt: skip
    search_help_text = "Person, thing or its id, reason, address, or the id of a request"
    fields = (
        "moment", "person", "who_role", "act", "thing", "why", "told", "address", "request_id",
        "number", "previous", "hash",
    )  # fmt: skip
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators; reviewers stand in it themselves."""
        return bool(request.user.is_active and request.user.is_superuser)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description="when", ordering="id")
    def moment(self, entry: AuditEntry) -> SafeString:
        """The moment; the page shows it in the reader's own time."""
        return format_html(
            '<time datetime="{}" data-local>{} UTC</time>',
            entry.at.isoformat(),
            f"{entry.at:%-d %b %Y, %H:%M:%S}",
        )

    @admin.display(description="person", ordering="who_name")
    def person(self, entry: AuditEntry) -> str:
        """The name as it was."""
        if entry.who is None:
            return entry.who_name or "nobody logged in"
        return entry.who_name or f"person {entry.who} (erased)"

    @admin.display(description="act", ordering="action")
    def act(self, entry: AuditEntry) -> str:
        """In words."""
        return words_of(entry.action)

    @admin.display(description="thing")
    def thing(self, entry: AuditEntry) -> SafeString | str:
        """What it was done to, and the way there."""
        if not entry.thing_type:
            return "-"
        short = entry.thing_id[:8] if len(entry.thing_id) > 12 else entry.thing_id
        kind = _KINDS.get(entry.thing_type, entry.thing_type)
        words = f"{kind} {entry.thing_label or short}"
        if entry.thing_type not in _PAGES:
            return words
        address = reverse(f"admin:editor_{entry.thing_type}_change", args=[entry.thing_id])
        return format_html('<a href="{}">{}</a>', address, words)

    @admin.display(description="reason")
    def reason(self, entry: AuditEntry) -> str:
        """The reason's beginning."""
        return entry.why if len(entry.why) <= 90 else f"{entry.why[:90]}…"

    @admin.display(description="facts")
    def told(self, entry: AuditEntry) -> SafeString:
        """The figures, one a line."""
        lines = "\n".join(f"{name}: {value}" for name, value in entry.facts_told.items())
        return format_html("<pre>{}</pre>", lines or "none")

    def get_urls(self) -> list[URLPattern]:
        """Add the export."""
        view = self.admin_site.admin_view(require_POST(self.export))
        return [path("export/", view, name="editor_auditentry_export"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, and the head to keep elsewhere."""
        context = {"head": head_in_words(), **(extra_context or {})}
        return super().changelist_view(request, context)

    def export(self, request: MemberRequest) -> HttpResponseBase:
        """Stream the log, row by row; that it was taken away stands in it from then on."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ExportForm(request.POST)
        if not form.is_valid():
            problem = next(iter(form.errors.values()))[0]
            messages.error(request, f"Nothing was exported. {problem}")
            return redirect("admin:editor_auditentry_changelist")
        asked = form.cleaned_data
        days = {name: str(asked[name]) for name in ("since", "until") if asked[name]}
        facts = {"form": asked["form"], **days}
        record("audit.exported", by=request.user, why=asked["why"], facts=facts)
        rows = _rows(asked["since"], asked["until"])
        if asked["form"] == "csv":
            response = StreamingHttpResponse(_as_csv(rows), content_type="text/csv; charset=utf-8")
        else:
            response = StreamingHttpResponse(
                _as_lines(rows, head_in_words()), content_type="application/x-ndjson"
            )
        name = f"nanoedit-audit-{timezone.now():%Y-%m-%d}.{asked['form']}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response


def _rows(since: date | None, until: date | None) -> Iterator[dict[str, Any]]:
    found = AuditEntry.objects.order_by("id")
    if since:
        found = found.filter(at__date__gte=since)
    if until:
        found = found.filter(at__date__lte=until)
    for row in found.values(*COLUMNS).iterator(chunk_size=500):
        yield {**row, "at": row["at"].isoformat(timespec="microseconds")}


def _as_lines(rows: Iterator[dict[str, Any]], head: str) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"
    # By it `manage.py verify --heads` finds out later whether these rows are still there.
    yield json.dumps({"head": head}) + "\n"


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        return value


def _as_csv(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for row in rows:
        yield writer.writerow([_cell(row[name]) for name in COLUMNS])


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
