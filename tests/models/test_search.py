"""Finding jobs by words, and what keeps the words in step."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from editor import keeping
from editor.models import (
    Adjustment,
    Attempt,
    EditJob,
    JobState,
    JobWords,
    Picture,
    Result,
    Tag,
)
from editor.models.search_tables import make, take_away
from editor.models.search_words import search_terms
from tests.factories import make_job, make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def jobs(alice):
    """Alice's edits by a short name of each."""
    prompts = {
        "fox": "A red fox, jumping over the Café-Crème sign",
        "sky": "Make the sky golden; keep the birds",
        "hut": "Replace the hut by a ÉCOLE made of foxglove",
    }
    made = {}
    for name, prompt in prompts.items():
        picture = make_picture(alice, name=f"IMG_20{len(made)}4-beach.{name}.png")
        made[name] = make_job(alice, JobState.DONE, picture=picture, masked=False)
        EditJob.objects.filter(pk=made[name].pk).update(prompt=prompt)
    return made


def found(jobs, words):
    keys = set(EditJob.objects.matching(words).values_list("pk", flat=True))
    return " ".join(name for name, job in jobs.items() if job.pk in keys)


FINDS = [
    ("golden", "sky"),
    ("GOLDEN birds", "sky"),
    ("birds golden", "sky"),
    ("golden fox", ""),
    ("fox", "fox hut"),
    ("fox jum", "fox"),
    ("jum fox", ""),
    ('"fox"', "fox"),
    ('"the sky"', "sky"),
    ('"sky the"', ""),
    ('"golden ke', "sky"),
    ("cafe", "fox"),
    ("CAFÉ", "fox"),
    ("cafe\u0301", "fox"),
    ("creme", "fox"),
    ("cafe-creme", "fox"),
    ("ecole", "hut"),
    ("2014", "sky"),
    ("img_2014", "sky"),
    ("beach birds", "sky"),
    ("beach.hut", "hut"),
    ("nowhere", ""),
    ("", "fox sky hut"),
    ('"', "fox sky hut"),
    ("!!! ' -- *", "fox sky hut"),
]
ODD = [
    "fox AND", "OR", "NOT fox", "NEAR(fox sky)", "text:fox", "-fox", "^fox", "fox*", "fox)",
    "*",
    "(", "'", "''fox", '""', '"""', 'a"b"c', "fox & | ! <->", ":*", "fox:*", "\\", "fox\\'",
    "\x00fox", "%s", "%", "{}", "\ud7ff\ufffd", "🦊", "狐", "x" * 5000, '"' * 5000, "a " * 5000,
    "'; DROP TABLE editor_editjob; --", "ǅ ß ﬁ", "१२३ हिन्दी", "\u0301", "\u2028 \u200b",
    "\u2019\u2019",
]  # fmt: skip


def test_words_find_prompts_and_names(jobs):
    assert {words: found(jobs, words) for words, _ in FINDS} == dict(FINDS)


def test_nothing_that_can_be_typed_is_an_error(jobs):
    for words in ODD:
        list(EditJob.objects.matching(words))
    assert EditJob.objects.count() == 3


def test_a_short_query_stays_short_whatever_is_typed():
    assert len(search_terms("a " * 5000)) == 16
    assert [term.begun for term in search_terms("red fox")] == [False, True]
    assert [term.begun for term in search_terms('red "fox"')] == [False, False]


def test_other_scripts_are_found_too(alice):
    job = make_job(alice, masked=False)
    EditJob.objects.filter(pk=job.pk).update(prompt="서울의 밤하늘, небо над Москвой")
    for words in ("서울의", "небо", "над моск" if connection.vendor == "sqlite" else "над"):
        assert EditJob.objects.matching(words).get() == job


def test_a_changed_prompt_and_a_new_name_are_found_and_the_old_are_not(jobs):
    EditJob.objects.filter(pk=jobs["sky"].pk).update(prompt="Paint it silver")
    Picture.objects.filter(pk=jobs["hut"].picture_id).update(name="harbour.png")
    assert found(jobs, "golden") == ""
    assert found(jobs, "silver beach") == "sky"
    assert found(jobs, "harbour ecole") == "hut"
    assert found(jobs, "beach") == "fox sky"


