"""The family of a picture: what it comes from, and all that was made from it since."""

import hashlib
import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor.models import Adjustment, Attempt, EditJob, Extension, JobState, Mask, Picture, Result
from editor.models.lineage import family_of
from tests.factories import CENT

pytestmark = pytest.mark.django_db


class Studio:
    """Writes rows as if somebody had worked for a long time, without drawing anything."""

    def __init__(self, owner):
        self.owner = owner
        self.now = timezone.now() - timedelta(days=300)

    def picture(self, name="garden.png", origin=Picture.Origin.UPLOAD, **fields):
        self.now += timedelta(minutes=1)
        values = {"width": 320, "height": 240, "bytes": 9, "format": "PNG", "created_at": self.now}
        return Picture.objects.create(
            owner=self.owner, name=name, origin=origin, sha256=uuid.uuid4().hex, **values | fields
        )

    def job(self, picture, prompt="make it golden", state=JobState.DONE, **fields):
        self.now += timedelta(minutes=1)
        values = {
            "owner": self.owner,
            "model_id": "sandbox/inpaint",
            "model_name": "Inpaint",
            "created_at": self.now,
            "estimate_nano": 4 * CENT,
        }
        return EditJob.objects.create(
            picture=picture, prompt=prompt, state=state, **values | fields
        )

    def attempt(self, job, cost=4 * CENT, state=Attempt.State.SAVED):
        consent = job.consents.create(seq=job.consents.count() + 1)
        return Attempt.objects.create(job=job, consent=consent, state=state, cost_nano=cost)

    def edit(self, picture, prompt="make it golden", count=1, cost=4 * CENT):
        """An edit that went well; gives its pictures."""
        job = self.job(picture, prompt, n=count, charged="yes")
        attempt = self.attempt(job, cost)
        made = [self.picture(picture.name, Picture.Origin.RESULT) for _ in range(count)]
        for index, each in enumerate(made):
            Result.objects.create(attempt=attempt, index=index, raw_bytes=1, picture=each)
        return made

    def adjusted(self, picture):
        job = EditJob.objects.get(attempts__results__picture=picture)
        made = self.picture(picture.name, Picture.Origin.ADJUSTED)
        settings = {"areas": [], "feather": 4, "grow": 0, "opacity": 60}
        Adjustment.objects.create(
            job=job,
            settings={**settings, "match_colour": True, "undo_drift": True},
            digest=hashlib.sha256(made.pk.bytes).hexdigest(),
            state=Adjustment.State.DONE,
            picture=made,
        )
        return made

    def extended(self, picture):
        made = self.picture(picture.name, Picture.Origin.EXTENDED)
        box = {"left": 0, "top": 0, "right": 40, "bottom": 0}
        mask = Mask.objects.create(picture=made, sha256="0", painted_pixels=1, **box)
        Extension.objects.create(picture=made, of=picture, mask=mask, **box)
        return made


@pytest.fixture
def hers(alice):
    """Alice at work."""
    return Studio(alice)


def drawn(family):
    """The family as indented words, one line each."""
    return [
        "  " * line.level + (line.step.words if line.step else line.node.label)
        for line in family.lines()
    ]


def delete(*pictures):
    Picture.objects.filter(pk__in=[each.pk for each in pictures]).update(deleted_at=timezone.now())


def test_every_picture_of_a_family_shows_the_same_family(hers):
    garden = hers.picture()
    [golden] = hers.edit(garden)
    first, second = hers.edit(golden, "remove the disc", count=2)
    wider = hers.extended(second)
    hers.edit(wider, "fill the right")
    hers.adjusted(second)
    expected = [
        "garden.png",
        "  make it golden",
        "    Result",
        "      remove the disc",
        "        Result 1 of 2",
        "        Result 2 of 2",
        "          Extended by 40 px on the right",
        "            Extended",
        "              fill the right",
        "                Result",
        "        Adjusted",
    ]
    for picture in (garden, golden, first, second, wider):
        assert drawn(family_of(picture)) == expected


