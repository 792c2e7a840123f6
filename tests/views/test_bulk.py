"""Many edits of the gallery at once: what is done, and to whose."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from editor.models import Collection, EditJob, JobState, Picture, Result, Tag
from editor.views.bulk import LARGE
from tests.views.test_finding import an_edit

pytestmark = pytest.mark.django_db

JSON = {"accept": "application/json"}


def an_edit_with_result(owner, prompt="an edit", **fields):
    """Only rows: an edit that is done, and the picture it brought."""
    job = an_edit(owner, prompt, cents=4, **fields)
    made = Picture.objects.create(
        owner=owner, origin="result", name="garden.png", width=3, height=2, bytes=1, format="PNG"
    )
    Result.objects.create(
        attempt=job.attempts.get(), index=0, raw="raw", raw_sha256="0", raw_bytes=1, picture=made
    )
    return job


@pytest.fixture
def three(alice):
    return [an_edit_with_result(alice, f"edit {number}") for number in range(3)]


def act(client, action, jobs=(), **fields):
    """Press a button of the bar, as the page's script does."""
    ids = {"edit": [str(job.pk) for job in jobs]}
    return client.post("/gallery/actions/", {"action": action, **ids, **fields}, headers=JSON)


def marks(job):
    """Hearts, stars, tags and collections of what an edit brought."""
    made = Picture.objects.brought_by([job.pk]).get()
    tags = sorted(tag.name for tag in made.tags.all())
    return made.favourite, made.rating, tags, [each.name for each in made.collections.all()]


def test_alice_marks_what_she_selected_and_nothing_else(alices, three):
    assert act(alices, "favourite", three[:2]).json()["sentence"].endswith("2 edits.")
    act(alices, "rate-4", three[:2])
    act(alices, "tag", three[:2], tags="Blue, door")
    act(alices, "collect", three[:2], collection="Doors")
    assert marks(three[0]) == (True, 4, ["Blue", "door"], ["Doors"])
    assert marks(three[1]) == marks(three[0])
    assert marks(three[2]) == (False, None, [], [])
    act(alices, "unfavourite", three[:1])
    act(alices, "rate-0", three[:1])
    act(alices, "untag", three[:1], tags="blue")
    assert marks(three[0]) == (False, None, ["door"], ["Doors"])


def test_bobs_edits_in_alices_selection_change_nothing(alices, bob, three):
    his = an_edit_with_result(bob, "his")
    for action in ("favourite", "rate-5", "trash"):
        act(alices, action, [*three, his])
    act(alices, "tag", [his], tags="mine now")
    his.refresh_from_db()
    assert his.trashed_at is None
    assert marks(his) == (False, None, [], [])
    assert not Tag.objects.exists()
    assert EditJob.objects.exclude(trashed_at=None).count() == 3


def test_only_strangers_ids_are_like_nothing_selected(alices, bob):
    his = an_edit_with_result(bob)
    answers = [act(alices, "trash", [his]), act(alices, "trash"), act(alices, "explode", [his])]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert len({answer.content for answer in answers}) == 1
    assert act(alices, "download", [his]).status_code == 422


def test_bobs_collection_of_the_same_name_stays_his(alices, bob, three):
    his = Collection.objects.create(owner=bob, name="Doors")
    act(alices, "collect", three, collection="doors")
    assert his.pictures.count() == 0


def test_what_alice_throws_away_comes_back_by_undo(alices, bobs, three):
    answer = act(alices, "trash", three[:2]).json()
    assert sorted(answer["gone"]) == sorted(str(job.pk) for job in three[:2])
    assert [job.pk for job in alices.get("/gallery/").context["jobs"]] == [three[2].pk]
    bobs.post("/gallery/actions/", answer["undo"], headers=JSON)
    assert EditJob.objects.exclude(trashed_at=None).count() == 2
    alices.post("/gallery/actions/", answer["undo"], headers=JSON)
    assert EditJob.objects.filter(trashed_at=None).count() == 3


def test_edits_come_back_by_their_ids_as_well_but_not_anothers(alices, bobs, three):
    act(alices, "trash", three)
    act(bobs, "restore", three)
    assert not EditJob.objects.filter(trashed_at=None).exists()
    act(alices, "restore", three[1:])
    assert EditJob.objects.filter(trashed_at=None).count() == 2


@pytest.mark.parametrize("moment", ["x", "9" * 50, "0001-01-01T00:00:00+14:00", "2026-05-04T12:00"])
def test_a_moment_that_is_none_brings_nothing_back(alices, three, moment):
    act(alices, "trash", three)
    assert act(alices, "restore", moment=moment).status_code == 200
    assert not EditJob.objects.filter(trashed_at=None).exists()


def test_a_running_edit_is_not_thrown_away_and_she_is_told(alices, alice, three):
    running = an_edit(alice, "running", state=JobState.CALLING)
    answer = act(alices, "trash", [running, three[0]]).json()
    assert answer["gone"] == [str(three[0].pk)]
    assert "still open" in answer["sentence"]


