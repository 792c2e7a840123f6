"""What a share link opens: exactly what it names, for anybody, and nothing private with it."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from editor import shared_files, sharing_links
from editor.models import Collection, CollectionItem, Picture, Share
from editor.sharing_links import Limits, Shown, make_share, revoke_share
from tests.conftest import Browser
from tests.factories import make_picture
from tests.views.addresses import every_address
from tests.views.test_access import belongings  # noqa: F401

pytestmark = pytest.mark.django_db

AVIF = {"accept": "image/avif,image/webp,*/*;q=0.8"}
PRIVATE_WORDS = (b"garden", b"alice", b"make it golden")


@pytest.fixture
def picture(alice):
    return make_picture(alice)


def link_to(owner, shown, password="", **limits):
    """A link that this person has made."""
    _, token = make_share(owner, shown, Limits(**limits), password)
    return reverse("editor:share", args=[token])


def file_of(link, picture, kind="preview"):
    return f"{link}{picture.pk}/{kind}/"


def addresses_in(page: bytes) -> set[str]:
    """Every address on a page that a browser would ask this server for."""
    found = re.findall(
        r'(?:href|src|content|data-full|data-download)="(/[^"]*|http[^"]*)"', page.decode()
    )
    for several in re.findall(r'srcset="([^"]+)"', page.decode()):
        found += [each.split()[0] for each in several.split(", ")]
    return {unescape(each).removeprefix("http://testserver") for each in found}


def test_a_visitor_without_an_account_sees_the_picture_and_nothing_of_the_app(anonymous, picture):
    link = link_to(picture.owner, Shown(picture), title="Our garden & pond")
    page = anonymous.get(link)
    assert page.status_code == 200
    words = page.content.decode()
    assert "Our garden &amp; pond" in words
    assert picture.name not in words
    assert "alice" not in words
    outside = {a for a in addresses_in(page.content) if not a.startswith(("/static/", link))}
    assert outside == set()
    for each in addresses_in(page.content):
        if each.startswith(link):
            assert anonymous.get(each).status_code == 200, each


def test_the_owner_who_is_logged_in_sees_the_same_page_as_anybody(alices, anonymous, picture):
    link = link_to(picture.owner, Shown(picture))
    assert alices.get(link).content == anonymous.get(link).content


def test_a_comparison_shows_both_pictures_and_a_slider(anonymous, alice, picture):
    before = make_picture(alice, name="before.png")
    link = link_to(alice, Shown(picture, before))
    page = anonymous.get(link).content
    assert file_of(link, before).encode() in page
    assert file_of(link, picture).encode() in page
    assert b"<ne-compare" in page
    for each in (before, picture):
        assert anonymous.get(file_of(link, each)).status_code == 200


def test_a_collection_is_a_wall_in_its_own_order_and_in_pages(anonymous, alice, monkeypatch):
    monkeypatch.setattr("editor.views.shared_pages.PAGE_SIZE", 2)
    collection = Collection.objects.create(owner=alice, name="Private name")
    pictures = [make_picture(alice, name=f"{n}.png") for n in range(3)]
    for place, each in enumerate(reversed(pictures)):
        CollectionItem.objects.create(collection=collection, picture=each, place=place)
    link = link_to(alice, Shown(collection=collection), title="Summer")
    first = anonymous.get(link).content.decode()
    shown = re.findall(r'class="card" href="([^"]+)"', first)
    assert shown == [file_of(link, pictures[2]), file_of(link, pictures[1])]
    assert "Private name" not in first
    second = anonymous.get(f"{link}?page=2").content.decode()
    assert re.findall(r'class="card" href="([^"]+)"', second) == [file_of(link, pictures[0])]
    assert anonymous.get(f"{link}?page=nonsense").status_code == 200


def test_an_empty_collection_says_so(anonymous, alice):
    link = link_to(alice, Shown(collection=Collection.objects.create(owner=alice, name="Empty")))
    assert b"Nothing in here at the moment" in anonymous.get(link).content


# Nothing else


def test_whatever_a_visitor_asks_for_they_get_nothing_but_what_the_link_names(
    anonymous,
    alice,
    belongings,  # noqa: F811
):
    """A walk over every address, as somebody who has a link and its ticket."""
    link = reverse("editor:share", args=[belongings["s"]])
    assert anonymous.get(link).status_code == 200
    token = {"token": belongings["s"]}
    for route in every_address():
        own = ("editor:static_moved", "editor:share", "editor:share_file")
        if route.name in own or route.name.startswith(("admin:", "staff_")):
            continue
        for method in (anonymous.get, anonymous.post):
            answer = method(route.path(belongings), token)
            kind = answer.get("Content-Type", "")
            assert not kind.startswith("image/"), route.name
            assert answer.status_code in (200, 302, 401, 403, 404, 405, 503), route.name
            if answer.status_code == 302:
                assert answer["Location"].startswith(reverse("editor:login")), route.name
            body = b"" if answer.streaming else answer.content
            assert not any(word in body for word in PRIVATE_WORDS), route.name
    mine = Picture.objects.get(pk=belongings["pictures"])
    for each in Picture.objects.owned_by(alice):
        for kind in (*shared_files.KINDS, "original", "mask", "raw", "download"):
            status = anonymous.get(file_of(link, each, kind)).status_code
            named = each == mine and kind in ("thumb", "card", "preview", "chat")
            assert status == (200 if named else 404), (each, kind)


def test_files_of_one_link_are_not_those_of_another(anonymous, alice, bob, picture):
    hers, his = make_picture(alice, name="other.png"), make_picture(bob)
    link = link_to(alice, Shown(picture), allow_download=True)
    other = link_to(alice, Shown(hers))
    assert anonymous.get(file_of(other, hers)).status_code == 200
    for strange in (hers, his):
        for kind in shared_files.KINDS:
            assert anonymous.get(file_of(link, strange, kind)).status_code == 404


def test_what_was_taken_out_of_a_collection_is_not_served_any_more(anonymous, alice, picture):
    collection = Collection.objects.create(owner=alice, name="Garden")
    item = CollectionItem.objects.create(collection=collection, picture=picture)
    link = link_to(alice, Shown(collection=collection))
    assert anonymous.get(file_of(link, picture)).status_code == 200
    item.delete()
    assert anonymous.get(file_of(link, picture)).status_code == 404


def revoked(share):
    revoke_share(share, share.owner)


def expired(share):
    Share.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def used_up(share):
    Share.objects.update(max_views=1, views=1)


def trashed(share):
    Picture.objects.update(deleted_at=timezone.now())


def purged(share):
    Picture.objects.update(deleted_at=timezone.now(), purged_at=timezone.now())


@pytest.mark.parametrize("end", [revoked, expired, used_up, trashed, purged])
@pytest.mark.parametrize("password", ["", "green-garden"])
def test_why_a_link_opens_nothing_is_not_told(anonymous, picture, end, password):
    share, token = make_share(picture.owner, Shown(picture), Limits(), password)
    link = reverse("editor:share", args=[token])
    end(share)
    unknown = reverse("editor:share", args=["x" * len(token)])
    for method in ("get", "post", "head"):
        over, never = (getattr(anonymous, method)(url) for url in (link, unknown))
        assert over.status_code == never.status_code == 404
        assert over.content == never.content
        told = [dict(answer.items()) for answer in (over, never)]
        for headers in told:
            headers.pop("X-Request-ID")
        assert told[0] == told[1]
    assert anonymous.get(file_of(link, picture)).status_code == 404


def test_where_the_server_shares_nothing_no_link_opens(anonymous, alices, picture, settings):
    link = link_to(picture.owner, Shown(picture))
    settings.SHARING = False
    assert anonymous.get(link).status_code == 404
    assert anonymous.get(file_of(link, picture)).status_code == 404
    assert alices.get(reverse("editor:shares")).status_code == 404
    assert alices.get(f"{reverse('editor:share_new')}?picture={picture.pk}").status_code == 404


# Limits


def test_the_password_opens_the_page_and_its_files_for_this_browser(anonymous, picture):
    link = link_to(picture.owner, Shown(picture), "green-garden", title="Secret pond")
    door = anonymous.get(link)
    assert door.status_code == 200
    assert b"Secret pond" not in door.content
    assert str(picture.pk).encode() not in door.content
    assert anonymous.get(file_of(link, picture)).status_code == 404
    wrong = anonymous.post(link, {"password": "red"})
    assert wrong.status_code == 403
    assert b"That is not the password" in wrong.content
    opened = anonymous.post(link, {"password": "green-garden"})
    assert (opened.status_code, opened["Location"]) == (303, link)
    cookie = opened.cookies["nanoedit_visit"]
    assert cookie["path"] == link
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert b"Secret pond" in anonymous.get(link).content
    assert "no-store" in anonymous.get(file_of(link, picture))["Cache-Control"]
    assert Browser().get(file_of(link, picture)).status_code == 404


def test_who_tries_too_many_passwords_has_to_wait(anonymous, picture, monkeypatch):
    monkeypatch.setattr(sharing_links, "KNOCKS_OF_ONE", 2)
    link = link_to(picture.owner, Shown(picture), "green-garden")
    for _ in range(2):
        anonymous.post(link, {"password": "red"})
    waits = anonymous.post(link, {"password": "green-garden"})
    assert waits.status_code == 429
    assert int(waits["Retry-After"]) > 60
    assert b"15 minutes" in waits.content
    other = Browser(REMOTE_ADDR="192.0.2.7")
    assert other.post(link, {"password": "green-garden"}).status_code == 303


def test_a_look_takes_one_view_however_often_the_page_is_reloaded(anonymous, picture):
    link = link_to(picture.owner, Shown(picture), max_views=1, title="Pond")
    door = anonymous.get(link).content
    assert b"once more" in door
    assert b"Pond" not in door
    assert Share.objects.get().views == 0
    anonymous.post(link)
    for _ in range(3):
        assert b"Pond" in anonymous.get(link).content
        assert anonymous.get(file_of(link, picture)).status_code == 200
    assert Share.objects.get().views == 1
    late = Browser()
    assert late.get(link).status_code == 404
    assert late.post(link).status_code == 404


@pytest.mark.parametrize(
    ("agent", "views"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", 1),
        ("Mozilla/5.0 (compatible; Twitterbot/1.0)", 0),
        ("facebookexternalhit/1.1", 0),
        ("WhatsApp/2.23.20.0", 0),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", 0),
    ],
)
def test_what_a_messenger_fetches_is_no_view(picture, agent, views):
    link = link_to(picture.owner, Shown(picture))
    assert Browser().get(link, headers={"user-agent": agent}).status_code == 200
    Browser().head(link)
    assert Share.objects.get().views == views


def test_the_full_size_is_there_only_where_download_is_on(anonymous, picture):
    for allowed in (False, True):
        link = link_to(picture.owner, Shown(picture), allow_download=allowed, title='A/b "c"')
        assert (b"Download" in anonymous.get(link).content) is allowed
        answer = anonymous.get(f"{file_of(link, picture, 'full')}?download")
        assert answer.status_code == (200 if allowed else 404)
    assert Image.open(io.BytesIO(answer.body)).size == (picture.width, picture.height)
    assert "A_b _c_.jpg" in answer["Content-Disposition"]
    assert "garden" not in answer["Content-Disposition"]


# What is told to browsers and messengers


def test_every_answer_of_a_link_is_sealed(anonymous, picture):
    link = link_to(picture.owner, Shown(picture))
    for url in (link, file_of(link, picture), reverse("editor:share", args=["nothing"])):
        answer = anonymous.get(url)
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Cache-Control"].startswith("private, no-")
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"
        assert "Cookie" in answer["Vary"]
        assert " style=" not in answer.getvalue().decode("latin-1") or answer.streaming


def test_a_browser_is_spared_what_it_has_but_not_the_question(anonymous, picture):
    share, token = make_share(picture.owner, Shown(picture), Limits())
    url = file_of(reverse("editor:share", args=[token]), picture)
    tag = anonymous.get(url)["ETag"]
    assert anonymous.get(url, headers={"If-None-Match": tag}).status_code == 304
    revoke_share(share, share.owner)
    assert anonymous.get(url, headers={"If-None-Match": tag}).status_code == 404


def tags_of(page: bytes) -> dict[str, str]:
    """What the head of a page tells messengers."""
    found = re.findall(
        r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)"', page.decode()
    )
    return {name: unescape(value) for name, value in found}


def test_a_link_unfurls_with_its_title_and_a_picture_of_the_size_it_says(anonymous, alice):
    picture = make_picture(alice, (1800, 1000))
    link = link_to(alice, Shown(picture), title='The "pond" & more')
    tags = tags_of(anonymous.get(link).content)
    assert tags["og:title"] == tags["twitter:title"] == 'The "pond" & more'
    assert tags["og:url"] == f"http://testserver{link}"
    assert tags["twitter:card"] == "summary_large_image"
    assert (
        tags["og:image"]
        == tags["twitter:image"]
        == f"http://testserver{file_of(link, picture, 'chat')}"
    )
    told = anonymous.get(tags["og:image"], headers={"accept": "*/*"})
    assert told["Content-Type"] == tags["og:image:type"] == "image/jpeg"
    size = Image.open(io.BytesIO(told.body)).size
    assert size == (int(tags["og:image:width"]), int(tags["og:image:height"])) == (1200, 667)


@pytest.mark.parametrize("limits", [{"password": "green-garden"}, {"max_views": 5}])
def test_behind_a_door_neither_title_nor_picture_unfurl(anonymous, picture, limits):
    link = link_to(picture.owner, Shown(picture), title="Pond", **limits)
    page = anonymous.get(link).content
    assert b"Pond" not in page
    assert not {name for name in tags_of(page) if "image" in name}
    anonymous.post(link, {"password": "green-garden"})
    assert b"Pond" in anonymous.get(link).content
    assert anonymous.get(file_of(link, picture, "chat")).status_code == 404


def test_no_line_of_the_log_holds_a_link(anonymous, picture, log, monkeypatch):
    link = link_to(picture.owner, Shown(picture))
    anonymous.get(link)
    anonymous.get(f"{link}nothing/")

    def broken(*_args, **_kwargs):
        raise RuntimeError(link)

    monkeypatch.setattr("editor.views.shared_pages.open_share", broken)
    anonymous.raise_request_exception = False
    assert anonymous.get(link).status_code == 500
    assert link not in log.getvalue()
    assert "/s/[hidden]" in log.getvalue()