def test_each_job_has_its_words_once_and_a_deleted_one_none(alice, jobs):
    jobs["fox"].save()
    assert JobWords.objects.count() == 3
    fields = {"owner": alice, "picture": jobs["fox"].picture, "model_id": "m", "model_name": "M"}
    short_lived = EditJob.objects.create(prompt="walrus", **fields)
    assert EditJob.objects.matching("walrus").exists()
    with connection.cursor() as cursor:  # as a release would that knows nothing of the words
        key = EditJob._meta.pk.get_db_prep_value(short_lived.pk, connection)
        cursor.execute("DELETE FROM editor_editjob WHERE id = %s", [key])
    assert JobWords.objects.count() == 3
    assert not JobWords.objects.filter(text__contains="walrus").exists()


def test_jobs_written_in_bulk_are_found(alice):
    picture = make_picture(alice, name="pier.png")
    EditJob.objects.bulk_create(
        EditJob(owner=alice, picture=picture, prompt=f"wave {n}", model_id="m", model_name="M")
        for n in range(5)
    )
    assert EditJob.objects.matching("pier wave").count() == 5
    assert EditJob.objects.matching('"wave 3"').count() == 1


def test_jobs_that_came_while_nothing_kept_their_words_are_caught_up_with(alice, jobs):
    if connection.vendor == "sqlite":
        take_away(connection)
        late = make_job(alice, masked=False, picture=jobs["fox"].picture)
        assert not JobWords.objects.filter(job=late).exists()
    else:
        late = make_job(alice, masked=False, picture=jobs["fox"].picture)
        JobWords.objects.filter(job=late).delete()
    make(connection)
    make(connection)
    assert EditJob.objects.matching("make it golden").get() == late
    assert JobWords.objects.count() == 4


def test_words_that_changed_while_nothing_kept_them_are_caught_up_with(alice, jobs):
    take_away(connection)
    made = brought(jobs["sky"])
    keeping.tag(alice, [made.pk], ["holiday"])
    EditJob.objects.filter(pk=jobs["fox"].pk).update(prompt="a green frog")
    Picture.objects.filter(pk=jobs["fox"].picture_id).update(name="pond.png")
    EditJob.objects.filter(pk=jobs["hut"].pk).update(purged_at=timezone.now())
    make(connection)
    assert (found(jobs, "frog pond"), found(jobs, "holiday")) == ("fox", "sky")
    assert (found(jobs, "jumping"), found(jobs, "école"), found(jobs, "golden")) == ("", "", "sky")


def test_migrating_again_changes_nothing(jobs):
    call_command("migrate", verbosity=0)
    assert found(jobs, "fox") == "fox hut"


def brought(job, name="made.png"):
    """A picture that came of this edit."""
    attempt = Attempt.objects.create(job=job, consent=job.consents.get(), state=Attempt.State.SAVED)
    made = make_picture(job.owner, name=name)
    Result.objects.create(attempt=attempt, index=0, raw_bytes=1, picture=made)
    return made


def test_an_edit_is_found_by_the_tags_of_its_results(alice, jobs):
    made = brought(jobs["sky"])
    other = make_picture(alice)
    Adjustment.objects.create(
        job=jobs["hut"], settings={}, digest="0" * 64, state="done", picture=other
    )
    keeping.tag(alice, [made.pk], ["Über den Wolken", "holiday"])
    keeping.tag(alice, [other.pk, jobs["fox"].picture.pk], ["holiday"])
    assert found(jobs, "wolken uber") == "sky"
    assert found(jobs, "holi") == "sky hut"
    assert found(jobs, "holiday golden") == "sky"
    keeping.rename_tag(alice, Tag.objects.get(name="holiday").pk, "journey")
    assert found(jobs, "holiday") == ""
    assert found(jobs, "journey") == "sky hut"
    jobs["sky"].picture.name = "renamed.png"
    jobs["sky"].picture.save()
    assert found(jobs, "journey renamed") == "sky"
    keeping.untag(alice, [made.pk], ["journey"])
    assert found(jobs, "journey") == "hut"
    keeping.delete_tag(alice, Tag.objects.get(name="journey").pk)
    assert found(jobs, "journey") == ""
    assert found(jobs, "wolken golden renamed") == "sky"


def test_of_what_was_erased_no_word_is_left(alice, jobs):
    keeping.tag(alice, [brought(jobs["sky"]).pk], ["holiday"])
    EditJob.objects.filter(pk=jobs["sky"].pk).update(purged_at=timezone.now())
    for words in ("golden", "beach sky", "holiday"):
        assert "sky" not in found(jobs, words).split()
    assert JobWords.objects.get(job=jobs["sky"]).text == ""
    Picture.objects.filter(pk=jobs["sky"].picture_id).update(name="another.png")
    JobWords.objects.filter(job=jobs["sky"]).delete()
    make(connection)
    assert JobWords.objects.get(job=jobs["sky"]).text == ""
