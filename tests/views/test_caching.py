"""What browsers keep of renditions, and what they are told when they ask again."""

import pytest
from django.utils import timezone

from editor.models import Picture
from tests.factories import make_picture

pytestmark = pytest.mark.django_db
AVIF = {"accept": "image/avif,*/*"}


def addresses(picture):
    card = picture.thumb_url.replace("thumb", "card")
    return [picture.thumb_url, card, picture.preview_url, picture.full_url]


def test_a_browser_keeps_renditions_and_is_spared_them_when_it_asks_again(alices, alice):
    for url in addresses(make_picture(alice)):
        for ask in (alices.get, alices.head):
            first = ask(url, headers=AVIF)
            assert first.status_code == 200
            assert first["Cache-Control"] == "private, max-age=604800, immutable"
            again = ask(url, headers={**AVIF, "if-none-match": first["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert (again["ETag"], again["Cache-Control"]) == (
                first["ETag"],
                first["Cache-Control"],
            )
            other = ask(url, headers={**AVIF, "if-none-match": '"another"'})
            assert other.status_code == 200


def test_a_part_that_is_asked_for_comes_as_the_whole_file(alices, alice):
    picture = make_picture(alice)
    whole = alices.get(picture.thumb_url, headers=AVIF)
    part = alices.get(picture.thumb_url, headers={**AVIF, "range": "bytes=0-9"})
    assert (part.status_code, part.body) == (200, whole.body)


def test_what_a_browser_has_of_a_picture_in_the_trash_is_not_confirmed(alices, charlies, alice):
    picture = make_picture(alice)
    tags = {url: alices.get(url, headers=AVIF)["ETag"] for url in addresses(picture)}
    for url, tag in tags.items():
        assert charlies.get(url, headers={**AVIF, "if-none-match": tag}).status_code == 404
    Picture.objects.filter(pk=picture.pk).update(deleted_at=timezone.now())
    for url, tag in tags.items():
        for ask in (alices.get, alices.head):
            assert ask(url, headers={**AVIF, "if-none-match": tag}).status_code == 404
