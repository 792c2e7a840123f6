"""axe looks at every page, in light and dark: nothing serious keeps anybody from using it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from editor import collecting, keeping, trash
from editor.models import (
    Collection,
    CollectionItem,
    EditJob,
    JobState,
    Picture,
    StaffAlert,
    UpstreamModel,
    User,
)
from editor.sharing_links import Limits, Shown, make_share

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600),
]

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
# In the dark the words are the same; only their contrast is another one.
LOOK = """async inTheDark => {
  // The admin's search has its name from an image, which this one rule does not count.
  const all = {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    rules: { "label-title-only": { enabled: false } },
  };
  const rules = inTheDark ? { runOnly: ["color-contrast"] } : all;
  const quick = { resultTypes: ["violations"], preload: false, iframes: false };
  const found = await axe.run(document, { ...rules, ...quick });
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) =>
      `${id}: ${help}\\n    ${html.slice(0, 220)}\\n    ${failureSummary.replace(/\\s+/g, " ")}`));
}"""
# Half of a fade has no contrast that means anything.
STILL = "*, *::before, *::after { transition: none !important; animation: none !important }"


class Inspector:
    """Goes through the pages of a server with axe, and remembers what it finds."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.found: list[str] = []
        self.looks = 0
        self.context = browser.new_context(
            base_url=base_url, viewport={"width": 1280, "height": 900}, bypass_csp=True
        )
        self.page = self.context.new_page()
        self.page.route("**/events", lambda route: route.abort())  # the hub is not part of it

    def log_in(self, user: User) -> None:
        """Come as somebody."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        url = self.page.evaluate("location.origin")
        self.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])

    def visit(self, address: str, what: str = "") -> Page:
        """Open a page, look at it, and give it back for more."""
        self.open(address)
        self.look(what or address)
        return self.page

    def open(self, address: str) -> Page:
        """Open a page, and look later."""
        self.page.goto(address)
        self.prepare()
        return self.page

    def prepare(self) -> None:
        """Make a page that was just come to ready to be looked at."""
        self.page.add_style_tag(content=STILL)
        self.page.evaluate(AXE)

    def look(self, what: str) -> None:
        """See what is there now, in light and in dark."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            complaints = self.page.evaluate(LOOK, scheme == "dark")
            self.found += [f"{what}, {scheme}: {complaint}" for complaint in complaints[:3]]
            self.looks += 1
        self.page.emulate_media(color_scheme="light")


