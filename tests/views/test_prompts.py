"""Earlier prompts and templates, over HTTP: everybody sees their own."""

import uuid

import pytest
from django.urls import reverse

from editor import prompts
from editor.models import JobState, MaskTest, PromptTemplate
from tests.factories import make_job, make_model, make_picture

pytestmark = pytest.mark.django_db

SAVE = reverse("editor:template_save")


@pytest.fixture
def picture(alice):
    return make_picture(alice)


def known(client, picture):
    answer = client.get(reverse("editor:picture_prompts", args=[picture.pk]))
    assert answer.status_code == 200
    return answer.json()


def save(client, name="Sunset", prompt="make it golden"):
    return client.post(SAVE, {"name": name, "prompt": prompt})


def change(client, what, pk, **fields):
    return client.post(reverse(f"editor:template_{what}", args=[pk]), fields)


def wrote(owner, prompt, picture=None, state=JobState.DONE):
    return make_job(owner, state, picture=picture, prompt=prompt)  # after the others


def test_what_alice_wrote_comes_once_each_this_pictures_first_then_newest_first(
    alice, alices, picture
):
    wrote(alice, "oldest, here", picture)
    wrote(alice, "newer, elsewhere")
    wrote(alice, "newest, here", picture)
    wrote(alice, "newer, elsewhere")
    assert known(alices, picture)["earlier"] == [
        {"prompt": "newest, here", "is_here": True},
        {"prompt": "oldest, here", "is_here": True},
        {"prompt": "newer, elsewhere", "is_here": False},
    ]


def test_what_was_cancelled_or_hidden_was_written_all_the_same(alice, alices, picture):
    wrote(alice, "sent by mistake", picture, JobState.CANCELLED)
    make_job(alice, JobState.DONE, picture=picture, prompt="out of sight", hidden=True)
    found = {each["prompt"] for each in known(alices, picture)["earlier"]}
    assert found == {"sent by mistake", "out of sight"}


def test_a_test_of_masks_has_no_prompt_that_anybody_wrote(alice, alices, picture):
    job = wrote(alice, "paint the disc red", picture)
    test = MaskTest.objects.create(model=make_model(), by=alice, picture=job.picture, mask=job.mask)
    type(job).objects.filter(pk=job.pk).update(mask_test=test)
    assert known(alices, picture)["earlier"] == []


def test_bob_never_sees_what_alice_wrote_or_saved(alice, alices, bob, bobs, picture):
    wrote(alice, "alices secret", picture)
    save(alices, "Secret", "alices secret")
    his = known(bobs, make_picture(bob))
    assert his["earlier"] == []
    assert his["templates"] == []
    assert bobs.get(reverse("editor:picture_prompts", args=[picture.pk])).status_code == 404


def test_a_template_is_saved_renamed_and_deleted(alices, picture):
    made = save(alices, "  Sunset \n light ", "make it golden\r\n")
    assert made.status_code == 201
    template = made.json()
    assert (template["name"], template["prompt"]) == ("Sunset light", "make it golden")
    renamed = change(alices, "rename", template["id"], name="Evening")
    assert renamed.json()["name"] == "Evening"
    assert known(alices, picture)["templates"] == [renamed.json()]
    assert change(alices, "delete", template["id"]).status_code == 200
    assert known(alices, picture)["templates"] == []
    assert change(alices, "delete", template["id"]).status_code == 404


def test_templates_are_listed_by_name_and_the_built_in_ones_are_no_rows(alices, picture):
    for name in ("water", "Air", "earth"):
        save(alices, name)
    found = known(alices, picture)
    assert [each["name"] for each in found["templates"]] == ["Air", "earth", "water"]
    assert len(found["built_in"]) >= 4
    assert PromptTemplate.objects.count() == 3


def test_saving_twice_by_a_double_click_is_one_template(alices):
    assert save(alices).json() == save(alices).json()
    assert PromptTemplate.objects.count() == 1


def test_another_prompt_does_not_take_the_place_of_one_by_the_same_name(alices):
    save(alices)
    again = save(alices, "SUNSET", "something else")
    assert again.status_code == 409
    assert "SUNSET" in again.json()["error"]
    other = save(alices, "Dawn").json()
    assert change(alices, "rename", other["id"], name="sunset").status_code == 409
    assert set(PromptTemplate.objects.values_list("name", "prompt")) == {
        ("Sunset", "make it golden"),
        ("Dawn", "make it golden"),
    }


def test_a_name_may_change_its_case(alices):
    template = save(alices).json()
    assert change(alices, "rename", template["id"], name="SUNSET").json()["name"] == "SUNSET"


def test_bob_may_use_the_same_name(alices, bobs):
    assert save(alices).status_code == save(bobs).status_code == 201


@pytest.mark.parametrize(
    ("name", "prompt", "field"),
    [
        ("", "words", "name"),
        (" \n ", "words", "name"),
        ("\x00", "words", "name"),
        ("x" * 81, "words", "name"),
        # Three characters each, once normalised.
        pytest.param("\ufb2c" * 80, "words", "name", id="grows"),
        ("Name", "", "prompt"),
        ("Name", " \t", "prompt"),
        ("Name", "x" * 4001, "prompt"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(alices, name, prompt, field):
    answer = save(alices, name, prompt)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["error"]
    assert not PromptTemplate.objects.exists()


def test_charlie_can_neither_rename_nor_delete_alices_template(alices, charlies):
    template = save(alices).json()
    assert change(charlies, "rename", template["id"], name="mine").status_code == 404
    assert change(charlies, "delete", template["id"]).status_code == 404
    assert change(alices, "delete", uuid.uuid4()).status_code == 404
    assert PromptTemplate.objects.get().name == "Sunset"


def test_there_is_an_end_to_templates(alices, monkeypatch):
    monkeypatch.setattr(prompts, "MOST_TEMPLATES", 2)
    save(alices, "One")
    save(alices, "Two")
    refused = save(alices, "Three")
    assert refused.status_code == 409
    assert "Delete one first" in refused.json()["error"]
    assert save(alices, "Two").status_code == 201, "it is there already"


def test_markup_in_a_template_stays_text(alices, picture):
    save(alices, "<b>bold</b>", "<script>alert(1)</script>")
    answer = alices.get(reverse("editor:picture_prompts", args=[picture.pk]))
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["templates"][0]["prompt"] == "<script>alert(1)</script>"
