"""Hearts, stars, tags and collections: who may put them, and what they are found by."""

import uuid

import pytest

from editor import collecting, keeping
from editor.keeping import KeepingRefused
from editor.models import Attempt, Collection, EditJob, JobState, Picture, Result, Tag
from tests.factories import make_job, make_picture

pytestmark = pytest.mark.django_db


def edit_with_result(owner):
    """An edit that is done, and the picture that came of it."""
    job = make_job(owner, JobState.DONE)
    attempt = Attempt.objects.create(job=job, consent=job.consents.get(), state=Attempt.State.SAVED)
    made = make_picture(owner, name="made.png")
    Result.objects.create(attempt=attempt, index=0, raw_bytes=1, picture=made)
    return job, made


def names(picture):
    return sorted(picture.tags.values_list("name", flat=True))


def order(collection):
    return list(Picture.objects.in_collection(collection.pk))


def test_an_edit_has_the_heart_and_the_stars_of_its_results(alice):
    job, made = edit_with_result(alice)
    edit_with_result(alice)
    ids = Picture.objects.brought_by([job.pk]).values_list("pk", flat=True)
    assert list(ids) == [made.pk]
    assert keeping.mark_favourite(alice, ids, on=True) == 1
    assert keeping.rate(alice, ids, 4) == 1
    assert list(EditJob.objects.favourite()) == [job]
    assert list(EditJob.objects.rated(4)) == [job]
    assert not EditJob.objects.rated(5).exists()
    assert list(Picture.objects.favourite().rated(3)) == [made]
    keeping.mark_favourite(alice, [made.pk], on=False)
    keeping.rate(alice, [made.pk], None)
    assert not EditJob.objects.favourite().exists()
    assert not EditJob.objects.rated(1).exists()


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_there_are_no_more_than_five_stars_and_no_fewer_than_one(alice, stars):
    with pytest.raises(KeepingRefused):
        keeping.rate(alice, [make_picture(alice).pk], stars)


def test_charlie_marks_nothing_of_alices(alice, charlie):
    picture = make_picture(alice)
    collection = collecting.create_collection(alice, "Hers")
    assert keeping.mark_favourite(charlie, [picture.pk], on=True) == 0
    assert keeping.rate(charlie, [picture.pk], 1) == 0
    assert keeping.tag(charlie, [picture.pk], ["mine"]) == []
    assert not Tag.objects.exists()
    assert collecting.add_to_collection(charlie, "His", [picture.pk]).added == 0
    for act in (
        lambda: collecting.add_to_collection(charlie, collection, [picture.pk]),
        lambda: collecting.remove_from_collection(charlie, collection, [picture.pk]),
        lambda: collecting.place_before(charlie, collection, picture.pk, None),
        lambda: collecting.move_by(charlie, collection, picture.pk, 1),
        lambda: collecting.choose_cover(charlie, collection, None),
        lambda: collecting.change_collection(charlie, collection, name="x", description=""),
        lambda: collecting.delete_collection(charlie, collection),
    ):
        with pytest.raises(KeepingRefused):
            act()
    picture.refresh_from_db()
    assert (picture.favourite, picture.rating) == (False, None)
    assert Collection.objects.filter(owner=alice).count() == 1


def test_what_lies_in_the_trash_is_not_marked(alice):
    picture = make_picture(alice)
    Picture.objects.update(deleted_at=picture.created_at)
    assert keeping.mark_favourite(alice, [picture.pk], on=True) == 0
    assert keeping.tag(alice, [picture.pk], ["gone"]) == []


def test_tags_are_words_between_commas_and_case_makes_no_other_one(alice):
    one, two = make_picture(alice), make_picture(alice)
    tags = keeping.tag(alice, [one.pk, two.pk], ["  red   barn , Winter", "winter"])
    assert [each.name for each in tags] == ["red barn", "Winter"]
    keeping.tag(alice, [one.pk], ["WINTER"])
    assert names(one) == names(two) == ["Winter", "red barn"]
    assert set(Picture.objects.tagged("winter")) == {one, two}


def test_bobs_tag_of_the_same_name_is_another_one(alice, bob):
    hers, his = make_picture(alice), make_picture(bob)
    keeping.tag(alice, [hers.pk], ["sky"])
    keeping.tag(bob, [his.pk], ["sky"])
    assert Tag.objects.count() == 2
    keeping.untag(bob, [his.pk], ["sky"])
    assert names(hers) == ["sky"]


def test_a_tag_without_a_name_is_refused_and_so_are_very_many(alice):
    picture = make_picture(alice)
    for given in ([" , "], [], [f"tag {number}" for number in range(21)]):
        with pytest.raises(KeepingRefused):
            keeping.tag(alice, [picture.pk], given)
    assert not Tag.objects.exists()


def test_a_tag_that_is_on_nothing_any_more_is_forgotten(alice):
    one, two = make_picture(alice), make_picture(alice)
    keeping.tag(alice, [one.pk, two.pk], ["sky"])
    assert keeping.untag(alice, [one.pk], ["SKY"]) == 1
    assert Tag.objects.count() == 1
    assert keeping.untag(alice, [two.pk], ["sky"]) == 1
    assert not Tag.objects.exists()