@pytest.fixture(scope="session", autouse=True)
def _rows_beside_the_browser():
    """Playwright's loop runs in this thread from now on, which Django takes for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture
def inspector(live_server, browser: Browser) -> Iterator[Inspector]:
    """An inspector on a fresh server."""
    one = Inspector(browser, live_server.url)
    yield one
    one.context.close()


def test_no_page_has_a_serious_finding(inspector: Inspector) -> None:
    inspector.visit("/setup/", "setup before the first account")
    printed = io.StringIO()
    call_command("seed", side=160, jobs=1, password="demo-pictures-2026", stdout=printed)
    alice = User.objects.get(username="alice")
    StaffAlert.objects.tell("odd_cost", "sandbox", "It cost more than was agreed to.")
    for address in ("/login/", "/setup/", "/account/reset/", "/nothing/"):
        inspector.visit(address)
    inspector.log_in(alice)
    look_at_pages(inspector, alice)
    look_at_jobs(inspector)
    look_at_the_studio(inspector, alice)
    look_at_shares(inspector, alice)
    look_at_the_review_desk(inspector)
    assert inspector.looks > 60
    assert not inspector.found, f"{len(inspector.found)} findings\n" + "\n".join(inspector.found)


def look_at_pages(inspector: Inspector, alice: User) -> None:
    page = inspector.visit("/")
    page.get_by_role("button", name="Account").click()
    inspector.look("the account menu")
    for address in (
        "/gallery/",
        "/archives/",
        "/import/",
        "/queue/",
        "/queue/cancel/",
        "/password/",
        "/account/",
        "/account/security/",
        "/account/notices/",
        "/account/keyboard/",
        "/account/look/",
        "/account/data/",
        "/account/second-step/",
        "/nothing/",
    ):
        inspector.visit(address)
    picture = Picture.objects.on_wall_of(alice).first()
    assert picture
    inspector.visit(reverse("editor:picture_download", args=[picture.pk]))
    look_at_what_is_kept(inspector, alice, picture)
    for job in EditJob.objects.owned_by(alice).filter(state=JobState.DONE)[:1]:
        look_at_a_family(inspector, job)


def look_at_what_is_kept(inspector: Inspector, alice: User, picture: Picture) -> None:
    keeping.tag(alice, [picture.pk], ["winter"])
    kept = collecting.add_to_collection(alice, "Kept", [picture.pk]).collection
    thrown = Picture.objects.on_wall_of(alice).exclude(jobs__isnull=False).last()
    assert thrown
    trash.put_picture_into_trash(alice, thrown)
    for address in ("/tags/", "/collections/", "/trash/", "/trash/empty/"):
        inspector.visit(address)
    inspector.visit(f"/trash/erase/?picture={thrown.pk}")
    for name in ("collection", "collection_add", "collection_delete"):
        inspector.visit(reverse(f"editor:{name}", args=[kept.pk]))


def look_at_a_family(inspector: Inspector, job: EditJob) -> None:
    address = reverse("editor:picture_tree", args=[job.picture.pk])
    page = inspector.open(f"{address}?as=tree")
    page.locator("[data-lineage][data-ready=yes]").wait_for()
    page.locator("[data-lineage-compare]").first.dispatch_event("click")
    inspector.look("a family as a tree")
    inspector.visit(f"{address}?as=list", "a family as a list")
    inspector.visit(reverse("editor:picture_compare", args=[job.picture.pk, job.cover.pk]))


def look_at_shares(inspector: Inspector, alice: User) -> None:
    """The owner's pages, and what each kind of link opens."""
    pictures = list(Picture.objects.on_wall_of(alice)[:3])
    garden = Collection.objects.create(owner=alice, name="Garden")
    for place, picture in enumerate(pictures):
        CollectionItem.objects.create(collection=garden, picture=picture, place=place)
    inspector.visit("/shares/", "no links")
    new = f"{reverse('editor:share_new')}?picture={pictures[0].pk}&before={pictures[1].pk}"
    page = inspector.visit(new, "a new link")
    page.get_by_role("button", name="Make the link").click()
    inspector.prepare()
    inspector.look("the link that was made")
    limits = Limits("Pond", allow_download=True)
    share, _ = make_share(alice, Shown(pictures[0]), Limits(max_views=3), "green-garden")
    inspector.visit(reverse("editor:share_change", args=[share.pk]))
    page = inspector.visit("/shares/", "my links")
    page.get_by_role("button", name="Revoke").first.click()
    inspector.look("revoking a link")
    for shown in (Shown(pictures[0]), Shown(*pictures[:2]), Shown(collection=garden)):
        link = reverse("editor:share", args=[make_share(alice, shown, limits)[1]])
        page = inspector.visit(link, f"a shared {shown.kind}")
    page.locator("[data-shared-picture]").first.click()
    inspector.look("a shared picture over the whole window")
    door = make_share(alice, Shown(pictures[0]), Limits(max_views=3), "green-garden")[1]
    page = inspector.visit(reverse("editor:share", args=[door]), "the door of a link")
    page.get_by_label("Password").fill("red-garden")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    inspector.prepare()
    inspector.look("a wrong password")
    inspector.visit(reverse("editor:share", args=["none"]), "a link that opens nothing")


