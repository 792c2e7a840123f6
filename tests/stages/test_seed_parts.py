"""What the demonstration folder is made of: drawings, masks, stories, people and models."""

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from editor.management.drawing import SCENES, draw, painted
from editor.management.offerings import fill_catalogue, pick_model
from editor.management.people import gather_people
from editor.management.selection import chosen
from editor.management.sources import SOURCES
from editor.management.stories import STORIES
from editor.models import UpstreamModel, User

pytestmark = pytest.mark.once


def test_with_a_real_key_nothing_is_seeded(db, settings):
    settings.SANDBOX_IN_USE = False
    with pytest.raises(CommandError, match="real key"):
        call_command("seed")
    assert not User.objects.filter(username="bob").exists()


def test_a_catalogue_that_is_there_is_used(db):
    UpstreamModel.objects.all().delete()
    house = UpstreamModel.objects.create(model_id="house/brush", name="Brush", max_images=4)
    fill_catalogue()
    assert list(UpstreamModel.objects.all()) == [house]
    assert pick_model("inpaint-pro", 2, masked=True) == house


def test_an_account_that_is_there_keeps_its_password(alice):
    people = gather_people("alice", "something-else-2026")
    assert people["alice"] == alice
    assert "alice" not in people.passwords
    assert alice.check_password("alice-paints-2026")


def test_without_a_password_each_account_gets_its_own(db):
    people = gather_people("alice", None)
    assert len(set(people.passwords.values())) == 3
    assert all(len(password) >= 12 for password in people.passwords.values())


def test_more_jobs_than_stories_are_told_again_further_back():
    many = chosen(len(STORIES) + 20)
    assert len(many) == len(STORIES) + 20
    assert len({(story.prompt, story.hours) for story in many}) == len(many)
    assert max(story.hours for story in many) > max(story.hours for story in STORIES)


def test_what_a_story_follows_is_told_before_it():
    told = set()
    for story in chosen(len(STORIES)):
        assert not story.follows or story.follows in told
        told.add(story.name)


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_the_same_every_time(scene):
    first, again = draw(scene, (120, 80)), draw(scene, (120, 80))
    assert first.image.tobytes() == again.image.tobytes()
    assert first.image.size == (120, 80)
    assert all(region.size == (120, 80) for region in first.regions.values())


@pytest.mark.parametrize(
    ("scene", "change", "region"),
    [
        ("lake", "no boat", "boat"),
        ("still life", "no pear", "pear"),
        ("mug", "logo", "label"),
        ("seaside", "no umbrella", "umbrella"),
        ("flower", "no ladybird", "ladybird"),
        ("balloons", "rainbow", "front balloon"),
    ],
)
def test_a_change_shows_inside_its_mask_and_hardly_outside(scene, change, region):
    before = draw(scene, (240, 160))
    after = draw(scene, (240, 160), changes=frozenset({change}))
    inside = np.asarray(painted(before, region)) > 0
    assert inside[np.asarray(before.regions[region]) > 32].all()  # even a mast or a stalk
    apart = np.abs(np.asarray(before.image, int) - np.asarray(after.image, int)).max(axis=2)
    assert apart[inside].mean() > 4
    assert (apart[~inside] > 12).mean() < 0.0003


def test_every_story_masks_regions_that_its_scene_has():
    drawings = {}
    for story in STORIES:
        source = SOURCES[story.source]
        if source not in drawings:
            drawings[source] = draw(source.scene, source.scaled(120), seed=source.seed)
        if story.mask:
            assert painted(drawings[source], *story.mask).getextrema() == (0, 255), story.prompt
