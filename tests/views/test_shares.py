"""One's own share links: made, shown once, changed, revoked; and what staff see of them."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from editor.models import Collection, CollectionItem, Picture, Share
from editor.sharing_links import Limits, Shown, make_share, open_share
from tests.factories import make_picture

pytestmark = pytest.mark.django_db

NEW = reverse("editor:share_new")
SHARES = reverse("editor:shares")


@pytest.fixture
def picture(alice):
    return make_picture(alice)


def asked(**changed):
    """What the form sends when nothing was filled in."""
    return {"expiry": "7", "title": "", "password": "", "max_views": "", **changed}


def link_in(page) -> str:
    """The path of the link that a page shows."""
    found = re.search(r'value="(http[^"]+/s/[^"]+)"', page.content.decode())
    assert found
    return urlsplit(found[1]).path


def test_alice_makes_a_link_and_sees_it_this_once(alices, anonymous, picture):
    made = alices.post(f"{NEW}?picture={picture.pk}", asked(title=" Our \n pond "))
    assert made.status_code == 201
    assert "no-store" in made["Cache-Control"]
    share = Share.objects.get()
    assert (share.title, share.kind) == ("Our pond", Share.Kind.PICTURE)
    in_a_week = timezone.now() + timedelta(days=7)
    assert abs(share.expires_at - in_a_week) < timedelta(minutes=1)
    link = link_in(made)
    assert anonymous.get(link).status_code == 200
    token = link.split("/")[2]
    for page in (SHARES, reverse("editor:share_change", args=[share.pk])):
        assert token not in alices.get(page).content.decode()


def test_a_comparison_is_offered_with_the_picture_that_one_was_made_of(alices, alice, picture):
    before = make_picture(alice, name="before.png")
    page = f"{NEW}?picture={picture.pk}&before={before.pk}"
    assert 'value="comparison" checked' in alices.get(page).content.decode()
    alices.post(page, asked(kind="comparison"))
    alices.post(page, asked(kind="picture"))
    newest, first = Share.objects.owned_by(alice)
    assert (first.picture, first.before) == (picture, before)
    assert (newest.picture, newest.before) == (picture, None)


def test_a_picture_without_a_parent_is_shared_alone(alices, picture):
    page = alices.get(f"{NEW}?picture={picture.pk}").content.decode()
    assert 'value="comparison"' not in page
    alices.post(f"{NEW}?picture={picture.pk}", asked(kind="comparison"))
    assert Share.objects.get().kind == Share.Kind.PICTURE


def test_a_collection_is_shared_as_it_will_be(alices, alice):
    collection = Collection.objects.create(owner=alice, name="Summer")
    others = [make_picture(alice, name=f"{n}.png") for n in range(3)]
    for place, each in enumerate(reversed(others)):
        CollectionItem.objects.create(collection=collection, picture=each, place=place)
    page = f"{NEW}?collection={collection.pk}"
    dialog = alices.get(page).content.decode()
    assert "also what you add later" in dialog
    assert 'value="Summer"' in dialog
    shown = re.findall(r"/pictures/([0-9a-f-]+)/thumb/", dialog)
    assert shown == [str(each.pk) for each in reversed(others)]
    assert alices.post(page, asked()).status_code == 201
    assert Share.objects.get().collection == collection


def test_bob_cannot_share_alices_things_nor_see_change_or_end_her_links(bobs, alice, bob, picture):
    collection = Collection.objects.create(owner=alice, name="Summer")
    his = make_picture(bob)
    for query in (f"picture={picture.pk}", f"collection={collection.pk}", "picture=nonsense", ""):
        for method in (bobs.get, bobs.post):
            assert (
                method(f"{NEW}?{query}", asked() if method == bobs.post else {}).status_code == 404
            )
    mixed = f"{NEW}?picture={his.pk}&before={picture.pk}"
    assert str(picture.pk) not in bobs.get(mixed).content.decode()
    bobs.post(mixed, asked(kind="comparison"))
    assert Share.objects.get().before is None
    share, token = make_share(alice, Shown(picture), Limits())
    for name in ("share_change", "share_renew", "share_revoke"):
        assert bobs.post(reverse(f"editor:{name}", args=[share.pk]), asked()).status_code == 404
    assert str(share.pk) not in bobs.get(SHARES).content.decode()
    assert open_share(token).share == share


def test_what_lies_in_the_trash_cannot_be_shared(alices, picture):
    Picture.objects.update(deleted_at=timezone.now())
    assert alices.get(f"{NEW}?picture={picture.pk}").status_code == 404


def test_a_form_sent_twice_is_one_link(alices, picture):
    sent = asked(share_id="6f8a2c1e-0d8e-4c57-9a53-0b8a6b3a2f10")
    page = f"{NEW}?picture={picture.pk}"
    assert alices.post(page, sent).status_code == 201
    again = alices.post(page, sent)
    assert again.status_code == 422
    assert b"already" in again.content
    assert Share.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"expiry": "soon"}, "how long"),
        ({"expiry": "date"}, "Choose the last day"),
        ({"expiry": "date", "day": "2020-02-02"}, "This day is over"),
        ({"expiry": "date", "day": "9999-12-31"}, "more than ten years"),
        ({"expiry": "date", "day": "never"}, "Choose the last day"),
        ({"password": "short"}, "at least 6"),
        ({"password": "x" * 129}, "at most 128"),
        ({"max_views": "0"}, "from 1 to"),
        ({"max_views": "-1"}, "from 1 to"),
        ({"max_views": "many"}, "from 1 to"),
        ({"title": "x" * 201}, "200 characters"),
    ],
)
def test_what_makes_no_sense_is_said_and_makes_no_link(alices, picture, wrong, sentence):
    answer = alices.post(f"{NEW}?picture={picture.pk}", asked(**wrong))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Share.objects.exists()


def test_a_day_counts_to_its_end(alices, picture):
    today = timezone.localdate()
    alices.post(f"{NEW}?picture={picture.pk}", asked(expiry="date", day=today.isoformat()))
    share = Share.objects.get()
    assert share.expires_at.date() == today + timedelta(days=1)
    assert share.state == "open"


def test_limits_are_changed_without_touching_what_was_left_alone(alices, alice, picture):
    soon = timezone.now() + timedelta(days=3)
    limits = Limits("Pond", soon, 5, allow_download=True)
    share, token = make_share(alice, Shown(picture), limits, "green-garden")
    page = reverse("editor:share_change", args=[share.pk])
    kept = share.password
    alices.post(page, asked(expiry="keep", title="Lake", max_views="9"))
    share.refresh_from_db()
    assert (share.title, share.max_views, share.allow_download) == ("Lake", 9, False)
    assert (share.expires_at, share.password) == (soon, kept)
    alices.post(page, asked(expiry="never", remove_password="1"))
    share.refresh_from_db()
    assert (share.expires_at, share.max_views, share.password) == (None, None, "")
    assert open_share(token).share == share
    refused = alices.post(page, asked(expiry="keep", max_views="0"))
    assert refused.status_code == 422


def test_a_link_made_anew_takes_the_place_of_the_old_one(alices, anonymous, alice, picture):
    share, token = make_share(alice, Shown(picture), Limits())
    made = alices.post(reverse("editor:share_renew", args=[share.pk]))
    assert anonymous.get(link_in(made)).status_code == 200
    assert anonymous.get(reverse("editor:share", args=[token])).status_code == 404


def test_a_revoked_link_stays_in_the_list_and_cannot_be_made_anew(
    alices, anonymous, alice, picture
):
    share, token = make_share(alice, Shown(picture), Limits(title="Pond"))
    alices.post(reverse("editor:share_revoke", args=[share.pk]))
    assert anonymous.get(reverse("editor:share", args=[token])).status_code == 404
    assert b"Revoked" in alices.get(SHARES).content
    digest = share.token_sha256
    alices.post(reverse("editor:share_renew", args=[share.pk]))
    share.refresh_from_db()
    assert share.token_sha256 == digest
    assert share.state == "revoked"


def test_the_list_says_how_each_link_stands_in_one_query_for_all(
    alices, alice, picture, django_assert_max_num_queries
):
    _, token = make_share(alice, Shown(picture), Limits("Seen", max_views=3))
    open_share(token, knocks=True)
    for number in range(5):
        make_share(alice, Shown(picture), Limits(f"Link {number}"))
    with django_assert_max_num_queries(6):
        page = alices.get(SHARES).content.decode()
    assert "1 of 3 views" in page
    assert page.index("Link 4") < page.index("Link 0") < page.index("Seen")


def test_the_page_warns_when_nobody_else_can_open_the_link(alices, picture):
    made = alices.post(f"{NEW}?picture={picture.pk}", asked(), headers={"host": "localhost:8000"})
    assert b"this machine alone" in made.content
    made = alices.post(f"{NEW}?picture={picture.pk}", asked(), headers={"host": "edit.example"})
    assert b"this machine alone" not in made.content


def test_share_buttons_are_only_where_sharing_is_on(alices, alice, picture, settings):
    collection = Collection.objects.create(owner=alice, name="Summer")
    places = {
        "/": SHARES,
        collection.get_absolute_url(): f"{NEW}?collection={collection.pk}",
        reverse("editor:picture_view", args=[picture.pk]): f"{NEW}?picture={picture.pk}",
    }
    for page, leads_to in places.items():
        assert leads_to in alices.get(page).content.decode(), page
    settings.SHARING = False
    for page, leads_to in places.items():
        assert leads_to not in alices.get(page).content.decode(), page


# Staff


def test_staff_see_which_links_exist_but_no_way_to_open_them(adams, alice, picture):
    share, token = make_share(alice, Shown(picture), Limits("Private title"), "green-garden")
    rows = adams.get(reverse("admin:editor_share_changelist")).content.decode()
    one = adams.get(reverse("admin:editor_share_change", args=[share.pk])).content.decode()
    assert "alice" in rows
    assert "Open" in rows
    for page in (rows, one):
        for secret in (token, share.token_sha256, share.password, "Private title"):
            assert secret not in page
        assert str(picture.pk) not in page


def test_staff_who_may_change_shares_revoke_them_others_do_not(
    adams, ritas, reviewers_may, alice, picture
):
    share, _ = make_share(alice, Shown(picture), Limits())
    rows = reverse("admin:editor_share_changelist")
    asked_for = {"action": "revoke", "_selected_action": [str(share.pk)]}
    reviewers_may(more={"editor.view_share"})
    ritas.post(rows, asked_for)
    share.refresh_from_db()
    assert share.revoked_at is None
    adams.post(rows, asked_for)
    share.refresh_from_db()
    assert share.revoked_at is not None


def test_rita_without_leave_does_not_see_the_links(ritas):
    assert ritas.get(reverse("admin:editor_share_changelist")).status_code == 403