def look_at_jobs(inspector: Inspector) -> None:
    """One edit in each state; those of others are looked at in the review desk."""
    alice = User.objects.get(username="alice")
    hers = EditJob.objects.owned_by(alice)
    for state in JobState:
        job = hers.filter(state=state).first()
        if job:
            inspector.visit(job.get_absolute_url(), f"an edit that is {state}")
    painted = hers.filter(state=JobState.DONE, hidden=False).exclude(mask=None)
    done = painted.filter(attempts__state="saved").order_by("created_at").first()
    assert done, "one of hers has gone all the way"
    look_at_the_viewer(inspector, done)
    page = inspector.open(reverse("editor:adjust", args=[done.pk]))
    page.locator("[data-adjust][data-ready=yes]").wait_for()
    inspector.look("adjusting")


def look_at_the_viewer(inspector: Inspector, done: EditJob) -> None:
    """One result full screen, with all that can be opened over it."""
    page = inspector.open(done.cover.view_url)
    page.locator("[data-viewer][data-ready=yes]").wait_for()
    inspector.look("the viewer")
    page.keyboard.press("i")
    page.get_by_text("Show the API call").click()
    page.keyboard.press("k")
    inspector.look("the viewer with its drawer, comparing by a line")
    page.keyboard.press("d")
    page.keyboard.press("?")
    inspector.look("the viewer with its keys, showing the difference")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    inspector.look("the viewer on a phone")
    page.set_viewport_size({"width": 1280, "height": 900})


def look_at_the_studio(inspector: Inspector, alice: User) -> None:
    job = EditJob.objects.owned_by(alice).filter(state=JobState.DONE).exclude(mask=None).first()
    assert job
    page = inspector.open(f"{job.picture.get_absolute_url()}?again={job.pk}")
    page.locator("[data-studio][data-ready=yes]").wait_for()
    inspector.look("the studio")
    for name, opens in openings(page).items():
        opens()
        inspector.look(f"the studio with {name}")
        page.keyboard.press("Escape")
    page.locator("[data-stage]").focus()
    page.keyboard.press("c")
    inspector.look("the studio while extending")
    page.set_viewport_size({"width": 390, "height": 844})
    page.keyboard.press("b")
    page.locator("[data-panel-toggle]").click()
    inspector.look("the studio on a phone")
    page.set_viewport_size({"width": 1280, "height": 900})


def openings(page: Page) -> dict[str, Callable[[], None]]:
    """What can lie over the studio, and how it is opened."""
    stage = page.locator("[data-stage]")

    def by_key(key: str) -> Callable[[], None]:
        return lambda: (stage.focus(), page.keyboard.press(key))[1]

    def editing() -> None:
        by_key("?")()
        page.locator(".key-row__keys").first.click()

    return {
        "the key list": editing,
        "a shape by numbers": by_key("n"),
        "the look of the mask": page.get_by_role("button", name="Look of the mask").first.click,
        "the choice of models": page.locator("[data-model-open]").click,
        "the marks": page.get_by_role("button", name="Favourite, rating").click,
        "the download": page.get_by_role("button", name="Download this picture").click,
    }


def look_at_the_review_desk(inspector: Inspector) -> None:
    model = UpstreamModel.objects.first()
    assert model
    inspector.visit("/admin/")
    for rows in ("editjob", "picture", "upstreammodel", "staffalert", "share"):
        inspector.visit(reverse(f"admin:editor_{rows}_changelist"))
    for state in (JobState.DONE, JobState.UNKNOWN, JobState.FAILED):
        job = EditJob.objects.filter(state=state).first()
        assert job
        inspector.visit(reverse("admin:editor_editjob_change", args=[job.pk]))
    lane = reverse("admin:editor_editjob_lane", args=["all"])
    for address in (lane, f"{lane}?end"):
        inspector.visit(address)
    inspector.visit(reverse("admin:editor_upstreammodel_change", args=[model.pk]))
    inspector.visit(reverse("admin:editor_masktest_new", args=[model.pk]))
