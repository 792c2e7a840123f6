"""The family page and the comparison: whose they are, and what they say."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from editor.models import JobState, Picture
from editor.views.lineage import MODULES
from nanoedit_site.env import ROOT
from tests.factories import make_job, make_picture
from tests.models.test_lineage import Studio, delete

pytestmark = pytest.mark.django_db


def tree(picture, query=""):
    return reverse("editor:picture_tree", args=[picture.pk]) + query


def comparison(one, other):
    return reverse("editor:picture_compare", args=[one.pk, other.pk])


@pytest.fixture
def garden(alice):
    return make_picture(alice)


@pytest.fixture
def golden(alice, garden):
    [made] = Studio(alice).edit(garden, "make the <b>roof</b> golden")
    return made


def text_of(answer):
    return answer.content.decode()


def test_alice_sees_what_became_of_her_picture(alices, garden, golden):
    answer = alices.get(tree(golden))
    assert answer.status_code == 200
    page = text_of(answer)
    assert "Family of garden.png" in page
    assert "make the &lt;b&gt;roof&lt;/b&gt; golden" in page
    assert "$0.04 in all" in page
    for picture in (garden, golden):
        assert reverse("editor:studio", args=[picture.pk]) in page
        assert reverse("editor:picture_thumb", args=[picture.pk]) in page
    assert page.count("<ul") == page.count("</ul>")
    assert page.count("<li ") == page.count("</li>")


def test_bob_and_charlie_are_told_that_there_is_nothing(bobs, charlies, bob, garden, golden):
    bobs_own = make_picture(bob, name="his.png")
    for browser in (bobs, charlies):
        assert browser.get(tree(garden)).status_code == 404
        assert browser.get(comparison(garden, golden)).status_code == 404
    assert bobs.get(comparison(bobs_own, garden)).status_code == 404
    assert bobs.get(comparison(garden, bobs_own)).status_code == 404
    assert bobs.get(tree(bobs_own, f"?with={garden.pk}")).status_code == 200


def test_alice_cannot_compare_with_what_is_bobs(alices, bob, garden):
    assert alices.get(comparison(garden, make_picture(bob))).status_code == 404
    nothing = Picture(pk=uuid.uuid4())
    assert alices.get(comparison(garden, nothing)).status_code == 404
    assert alices.get(tree(nothing)).status_code == 404


def test_rita_looks_at_alices_family_but_is_led_to_no_studio(ritas, garden, golden):
    page = text_of(ritas.get(tree(golden)))
    assert reverse("editor:studio", args=[golden.pk]) + '"' not in page
    assert "/admin/editor/editjob/" in page
    assert ritas.get(comparison(garden, golden)).status_code == 200


def test_staff_who_may_not_see_edits_see_no_family_either(ritas, reviewers_may, golden):
    reviewers_may(less={"editor.view_editjob"})
    assert ritas.get(tree(golden)).status_code == 404


def test_a_deleted_picture_is_named_but_not_shown(alices, garden, golden):
    delete(garden)
    assert alices.get(tree(garden)).status_code == 404
    page = text_of(alices.get(tree(golden)))
    assert "in the trash" in page
    assert "garden.png" in page
    assert reverse("editor:picture_thumb", args=[garden.pk]) not in page
    assert reverse("editor:studio", args=[garden.pk]) + '"' not in page
    assert alices.get(comparison(garden, golden)).status_code == 404


def test_what_runs_and_what_failed_is_on_the_page(alice, alices, garden):
    make_job(alice, JobState.CALLING, picture=garden, masked=False)
    make_job(alice, JobState.FAILED, picture=garden, masked=False)
    page = text_of(alices.get(tree(garden)))
    assert 'data-state="calling"' in page
    assert 'data-state="failed"' in page
    assert "about $0.04" in page
    assert "free" in page


def test_two_are_compared_without_script_by_two_links(alices, garden, golden):
    first = text_of(alices.get(tree(golden, "?as=list")))
    assert f"with={garden.pk}" in first
    second = text_of(alices.get(tree(golden, f"?as=list&with={garden.pk}")))
    assert comparison(garden, golden) in second
    page = text_of(alices.get(comparison(garden, golden)))
    for picture in (garden, golden):
        assert reverse("editor:picture_preview", args=[picture.pk]) in page
    assert comparison(golden, garden) in page
    assert "make the &lt;b&gt;roof&lt;/b&gt; golden" in page


@pytest.mark.parametrize("nonsense", ["?with=nonsense", "?with=", "?as=nonsense", "?with=0"])
def test_nonsense_in_the_address_counts_as_not_given(alices, golden, nonsense):
    assert alices.get(tree(golden, nonsense)).status_code == 200


def test_the_page_takes_as_many_queries_for_a_hundred_pictures_as_for_two(
    alice, alices, garden, golden
):
    alices.get(tree(golden))
    with CaptureQueriesContext(connection) as few:
        alices.get(tree(golden))
    hers, last = Studio(alice), golden
    for _ in range(25):
        made = hers.edit(last, count=4)
        last = hers.extended(hers.adjusted(made[0]))
    with CaptureQueriesContext(connection) as many:
        answer = alices.get(tree(golden))
    assert answer.context["family"].pictures == 152
    assert len(many) == len(few)


def test_a_family_that_is_too_large_says_so(alice, alices, garden, monkeypatch):
    hers = Studio(alice)
    for _ in range(4):
        hers.edit(garden, count=4)
    monkeypatch.setattr("editor.views.lineage.MOST_NODES", 10)
    page = text_of(alices.get(tree(garden)))
    assert "too large to show all of it" in page
    assert "10 of its pictures" in page


def test_the_studio_and_the_job_lead_to_the_family(alice, alices, garden):
    job = make_job(alice, JobState.DONE, picture=garden, masked=False)
    for address in (garden.get_absolute_url(), job.get_absolute_url()):
        assert tree(garden) in text_of(alices.get(address))
    Picture.objects.filter(pk=garden.pk).update(deleted_at=timezone.now())
    assert tree(garden) not in text_of(alices.get(job.get_absolute_url()))


def test_every_module_of_the_tree_is_fetched_at_once_and_nothing_else():
    static = ROOT / "static"
    needed = [static / "js/lineage/main.js"]
    for module in needed:
        for name in re.findall(r'^import .* from "(\.[^"]+)"', module.read_text(), re.MULTILINE):
            path = (module.parent / name).resolve()
            if path not in needed:
                needed.append(path)
    assert {str(path.relative_to(static)) for path in needed[1:]} == set(MODULES)
