"""Hearts, stars, tags and collections on pages, with script and without."""

import pytest
from django.urls import reverse

from editor import collecting, keeping, trash
from editor.models import Collection, Picture, Tag
from tests.factories import make_picture
from tests.stages.test_trash import edit_with_result

pytestmark = pytest.mark.django_db


def marks(picture):
    return reverse("editor:picture_marks", args=[picture.pk])


def arrange(client, collection, picture, **asked):
    address = reverse("editor:collection_arrange", args=[collection.pk])
    return client.post(address, {"picture": picture.pk, **asked})


def page(client, name, *args):
    return client.get(reverse(f"editor:{name}", args=args)).content.decode()


def test_alice_marks_her_picture_without_script_and_is_led_back(alices, alice):
    picture = make_picture(alice)
    answer = alices.post(marks(picture), {"favourite": "on", "back": "/gallery/?q=x"})
    assert (answer.status_code, answer["Location"]) == (302, "/gallery/?q=x")
    alices.post(marks(picture), {"rating": "4"})
    alices.post(marks(picture), {"add_tags": "red barn, winter"})
    alices.post(marks(picture), {"remove_tag": "winter"})
    alices.post(marks(picture), {"collection": "Best"})
    picture.refresh_from_db()
    assert (picture.favourite, picture.rating) == (True, 4)
    assert list(picture.tags.values_list("name", flat=True)) == ["red barn"]
    assert list(Collection.objects.get().pictures.all()) == [picture]
    alices.post(marks(picture), {"favourite": "off", "rating": "0"})
    picture.refresh_from_db()
    assert (picture.favourite, picture.rating) == (False, None)


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_no_form_leads_to_another_site(alices, alice, back):
    picture = make_picture(alice)
    answer = alices.post(marks(picture), {"favourite": "on", "back": back})
    assert answer["Location"] == picture.get_absolute_url()


def test_with_script_the_fragment_comes_back_with_what_is_wrong(alices, alice):
    picture = make_picture(alice)
    headers = {"HX-Request": "true"}
    said = alices.post(marks(picture), {"rating": "9"}, headers=headers).content.decode()
    assert "1 to 5 stars" in said
    said = alices.post(marks(picture), {"add_tags": "<b>bold"}, headers=headers).content.decode()
    assert "&lt;b&gt;bold" in said
    assert "<b>bold" not in said
    heart = alices.post(marks(picture), {"favourite": "on", "heart": "1"}, headers=headers)
    assert 'aria-pressed="true"' in heart.content.decode()
    assert "stars" not in heart.content.decode()


def test_the_marks_of_results_stand_on_the_page_of_their_edit(alices, alice):
    job, made = edit_with_result(alice)
    keeping.tag(alice, [made.pk], ["winter"])
    collecting.add_to_collection(alice, "Best", [made.pk])
    said = page(alices, "job", job.pk)
    assert f'id="marks-{made.pk}"' in said
    assert "winter" in said
    assert ">Best</a>" in said
    assert f'id="marks-{made.pk}"' in page(alices, "studio", made.pk)


def test_collections_show_their_first_pictures_or_the_chosen_one(alices, alice, bob):
    pictures = [make_picture(alice) for _ in range(6)]
    kept = collecting.add_to_collection(alice, "Garden", [p.pk for p in pictures]).collection
    collecting.create_collection(bob, "His secret")
    trash.put_picture_into_trash(alice, pictures[0])
    said = page(alices, "collections")
    assert "5 pictures" in said
    assert "His secret" not in said
    assert [p.thumb_url in said for p in pictures] == [False, True, True, True, True, False]
    arrange(alices, kept, pictures[5], cover="1")
    said = page(alices, "collections")
    assert [p.thumb_url in said for p in pictures] == [False] * 5 + [True]