def test_a_tag_renamed_to_one_that_is_there_becomes_that_one(alice, charlie):
    one, two = make_picture(alice), make_picture(alice)
    (sky,) = keeping.tag(alice, [one.pk, two.pk], ["sky"])
    (heaven,) = keeping.tag(alice, [two.pk], ["heaven"])
    with pytest.raises(KeepingRefused):
        keeping.rename_tag(charlie, sky.pk, "mine")
    assert keeping.rename_tag(alice, sky.pk, "Sky") == sky
    assert keeping.rename_tag(alice, sky.pk, "HEAVEN") == heaven
    assert names(one) == names(two) == ["heaven"]
    assert not keeping.delete_tag(charlie, heaven.pk)
    assert keeping.delete_tag(alice, heaven.pk)
    assert Picture.objects.count() == 2


def test_the_edits_of_a_tag_and_of_a_collection_are_found(alice):
    job, made = edit_with_result(alice)
    edit_with_result(alice)
    keeping.tag(alice, [made.pk], ["barn"])
    added = collecting.add_to_collection(alice, "Best", [made.pk])
    assert list(EditJob.objects.tagged("Barn", alice)) == [job]
    assert list(EditJob.objects.in_collection(added.collection.pk)) == [job]


def test_a_collection_holds_each_picture_once_in_the_order_they_came(alice):
    pictures = [make_picture(alice) for _ in range(3)]
    ids = [picture.pk for picture in pictures]
    first = collecting.add_to_collection(alice, "Garden", [ids[2], ids[0]])
    again = collecting.add_to_collection(alice, "  GARDEN ", [*ids, uuid.uuid4()])
    assert (first.added, again.added, again.there_before) == (2, 1, 2)
    assert again.collection == first.collection
    assert order(first.collection) == [pictures[2], pictures[0], pictures[1]]


def test_a_picture_is_moved_before_any_other_as_often_as_one_likes(alice):
    pictures = [make_picture(alice, name=f"{number}.png") for number in range(4)]
    a, b, c, d = (picture.pk for picture in pictures)
    kept = collecting.add_to_collection(alice, "Garden", [a, b, c, d]).collection
    wanted = [a, b, c, d]
    moves = [(d, a), (a, None), (b, d), (c, b)] * 8  # many more than there is room between two
    for moved, other in moves:
        assert collecting.place_before(alice, kept, moved, other)
        wanted.remove(moved)
        wanted.insert(wanted.index(other) if other else len(wanted), moved)
        assert [picture.pk for picture in order(kept)] == wanted
    assert not collecting.place_before(alice, kept, uuid.uuid4(), None)


def test_moving_by_keys_stops_at_both_ends_and_passes_what_is_in_the_trash(alice):
    pictures = [make_picture(alice) for _ in range(4)]
    a, b, c, d = (picture.pk for picture in pictures)
    kept = collecting.add_to_collection(alice, "Garden", [a, b, c, d]).collection
    Picture.objects.filter(pk=b).update(deleted_at=pictures[0].created_at)

    def seen():
        return [picture.pk for picture in order(kept) if picture.deleted_at is None]

    collecting.move_by(alice, kept, a, 1)
    assert seen() == [c, a, d]
    collecting.move_by(alice, kept, a, 7)
    assert seen() == [c, d, a]
    collecting.move_by(alice, kept, a, 1)
    assert seen() == [c, d, a]
    collecting.move_by(alice, kept, a, -9)
    assert seen() == [a, c, d]


def test_a_cover_is_one_of_the_collection_and_goes_with_it(alice):
    one, two = make_picture(alice), make_picture(alice)
    kept = collecting.add_to_collection(alice, "Garden", [one.pk]).collection
    assert not collecting.choose_cover(alice, kept, two.pk)
    assert collecting.choose_cover(alice, kept, one.pk)
    kept.refresh_from_db()
    assert kept.cover == one
    collecting.remove_from_collection(alice, kept, [one.pk])
    kept.refresh_from_db()
    assert kept.cover is None
    collecting.delete_collection(alice, kept)
    assert Picture.objects.owned_by(alice).count() == 2


def test_two_collections_of_one_person_have_two_names(alice, bob):
    kept = collecting.create_collection(alice, "Garden", " all of it ")
    collecting.create_collection(bob, "Garden")
    other = collecting.create_collection(alice, "Other")
    for act in (
        lambda: collecting.create_collection(alice, "garden"),
        lambda: collecting.create_collection(alice, "  "),
        lambda: collecting.change_collection(alice, other, name="GARDEN", description=""),
    ):
        with pytest.raises(KeepingRefused):
            act()
    changed = collecting.change_collection(alice, kept, name="GARDEN", description="x")
    assert (changed.name, changed.description) == ("GARDEN", "x")


def test_five_hundred_pictures_take_as_many_queries_as_five(alice, django_assert_max_num_queries):
    picture = make_picture(alice)
    ids = []
    for _ in range(500):
        picture.pk = uuid.uuid4()
        ids.append(picture.pk)
        picture.save(force_insert=True)
    with django_assert_max_num_queries(40):
        keeping.mark_favourite(alice, ids, on=True)
        keeping.rate(alice, ids, 5)
        keeping.tag(alice, ids, ["many"])
        collecting.add_to_collection(alice, "Many", ids)
    assert Picture.objects.favourite().rated(5).tagged("many").count() == 500