def test_an_edit_without_a_result_cannot_be_marked(alices, alice):
    failed = an_edit(alice, state=JobState.FAILED)
    answer = act(alices, "favourite", [failed])
    assert answer.status_code == 422
    assert "None of these edits" in answer.json()["error"]


def test_the_whole_finding_is_taken_but_for_the_exceptions(alices, alice, bob):
    blue = [an_edit_with_result(alice, f"blue {number}") for number in range(3)]
    red, his = an_edit_with_result(alice, "red"), an_edit_with_result(bob, "blue")
    fields = {"whole": "yes", "found": "q=blue", "except": [str(blue[0].pk)]}
    act(alices, "favourite", **fields)
    assert [marks(job)[0] for job in (*blue, red, his)] == [False, True, True, False, False]


def test_many_edits_are_asked_about_first(alices, alice):
    now = timezone.now()
    first = an_edit(alice, "edit")
    EditJob.objects.bulk_create(
        EditJob(
            owner=alice,
            picture=first.picture,
            prompt="edit",
            model_id="m",
            model_name="m",
            state=JobState.DONE,
            created_at=now - timedelta(seconds=number),
        )
        for number in range(LARGE)
    )
    asked = act(alices, "trash", whole="yes")
    assert asked.status_code == 409
    assert str(LARGE + 1) in asked.json()["ask"]
    assert EditJob.objects.filter(trashed_at=None).count() == LARGE + 1
    page = alices.post("/gallery/actions/", {"action": "trash", "whole": "yes"})
    assert page.status_code == 409
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', page.content.decode())
    alices.post("/gallery/actions/", {k: v for k, v in fields if k != "csrfmiddlewaretoken"})
    assert not EditJob.objects.filter(trashed_at=None).exists()


def test_without_script_the_form_leads_back_to_what_was_looked_for(alices, three):
    form = {"action": "trash", "edit": [str(three[0].pk)], "found": "q=edit&sort=oldest"}
    answer = alices.post("/gallery/actions/", form, follow=True)
    assert answer.redirect_chain == [("/gallery/?q=edit&sort=oldest", 302)]
    assert "1 edit deleted" in answer.content.decode()


def test_the_heart_of_a_card_turns(alices, bobs, three):
    heart = {"heart": str(three[0].pk)}
    bobs.post("/gallery/actions/", heart, headers=JSON)
    assert marks(three[0])[0] is False
    assert alices.post("/gallery/actions/", heart, headers=JSON).json()["on"] is True
    assert 'aria-pressed="true"' in alices.get("/gallery/").content.decode()
    assert alices.post("/gallery/actions/", heart, headers=JSON).json()["on"] is False
    assert marks(three[0])[0] is False


def test_what_is_selected_is_offered_as_a_zip_in_the_order_of_the_wall(alices, three):
    page = act(alices, "download", three[:2])
    assert page.context["plan"].count == 2
    assert page.context["asked"]["jobs"] == [job.pk for job in three[:2]]


def test_filters_find_by_marks_and_say_so(alices, alice, bob, three):
    act(alices, "favourite", three[:1])
    act(alices, "rate-3", three[:2])
    act(alices, "tag", three[1:], tags="Blue")
    act(alices, "collect", three[2:], collection="Doors")
    mine = Collection.objects.get()
    his = Collection.objects.create(owner=bob, name="secret doors")
    for query, prompts in {
        "favourite=yes": {"edit 0"},
        "rating=3": {"edit 0", "edit 1"},
        "rating=4": set(),
        "rating=9": {"edit 0", "edit 1", "edit 2"},
        "tag=blue": {"edit 1", "edit 2"},
        "tag=nobody": set(),
        f"collection={mine.pk}": {"edit 2"},
        f"collection={his.pk}": set(),
        "collection=nonsense": {"edit 0", "edit 1", "edit 2"},
    }.items():
        page = alices.get(f"/gallery/?{query}")
        assert {job.prompt for job in page.context["jobs"]} == prompts, query
        assert "secret" not in page.content.decode()
    assert "Doors" in alices.get(f"/gallery/?collection={mine.pk}").content.decode()


def test_the_wall_stands_by_days_and_by_none_when_sorted_by_cost(alices, alice):
    now = timezone.now()
    for days in (0, 0, 1, 400):
        an_edit(alice, created_at=now - timedelta(days=days))
    page = alices.get("/gallery/")
    assert [len(day.jobs) for day in page.context["days"]] == [2, 1, 1]
    assert [day.title for day in page.context["days"]][:2] == ["Today", "Yesterday"]
    old = (now - timedelta(days=400)).date()
    assert page.context["days"][2].title == f"{old:%A} {old.day} {old:%B} {old.year}"
    assert [day.title for day in alices.get("/gallery/?sort=cost").context["days"]] == [""]
