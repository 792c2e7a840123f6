"""The catalogue of models, with what staff decide about it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from editor import costs
from editor.accounts import MemberRequest
from editor.admin.catalogue_filters import ChangedFilter, OverrideFilter, StandingFilter
from editor.admin.catalogue_forms import UpstreamModelForm
from editor.admin.overrides import parts_of
from editor.admin.rows import PlainList
from editor.audit import LARGEST_FACTS, record
from editor.models import CatalogueRefresh, UpstreamModel, User
from editor.models.audit import canonical
from editor.money import dollars
from editor.nanogpt.errors import NanoGPTError
from editor.offers import refresh_catalogue

REFRESH_SECONDS = 20.0  # somebody waits for it
_WRITTEN = ("pinned", "looked_at")


@admin.register(UpstreamModel)
class UpstreamModelAdmin(PlainList):
    """The catalogue. A field changed here is overridden: refreshes leave it alone."""

    list_display = (
        "name",
        "standing",
        "model_id",
        "dialect",
        "max_images",
        "price",
        "takes_edits",
    )
    actions = ("hide", "show", "offer_again", "follow_catalogue")
    form = UpstreamModelForm
    list_filter = (StandingFilter, OverrideFilter, ChangedFilter, "mask_support")
    list_per_page = 100
    search_fields = ("name", "model_id", "description")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come from the upstream."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Jobs need them, and the next refresh would bring them back: they are hidden instead."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Add the refresh, what it brought, and the ways back to the upstream."""
        wrap, name = self.admin_site.admin_view, "editor_upstreammodel_{}".format
        return [
            path("refresh/", wrap(require_POST(self.refresh)), name=name("refresh")),
            path("changes/", wrap(require_GET(self.changes)), name=name("changes")),
            path("<int:pk>/follow/", wrap(require_POST(self.follow)), name=name("follow")),
            path("<int:pk>/keep/", wrap(require_POST(self.keep)), name=name("keep")),
            *super().get_urls(),
        ]

    # The list

    @admin.display(description="Standing", empty_value="")
    def standing(self, model: UpstreamModel) -> SafeString | str:
        """What is out of the ordinary, as badges."""
        badges = []
        if not model.is_listed:
            badges.append(("bad", "Gone upstream"))
        if model.is_hidden:
            badges.append(("quiet", "Hidden"))
        if not model.edits:
            badges.append(("quiet", "No edits"))
        if model.hidden_changes:
            badges.append(("warn", "Hides a change"))
        elif model.pinned:
            count = len(model.pinned)
            badges.append(("quiet", f"{count} override{'' if count == 1 else 's'}"))
        return format_html_join(" ", '<span class="badge badge--{}">{}</span>', badges)

    @admin.display(description="Mask dialect", ordering="mask_dialect")
    def dialect(self, model: UpstreamModel) -> SafeString | str:
        """How masks are written for it, and whether staff said so."""
        if "mask_dialect" not in model.pinned:
            return model.mask_dialect
        return format_html('{} <span class="desk__quiet">set by staff</span>', model.mask_dialect)

    @admin.display(description="Price")
    def price(self, model: UpstreamModel) -> str:
        """The default price of one image."""
        return dollars(model.price_nano())

    @admin.display(description="Takes edits", boolean=True, ordering="held_back")
    def takes_edits(self, model: UpstreamModel) -> bool:
        """Whether new edits pass, or wait until staff have looked at what it charges."""
        return not model.held_back

    @admin.action(description="Hide from people", permissions=["change"])
    def hide(self, request: MemberRequest, queryset: QuerySet[UpstreamModel]) -> None:
        """Let nobody choose them any more; what is queued goes out."""
        self._set_hidden(request, queryset, hidden=True)

    @admin.action(description="Show to people", permissions=["change"])
    def show(self, request: MemberRequest, queryset: QuerySet[UpstreamModel]) -> None:
        """Let people choose them again."""
        self._set_hidden(request, queryset, hidden=False)

    def _set_hidden(
        self, request: MemberRequest, queryset: QuerySet[UpstreamModel], *, hidden: bool
    ) -> None:
        chosen = list(queryset.filter(is_hidden=not hidden))
        with transaction.atomic():
            UpstreamModel.objects.filter(pk__in=[row.pk for row in chosen]).update(is_hidden=hidden)
            for model in chosen:
                self._tell(request, model, "Hidden." if hidden else "Shown.")
        count = f"{len(chosen)} model{'' if len(chosen) == 1 else 's'}"
        done = "hidden: nobody can choose them now; what is queued goes out" if hidden else "shown"
        self.message_user(request, f"{count} {done}.", messages.SUCCESS)

    @admin.action(description="Follow the upstream again in everything", permissions=["change"])
    def follow_catalogue(self, request: MemberRequest, queryset: QuerySet[UpstreamModel]) -> None:
        """Give up what staff have overridden."""
        with transaction.atomic():
            for model in queryset.select_for_update().exclude(pinned=[]):
                names = list(model.pinned)
                model.follow(*names)
                model.save(update_fields=[*names, *_WRITTEN])
                self._tell(request, model, f"No longer kept: {', '.join(names)}.")
        said = "They follow the upstream in every field; what is not known is told by a refresh."
        self.message_user(request, said, messages.SUCCESS)

    @admin.action(description="Take edits again: its cost was looked at", permissions=["change"])
    def offer_again(self, request: MemberRequest, queryset: QuerySet[UpstreamModel]) -> None:
        """Let new edits with these models pass again."""
        with transaction.atomic():
            for model in queryset:
                costs.offer_again(model, request.user)
                self._tell(request, model, "Takes edits again: its cost was looked at.")
        self.message_user(request, "New edits with them are taken again.", messages.SUCCESS)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, and when it was last fetched."""
        newest = CatalogueRefresh.objects.select_related("by").first()
        more = {"newest": newest, "can_refresh": self.has_change_permission(request)}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    # Refreshing

    def refresh(self, request: MemberRequest) -> HttpResponse:
        """Fetch the list now, which costs nothing, and say what came of it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        back = reverse("admin:editor_upstreammodel_changelist")
        try:
            refresh = refresh_catalogue(request.user, REFRESH_SECONDS)
        except NanoGPTError as error:
            said = f"The list could not be fetched; the last good one stays. {error}"
            self.message_user(request, said, messages.ERROR)
            return redirect(back)
        if not refresh.listed:
            said = "The upstream lists no model that edits pictures; the last good list stays."
            self.message_user(request, said, messages.WARNING)
            return redirect(back)
        facts = {"models": refresh.listed, "changed": refresh.summary}
        record("catalogue.refreshed", by=request.user, on=refresh, facts=facts)
        said = (
            f"Fetched: {refresh.listed} models edit pictures; {refresh.summary}. It cost nothing."
        )
        self.message_user(request, said, messages.SUCCESS)
        changed = refresh.changes.exists()
        return redirect("admin:editor_upstreammodel_changes" if changed else back)

    def changes(self, request: HttpRequest) -> HttpResponse:
        """What refreshes have brought, newest first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pages = Paginator(CatalogueRefresh.objects.with_changes().select_related("by"), 20)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "What has changed upstream",
            "page": pages.get_page(request.GET.get("page")),
            "newest": CatalogueRefresh.objects.first(),
            "can_refresh": self.has_change_permission(request),
        }
        return render(request, "admin/editor/upstreammodel/changes.html", context)

    # One model

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Set each field beside what the upstream says of it."""
        model = context["original"]
        may_change = self.has_change_permission(request, model)
        context["parts"] = parts_of(model, context["adminform"].form if may_change else None)
        context["may_change"] = may_change
        context["title"] = model.name
        context["lately"] = model.changes.select_related("refresh").order_by("-refresh__at")[:10]
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: UpstreamModel, form: Any, change: bool) -> None:
        """Write what was changed by hand, and nothing else, and override it."""
        changed = [str(name) for name in form.changed_data]
        told = [name for name in changed if name in UpstreamModel.CATALOGUE_FIELDS]
        # A refresh may have written the row since it was read.
        now = UpstreamModel.objects.select_for_update().get(pk=obj.pk)
        obj.upstream, obj.pinned, obj.looked_at = now.upstream, now.pinned, now.looked_at
        obj.override(*told)
        # What the upstream says anyway needs nobody to keep it.
        same = [name for name in told if getattr(obj, name) == obj.upstream.get(name, object())]
        obj.follow(*same)
        obj.save(update_fields=[*changed, *_WRITTEN])
        # What it was, and is: prices among it.
        facts: dict[str, Any] = {n: [getattr(now, n), getattr(obj, n)] for n in changed}
        if len(canonical(facts)) > LARGEST_FACTS:  # a long description
            facts = {"fields": changed}
        record("model.changed", by=cast("User", request.user), on=obj, request=request, facts=facts)

    def follow(self, request: MemberRequest, pk: int) -> HttpResponse:
        """Take what the upstream says of one field again."""
        model, name = self._field(request, pk)
        with transaction.atomic():
            row = UpstreamModel.objects.select_for_update().get(pk=model.pk)
            row.follow(name)
            row.save(update_fields=[name, *_WRITTEN])
            self._tell(request, row, f"No longer kept: {name}.")
        self.message_user(request, "It follows the upstream again.", messages.SUCCESS)
        return redirect("admin:editor_upstreammodel_change", pk)

    def keep(self, request: MemberRequest, pk: int) -> HttpResponse:
        """Keep what staff have set, although the upstream says something else now."""
        model, name = self._field(request, pk)
        with transaction.atomic():
            row = UpstreamModel.objects.select_for_update().get(pk=model.pk)
            row.keep_overrides(name)
            row.save(update_fields=["looked_at"])
            self._tell(request, row, f"Kept, although the upstream changed it: {name}.")
        self.message_user(request, "It stays as it is.", messages.SUCCESS)
        return redirect("admin:editor_upstreammodel_change", pk)

    def _field(self, request: MemberRequest, pk: int) -> tuple[UpstreamModel, str]:
        model = get_object_or_404(UpstreamModel, pk=pk)
        name = request.POST.get("field", "")
        if not self.has_change_permission(request, model) or name not in model.pinned:
            raise PermissionDenied
        return model, name

    def _tell(self, request: MemberRequest, model: UpstreamModel, words: str) -> None:
        # Before Django's own line, which would be written down where nothing else is.
        record("model.changed", by=request.user, on=model, request=request, facts={"done": words})
        self.log_change(request, model, words)
