"""Staff look after the catalogue: what the upstream changes is seen, what they set stays."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from editor.models import AuditEntry, CatalogueChange, CatalogueRefresh, UpstreamModel
from editor.nanogpt.catalogue import parse_catalogue
from editor.nanogpt.errors import NanoGPTError
from editor.offers import refresh_catalogue
from tests.conftest import logged_in
from tests.factories import CENT, make_picture

pytestmark = [pytest.mark.django_db, pytest.mark.once]

LIST = "/admin/editor/upstreammodel/"
HIDES = '<span class="badge badge--warn">Hides a change</span>'
KINDS = CatalogueChange.Kind


class Upstream:
    """A list of models that the tests write."""

    def __init__(self) -> None:
        self.entries: dict[str, dict] = {}
        self.problem: NanoGPTError | None = None

    def models(self):
        if self.problem:
            raise self.problem
        return parse_catalogue(list(self.entries.values()))

    def close(self) -> None:
        pass

    def says(self, model_id: str, price: float = 0.04, **more: object) -> None:
        sizes = more.pop("sizes", ["auto"])
        self.entries[model_id] = {
            "id": model_id,
            "name": model_id.title(),
            "capabilities": {"image_to_image": True},
            "supported_parameters": {"resolutions": sizes, "max_input_images": 3},
            "pricing": {"per_image": {"auto": price}},
            **more,
        }


@pytest.fixture
def told(monkeypatch, db):
    """The upstream, which lists two models that were fetched before."""
    upstream = Upstream()
    upstream.says("brush")
    upstream.says("pencil", 0.02, sizes=["1k", "2k"])
    monkeypatch.setattr("editor.offers.open_client", lambda _seconds=None: upstream)
    refresh_catalogue()
    return upstream


@pytest.fixture
def adams(adam):
    """His browser."""
    return logged_in(adam)


def row(model_id: str) -> UpstreamModel:
    return UpstreamModel.objects.get(model_id=model_id)


def of(model_id: str, act: str = "change") -> str:
    return reverse(f"admin:editor_upstreammodel_{act}", args=[row(model_id).pk])


def filled(client, model_id: str, **changes: str) -> dict[str, str]:
    """The form of a model as a browser would send it, with some fields changed."""
    form = client.get(of(model_id)).context["adminform"].form
    shown = {}
    for name in form.fields:
        bound = form[name]
        value = bound.value()
        if value is True:
            shown[name] = shown[f"initial-{name}"] = "True"
        elif value is not False and value is not None:
            shown[name] = shown[f"initial-{name}"] = str(value)
    return {**shown, **changes}


def test_the_first_list_is_no_news_and_the_next_one_tells_what_has_changed(told):
    assert not CatalogueChange.objects.exists()
    told.says("brush", 0.05)
    told.says("pencil", 0.01, sizes=["1k", "4k"])
    told.says("chalk")
    refresh = refresh_catalogue()
    found = {(change.model.model_id, change.kind): change for change in refresh.changes.all()}
    assert set(found) == {
        ("brush", KINDS.PRICE_UP),
        ("pencil", KINDS.PRICE_DOWN),
        ("pencil", KINDS.SIZES),
        ("chalk", KINDS.NEW),
    }
    assert found["brush", KINDS.PRICE_UP].sentence == "auto $0.04 → $0.05."
    assert found["pencil", KINDS.SIZES].sentence == "Now 4k; no more 2k."
    assert refresh.summary == "1 dearer, 1 cheaper, 1 new, 1 other sizes"

    del told.entries["chalk"]
    assert [c.kind for c in refresh_catalogue().changes.all()] == [KINDS.GONE]
    assert not row("chalk").is_listed
    told.says("chalk")
    assert [c.kind for c in refresh_catalogue().changes.all()] == [KINDS.BACK]


def test_refreshes_that_bring_nothing_are_not_heaped_up_and_changes_stay(told):
    told.says("brush", 0.05)
    refresh_catalogue()
    for _ in range(3):
        refresh_catalogue()
    assert CatalogueRefresh.objects.count() == 2
    assert CatalogueChange.objects.count() == 1


def test_adam_refreshes_by_a_button_and_reads_what_it_brought(adams, adam, told):
    told.says("brush", 0.05)
    page = adams.post(reverse("admin:editor_upstreammodel_refresh"), follow=True)
    text = page.content.decode()
    assert "Fetched: 2 models edit pictures; 1 dearer. It cost nothing." in text
    assert "auto $0.04 → $0.05." in text
    assert f"asked by {adam.username}" in text
    assert CatalogueRefresh.objects.first().by == adam


def test_an_upstream_that_is_away_is_said_and_the_last_list_stays(adams, told):
    told.problem = NanoGPTError("The service does not answer.")
    page = adams.post(reverse("admin:editor_upstreammodel_refresh"), follow=True).content.decode()
    assert "could not be fetched; the last good one stays" in page
    told.problem = None
    told.entries.clear()
    page = adams.post(reverse("admin:editor_upstreammodel_refresh"), follow=True).content.decode()
    assert "lists no model that edits pictures" in page
    assert UpstreamModel.objects.offered().count() == 2


def test_what_is_set_by_hand_stands_beside_the_upstreams_and_survives_a_refresh(adams, told):
    changes = {"name": "Our brush", "prices": "auto: $0.06", "sizes": "auto\n1024x1024"}
    answer = adams.post(of("brush"), filled(adams, "brush", **changes))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    told.says("brush", 0.04, description="fresh")
    refresh_catalogue()
    brush = row("brush")
    assert (brush.name, brush.prices, brush.sizes) == (
        "Our brush",
        {"auto": 6 * CENT},
        ["auto", "1024x1024"],
    )
    assert brush.description == "fresh"
    assert brush.pinned == ["name", "prices", "sizes"]
    assert brush.upstream["prices"] == {"auto": 4 * CENT}
    page = adams.get(of("brush")).content.decode()
    assert "auto $0.04" in page
    assert page.count("Back to the upstream</button>") == 3
    assert "3 overrides" in adams.get(LIST).content.decode()


def test_one_click_leads_back_to_what_the_upstream_says(adams, told):
    adams.post(of("brush"), filled(adams, "brush", prices="auto 0.06", prompt_limit="800"))
    adams.post(of("brush", "follow"), {"field": "prices"})
    brush = row("brush")
    assert (brush.prices, brush.prompt_limit) == ({"auto": 4 * CENT}, 800)
    assert brush.pinned == ["prompt_limit"]
    assert LogEntry.objects.filter(change_message__contains="No longer kept: prices").exists()


def test_writing_what_the_upstream_says_overrides_nothing(adams, told):
    adams.post(of("brush"), filled(adams, "brush", prices="auto 0.06"))
    adams.post(of("brush"), filled(adams, "brush", prices="auto 0.04"))
    assert row("brush").pinned == []


def test_an_override_that_hides_a_change_is_said_until_somebody_has_decided(adams, told):
    adams.post(of("brush"), filled(adams, "brush", prices="auto 0.06"))
    refresh_catalogue()
    assert HIDES not in adams.get(LIST).content.decode()
    told.says("brush", 0.09)
    change = refresh_catalogue().changes.get()
    assert change.overridden
    assert row("brush").prices == {"auto": 6 * CENT}
    assert HIDES in adams.get(LIST).content.decode()
    assert "it was auto $0.04" in adams.get(of("brush")).content.decode()
    listed = adams.get(LIST, {"overrides": "hide"}).context["cl"].queryset
    assert [model.model_id for model in listed] == ["brush"]
    adams.post(of("brush", "keep"), {"field": "prices"})
    assert HIDES not in adams.get(LIST).content.decode()
    assert row("brush").prices == {"auto": 6 * CENT}


def test_a_refresh_while_a_page_is_open_is_not_written_over_by_it(adams, told):
    form = filled(adams, "brush", name="Our brush")
    told.says("brush", 0.09)
    refresh_catalogue()
    assert adams.post(of("brush"), form).status_code == 302
    brush = row("brush")
    assert (brush.name, brush.prices, brush.pinned) == ("Our brush", {"auto": 9 * CENT}, ["name"])


def test_many_models_are_hidden_and_shown_at_once_and_the_studio_follows(
    adams, alices, alice, told
):
    studio = make_picture(alice).get_absolute_url()
    assert "Pencil" in alices.get(studio).content.decode()
    chosen = [model.pk for model in UpstreamModel.objects.all()]
    page = adams.post(LIST, {"action": "hide", "_selected_action": chosen}, follow=True)
    assert "2 models hidden" in page.content.decode()
    assert not UpstreamModel.objects.offered().exists()
    assert "Pencil" not in alices.get(studio).content.decode()
    refresh_catalogue()
    assert not UpstreamModel.objects.offered().exists()
    adams.post(LIST, {"action": "show", "_selected_action": chosen[:1]})
    assert UpstreamModel.objects.offered().count() == 1


def test_the_list_is_searched_and_narrowed(adams, told):
    del told.entries["pencil"]
    refresh_catalogue()

    def found(**query: str) -> list[str]:
        return [model.model_id for model in adams.get(LIST, query).context["cl"].queryset]

    assert found(q="penc") == ["pencil"]
    assert found(standing="gone") == ["pencil"]
    assert found(standing="offered") == ["brush"]
    assert found(changed="week") == ["pencil"]
    assert found(overrides="some") == []
    assert sorted(found(overrides="none")) == ["brush", "pencil"]
    assert "Gone upstream" in adams.get(LIST).content.decode()


@pytest.mark.parametrize(
    "prices",
    [
        "auto",
        "auto -1",
        "auto 0",
        "auto nan",
        "auto 1e999",
        "auto 1e999999",
        "a b 0.04",
        "auto 0.0000000001",
    ],
)
def test_prices_that_would_break_the_studio_are_refused(adams, told, prices):
    page = adams.post(of("brush"), filled(adams, "brush", prices=prices))
    assert page.status_code == 200
    assert "is no price" in page.content.decode()
    assert row("brush").prices == {"auto": 4 * CENT}


def test_a_description_that_the_log_has_no_room_for_is_kept(adams, told):
    words = "\u753b" * 4000
    assert adams.post(of("brush"), filled(adams, "brush", description=words)).status_code == 302
    assert row("brush").description == words
    assert AuditEntry.objects.get(action="model.changed").facts_told == {"fields": ["description"]}


def test_who_may_only_look_changes_nothing(ritas, charlies, told, reviewers_may):
    assert ritas.get(LIST).status_code == 403
    assert ritas.get(reverse("admin:editor_upstreammodel_changes")).status_code == 403
    reviewers_may(more={"editor.view_upstreammodel"})
    page = ritas.get(of("brush"))
    assert page.status_code == 200
    assert "Back to the upstream" not in page.content.decode()
    assert "Refresh now" not in ritas.get(LIST).content.decode()
    acts = [(of("brush", "follow"), {"field": "name"}), (of("brush", "keep"), {"field": "name"})]
    acts.append((reverse("admin:editor_upstreammodel_refresh"), {}))
    for address, form in acts:
        assert ritas.post(address, form).status_code == 403
        assert charlies.post(address, form).status_code == 302
        assert ritas.get(address).status_code == 405
    ritas.post(LIST, {"action": "hide", "_selected_action": [row("brush").pk]})
    assert not row("brush").is_hidden
    assert ritas.get(reverse("admin:editor_upstreammodel_changes")).status_code == 200


def test_no_model_can_be_deleted_because_jobs_need_it(admin_client, told):
    address = reverse("admin:editor_upstreammodel_delete", args=[row("brush").pk])
    assert admin_client.post(address, {"post": "yes"}).status_code == 403
    assert UpstreamModel.objects.count() == 2