def test_what_happened_first_stands_first(hers):
    garden = hers.picture()
    for prompt in ("one", "two", "three"):
        hers.edit(garden, prompt)
    assert [step.words for step in family_of(garden).first.steps] == ["one", "two", "three"]


def test_lists_open_and_close_evenly(hers):
    garden = hers.picture()
    for picture in (garden, *hers.edit(garden, count=3)):
        hers.edit(picture, count=2)
    lines = list(family_of(garden).lines())
    depth = 0
    for line in lines:
        assert line.level == depth
        depth += line.opens
        depth -= len(line.closes)
    assert depth == 0


def test_costs_add_up_along_each_branch_and_no_call_counts_twice(hers):
    garden = hers.picture()
    first, second = hers.edit(garden, count=2, cost=8 * CENT)
    hers.edit(second, cost=3 * CENT)
    hers.adjusted(first)
    hers.extended(first)
    family = family_of(garden)
    assert family.all.text == "$0.11"
    assert (family.pictures, family.all.edits) == (6, 2)
    [step] = family.first.steps
    assert (step.cost_text, step.branch.text) == ("$0.08", "$0.11")
    assert family.nodes[second.pk].branch.text == "$0.03"
    assert family.nodes[first.pk].branch.text == "free"


def test_edits_without_a_picture_are_in_the_tree_with_their_state_and_cost(hers):
    garden = hers.picture()
    hers.job(garden, "running", JobState.CALLING)
    hers.job(garden, "refused", JobState.FAILED)
    lost = hers.job(garden, "lost", JobState.FAILED, charged="yes")
    hers.attempt(lost, state=Attempt.State.LOST)
    hers.attempt(hers.job(garden, "?", JobState.UNKNOWN, charged="unknown"), None, "unknown")
    family = family_of(garden)
    said = [(step.words, step.nothing_words, step.cost_text) for step in family.first.steps]
    assert said == [
        ("running", "Editing", "about $0.04"),
        ("refused", "Failed", "free"),
        ("lost", "Failed", "$0.04"),
        ("?", "Outcome unknown", "cost unknown"),
    ]
    assert family.all.text == "at least $0.04"
    assert family.pictures == 1


def test_what_was_made_here_stays_when_its_parent_is_deleted(hers):
    garden = hers.picture()
    [golden] = hers.edit(garden)
    [calm] = hers.edit(golden, "calm water")
    delete(garden, golden)
    family = family_of(calm)
    assert [line.strip() for line in drawn(family)[2:]] == ["Result", "calm water", "Result"]
    assert [node.is_deleted for node in family.nodes.values()] == [True, True, False]


def test_a_deleted_result_leaves_its_edit_and_what_it_cost(hers):
    garden = hers.picture()
    golden = hers.edit(garden)
    wider = hers.extended(garden)
    delete(*golden, wider)
    family = family_of(garden)
    [step] = family.first.steps
    assert (step.brought_nothing, step.nothing_words) == (True, "Its pictures were deleted")
    assert family.all.text == "$0.04"


def test_edits_in_the_trash_are_out_of_the_tree_but_their_cost_is_told(hers):
    garden = hers.picture()
    [golden] = hers.edit(garden)
    [calm] = hers.edit(golden, "calm water")
    [dark] = hers.edit(garden, "dark")
    wasted = hers.job(garden, "wasted", JobState.FAILED)
    thrown = EditJob.objects.exclude(prompt="calm water")
    thrown.update(trashed_at=timezone.now())
    delete(golden, dark)
    family = family_of(calm)
    assert [step.words for step in family.first.steps] == ["make it golden"], "calm came of it"
    assert family.first.steps[0].gone_words == family.nodes[golden.pk].gone_words == "in the trash"
    assert (family.all.text, family.all.edits) == ("$0.08", 2)
    assert (family.trashed.text, family.trashed.edits) == ("$0.04", 2)
    assert wasted.pk not in {step.job.pk for step in family.steps}
    Picture.objects.filter(pk=golden.pk).update(purging_at=timezone.now())
    thrown.update(purging_at=timezone.now(), prompt="")
    family = family_of(calm)
    assert family.first.steps[0].words == "An edit that was deleted for good"
    assert family.nodes[golden.pk].gone_words == "deleted for good"


