"""Keys and look of the studio: one's own, sane, and back on every device."""

import json

import pytest
from django.urls import reverse

from editor.models import StudioPreference
from editor.preferences import RESERVED, commands, preferences_of
from tests.factories import make_picture

pytestmark = pytest.mark.django_db

LOOK = {"colour": "lime", "opacity": 40, "pattern": "hatch", "outline": "moving"}


def keep(client, **asked):
    address = reverse("editor:studio_preferences")
    return client.post(address, json.dumps(asked), content_type="application/json")


def in_studio(client, picture):
    page = client.get(reverse("editor:studio", args=[picture.pk]))
    return page.context["studio_data"]["preferences"]


def test_what_alice_chose_is_in_her_studio_and_not_in_bobs(alice, bob, alices, bobs):
    assert keep(alices, bindings={"brush": ["P"], "softer": []}).status_code == 200
    assert keep(alices, look=LOOK).json() == {
        "bindings": {"brush": ["P"], "softer": []},
        "look": LOOK,
    }
    assert in_studio(alices, make_picture(alice)) == {
        "bindings": {"brush": ["P"], "softer": []},
        "look": LOOK,
    }
    assert in_studio(bobs, make_picture(bob)) == {"bindings": {}, "look": {}}
    assert keep(bobs, bindings={"eraser": ["P"]}).status_code == 200
    assert preferences_of(alice)["bindings"] == {"brush": ["P"], "softer": []}


def test_all_is_reset_by_an_empty_set_and_the_look_stays(alice, alices):
    keep(alices, bindings={"brush": ["P"]}, look=LOOK)
    assert keep(alices, bindings={}).json() == {"bindings": {}, "look": LOOK}


def test_two_commands_swap_their_keys(alices):
    assert keep(alices, bindings={"brush": ["E"], "eraser": ["B"]}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"bindings": {"fly": ["P"]}}, "There is no command “fly”"),
        ({"bindings": {"brush": ["E"]}}, "E would mean two things: “brush” and “eraser”."),
        ({"bindings": {"brush": ["P"], "hand": ["P"]}}, "P would mean two things"),
        ({"bindings": {"brush": ["Ctrl+W"]}}, "Ctrl+W is kept for the browser"),
        ({"bindings": {"brush": ["Tab"]}}, "Tab is kept for the browser"),
        ({"bindings": {"brush": ["Escape"]}}, "Escape is kept"),
        ({"bindings": {"brush": ["Ctrl+"]}}, "no key that could be pressed"),
        ({"bindings": {"brush": ["<script>"]}}, "no key that could be pressed"),
        ({"bindings": {"brush": ["b"]}}, "no key that could be pressed"),
        ({"bindings": {"brush": ["Hyper+B"]}}, "no key that could be pressed"),
        ({"bindings": {"brush": ["\ud800"]}}, "no key that could be pressed"),
        ({"bindings": {"submit": ["P"]}}, "would be typed into the prompt"),
        ({"bindings": {"brush": "P"}}, "could not be read"),
        ({"bindings": {"brush": [1]}}, "could not be read"),
        ({"bindings": {"brush": ["P", "Ctrl+P", "Ctrl+B", "Y"]}}, "at most 3 keys"),
        ({"bindings": []}, "kept by the command"),
        ({"look": {**LOOK, "colour": "mauve"}}, "no such colour"),
        ({"look": {**LOOK, "pattern": "tartan"}}, "no such pattern"),
        ({"look": {**LOOK, "opacity": 0}}, "Opacity goes from"),
        ({"look": {**LOOK, "opacity": True}}, "Opacity goes from"),
        ({"look": None}, "could not be read"),
        ({"taste": 1}, "Nothing that could be kept"),
        ({}, "Nothing that could be kept"),
    ],
)
def test_nonsense_is_refused_with_a_sentence_and_nothing_is_kept(alices, asked, sentence):
    answer = keep(alices, **asked)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]
    assert not StudioPreference.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[" * 5000, "null", "[]"])
def test_what_is_no_json_object_is_refused(alices, body):
    address = reverse("editor:studio_preferences")
    answer = alices.post(address, body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_a_flood_is_refused(alices):
    assert keep(alices, bindings={"brush": ["P" * 30_000]}).status_code == 413


def test_a_stranger_keeps_nothing(client):
    assert keep(client, look=LOOK).status_code == 302
    assert not StudioPreference.objects.exists()


def test_a_command_of_an_earlier_release_is_left_out(alice):
    StudioPreference.objects.create(user=alice, bindings={"gone": ["P"], "brush": ["P"]})
    assert preferences_of(alice)["bindings"] == {"brush": ["P"]}


def test_the_commands_are_those_of_the_key_map():
    assert commands()["brush"].keys == ("B",)
    assert commands()["original"].keys == ("\\",)
    assert commands()["smaller"].keys == ("[",)
    assert commands()["submit"].anywhere
    assert not commands()["brush"].anywhere
    assert len(commands()) > 25
    assert "Escape" in RESERVED
