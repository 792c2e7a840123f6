"""The start: one's pictures, all of them within reach."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from editor.models import Picture
from editor.views.pictures import PAGE_SIZE
from tests.factories import make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(alice):
    """Two pages and a bit of Alice's pictures, the newest first in the list."""
    first = make_picture(alice)
    kept = {name: getattr(first, name) for name in ("file", "preview", "thumb", "mime", "sha256")}
    kept |= {"owner": alice, "width": 320, "height": 240, "bytes": first.bytes}
    older = [
        Picture.objects.create(
            **kept, name=f"holiday {number}", created_at=timezone.now() - timedelta(hours=number)
        )
        for number in range(1, 2 * PAGE_SIZE + 2)
    ]
    return [first, *older]


def cards(page):
    """The pictures on a page, by the addresses of their studios."""
    return re.findall(r'class="card" href="/pictures/([0-9a-f-]{36})/"', page)


def link_below(page):
    """Where "Show older" leads as an ordinary link, without script."""
    found = re.search(r'href="([^"]+)"[^>]*>Show older<', page)
    return found.group(1).replace("&amp;", "&") if found else None


def test_every_picture_is_reached_by_following_the_link(alices, many):
    seen, url = [], "/"
    while url:
        page = alices.get(url).content.decode()
        seen += cards(page)
        url = link_below(page)
    assert seen == [str(picture.pk) for picture in many]


def test_the_last_page_offers_nothing_older(alices, many):
    Picture.objects.exclude(pk__in=[picture.pk for picture in many[:PAGE_SIZE]]).delete()
    page = alices.get("/").content.decode()
    assert len(cards(page)) == PAGE_SIZE
    assert link_below(page) is None


def test_with_script_only_the_cards_are_brought(alices, many):
    url = link_below(alices.get("/").content.decode())
    fragment = alices.get(url, headers={"hx-request": "true"}).content.decode()
    assert cards(fragment) == [str(picture.pk) for picture in many[PAGE_SIZE : 2 * PAGE_SIZE]]
    assert "<html" not in fragment
    assert fragment.count("autofocus") == 1


def test_an_older_page_is_no_welcome_and_leads_back(alices, many):
    page = alices.get(link_below(alices.get("/").content.decode())).content.decode()
    assert "Older pictures" in page
    assert "Newest pictures" in page
    assert 'class="welcome"' not in page
    assert "data-upload" not in page


def test_a_page_stays_put_while_pictures_are_uploaded_and_deleted(alices, alice, many):
    second = link_below(alices.get("/").content.decode())
    before = cards(alices.get(second).content.decode())
    make_picture(alice)
    Picture.objects.filter(pk=many[3].pk).update(deleted_at=timezone.now())
    assert cards(alices.get(second).content.decode()) == before


def test_older_pages_show_ones_own_pictures_alone(alices, bobs, many):
    second = link_below(alices.get("/").content.decode())
    assert cards(bobs.get(second).content.decode()) == []


@pytest.mark.parametrize("after", ["", "x", "9999-99-99_1", "\x00"])
def test_a_strange_mark_is_the_first_page(alices, many, after):
    page = alices.get("/", {"after": after}).content.decode()
    assert cards(page)[0] == str(many[0].pk)