def test_a_collection_is_begun_called_otherwise_filled_ordered_and_deleted(alices, alice):
    a, b, c = (make_picture(alice) for _ in range(3))
    alices.post(reverse("editor:collections"), {"name": "Garden"})
    kept = Collection.objects.get()
    alices.post(kept.get_absolute_url(), {"name": "Winter", "description": "all <i>white</i>"})
    said = page(alices, "collection", kept.pk)
    assert "Winter" in said
    assert "all &lt;i&gt;white" in said
    add = reverse("editor:collection_add", args=[kept.pk])
    assert a.thumb_url in alices.get(add).content.decode()
    alices.post(add, {"picture": [a.pk, b.pk, c.pk, "nonsense"]})

    def order():
        return list(Picture.objects.in_collection(kept.pk))

    assert order() == [a, b, c]
    assert a.thumb_url not in alices.get(add).content.decode()
    arrange(alices, kept, c, before=str(a.pk))
    assert order() == [c, a, b]
    answer = arrange(alices, kept, c, by="1")
    assert answer["Location"].endswith(f"#picture-{c.pk}")
    assert order() == [a, c, b]
    arrange(alices, kept, a, before="")
    assert order() == [c, b, a]
    arrange(alices, kept, b, remove="1")
    assert order() == [c, a]
    delete = reverse("editor:collection_delete", args=[kept.pk])
    assert "Every picture in it stays" in alices.get(delete).content.decode()
    alices.post(delete)
    assert not Collection.objects.exists()
    assert Picture.objects.owned_by(alice).count() == 3


def test_a_long_collection_goes_on_behind_the_last_picture(alices, alice, monkeypatch):
    monkeypatch.setattr("editor.views.collections.PAGE_SIZE", 2)
    pictures = [make_picture(alice) for _ in range(5)]
    kept = collecting.add_to_collection(alice, "Garden", [p.pk for p in pictures]).collection
    seen, address = [], kept.get_absolute_url()
    while address:
        answer = alices.get(address, headers={"HX-Request": "true"})
        seen += [item.picture for item in answer.context["items"]]
        address = answer.context["next_url"]
    assert seen == pictures


def test_charlie_can_neither_see_nor_change_what_alice_has_put_together(charlies, alice):
    picture = make_picture(alice)
    (tag,) = keeping.tag(alice, [picture.pk], ["winter"])
    kept = collecting.add_to_collection(alice, "Garden", [picture.pk]).collection
    assert "Garden" not in page(charlies, "collections")
    assert "winter" not in page(charlies, "tags")
    for address in (
        marks(picture),
        reverse("editor:collection", args=[kept.pk]),
        reverse("editor:collection_arrange", args=[kept.pk]),
        reverse("editor:tag_rename", args=[tag.pk]),
    ):
        asked = {"name": "his", "picture": picture.pk, "remove": "1", "favourite": "on"}
        assert charlies.post(address, asked).status_code == 404
    kept.refresh_from_db()
    assert (kept.name, kept.items.count()) == ("Garden", 1)


def test_tags_are_renamed_put_together_and_deleted(alices, alice):
    one, two = make_picture(alice), make_picture(alice)
    (winter,) = keeping.tag(alice, [one.pk], ["winter"])
    (snow,) = keeping.tag(alice, [two.pk], ["snow"])
    assert "1 picture" in page(alices, "tags")
    alices.post(reverse("editor:tag_rename", args=[snow.pk]), {"name": "Winter"})
    assert list(Tag.objects.values_list("name", flat=True)) == ["winter"]
    assert "2 pictures" in page(alices, "tags")
    alices.post(reverse("editor:tag_delete", args=[winter.pk]))
    assert not Tag.objects.exists()


def test_a_job_page_takes_no_more_queries_for_more_tags(
    alices, alice, django_assert_max_num_queries
):
    job, made = edit_with_result(alice)
    keeping.tag(alice, [made.pk], ["one"])
    with django_assert_max_num_queries(60) as few:
        page(alices, "job", job.pk)
    keeping.tag(alice, [made.pk], ["two", "three", "four"])
    for name in ("A", "B", "C"):
        collecting.add_to_collection(alice, name, [made.pk])
    with django_assert_max_num_queries(len(few)):
        page(alices, "job", job.pk)


@pytest.mark.parametrize("stars", ["6", "-1", "9" * 5000, "\N{ARABIC-INDIC DIGIT THREE}"])
def test_stars_that_there_are_not_leave_those_that_are(alices, alice, stars):
    picture = make_picture(alice)
    alices.post(marks(picture), {"rating": "2"})
    answer = alices.post(marks(picture), {"rating": stars}, follow=True)
    assert "A picture has 1 to 5 stars, or none." in answer.content.decode()
    picture.refresh_from_db()
    assert picture.rating == 2