def test_sixty_edits_one_after_the_other_take_as_many_queries_as_one(hers):
    garden = hers.picture()
    [last] = hers.edit(garden, "0")
    with CaptureQueriesContext(
        connection,
    ) as few:
        family_of(last)
    for number in range(1, 60):
        [last] = hers.edit(last, str(number))
    with CaptureQueriesContext(connection) as many:
        family = family_of(last)
    assert len(few) == len(many) <= 4
    assert sum("RECURSIVE" in query["sql"] for query in many) == 1
    assert max(node.depth for node in family.nodes.values()) == 60
    assert family.first.picture == garden
    assert not family.is_cut


def test_a_wide_family_takes_no_more_queries_either(hers):
    garden, dog = hers.picture(), hers.picture("dog.png")
    for _ in range(40):
        hers.edit(garden, count=4)
    job = EditJob.objects.first()
    job.references.create(picture=dog, place=0)
    with CaptureQueriesContext(connection) as queries:
        family = family_of(garden)
        lent = [step.lent for step in family.steps if step.lent]
        list(family.lines())
    assert len(queries) == 4
    assert family.pictures == 161
    assert lent == [[dog]]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="looks at the plans of SQLite")
def test_no_query_goes_through_all_that_somebody_has(hers):
    garden = hers.picture()
    hers.extended(hers.adjusted(hers.edit(garden, count=2)[0]))
    with CaptureQueriesContext(connection) as queries:
        family_of(garden)
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"].replace("%", "%%"))
            steps = [step for *_, step in cursor.fetchall() if step.startswith(("SEARCH", "SCAN"))]
            assert steps
            assert not [step for step in steps if "owner_id" in step or "SCAN editor" in step]
            assert not [step for step in steps if re.match(r"SCAN (job|picture|result)\b", step)]


def test_more_than_fits_is_cut_but_never_the_way_to_the_picture(hers):
    garden = hers.picture()
    [deep] = hers.edit(garden, "deep")
    for number in range(8):
        hers.edit(garden, str(number))
        [deep] = hers.edit(deep, "deeper")
    family = family_of(deep, most=12)
    assert family.is_cut
    assert len(family.nodes) == 12
    assert family.nodes[deep.pk].depth == 9
    beside = {step.words for step in family.first.steps} - {"deep"}
    assert beside == {"7", "6"}, "the newest of them"
    assert not family_of(deep, most=18).is_cut
    high = family_of(deep, most=4)
    assert high.is_cut
    assert drawn(high)[-1].strip() == "Result"
    assert deep.pk in high.nodes


def test_a_circle_that_cannot_be_is_gone_round_once(hers):
    garden = hers.picture()
    [golden] = hers.edit(garden)
    [calm] = hers.edit(golden)
    job = hers.job(calm)
    Result.objects.create(attempt=hers.attempt(job), index=0, raw_bytes=1, picture=garden)
    for picture in (garden, golden, calm):
        family = family_of(picture)
        assert set(family.nodes) == {garden.pk, golden.pk, calm.pk}
        assert len(drawn(family)) == len(family.nodes) + 2


def test_bobs_edits_never_get_into_alices_family(hers, bob):
    garden = hers.picture()
    hers.edit(garden)
    # Nothing lets this happen; it stays out should a row ever say so.
    Studio(bob).edit(garden, "not hers")
    assert drawn(family_of(garden)) == ["garden.png", "  make it golden", "    Result"]
