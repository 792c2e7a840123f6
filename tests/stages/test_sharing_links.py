"""Share links: their limits hold, whatever is tried and however many try it at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from editor import sharing_links
from editor.models import Collection, CollectionItem, Picture, Share, ShareKnock
from editor.sharing_links import (
    DoorClosed,
    Limits,
    NothingHere,
    ShareRefused,
    Shown,
    TooManyKnocks,
    WrongPassword,
    admitted,
    change_share,
    make_share,
    open_share,
    renew_link,
    revoke_share,
)
from tests.factories import make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture(alice):
    return make_picture(alice)


def link_of(picture, password="", **limits):
    """A link of the picture's owner for it."""
    return make_share(picture.owner, Shown(picture), Limits(**limits), password)


def test_only_a_digest_of_the_link_is_kept(picture):
    share, token = link_of(picture)
    assert len(token) >= 32
    row = Share.objects.filter(pk=share.pk).values().get()
    assert all(token not in str(value) for value in row.values())
    assert open_share(token).share == share


def test_no_two_links_are_alike_and_half_a_link_opens_nothing(picture):
    tokens = {link_of(picture)[1] for _ in range(5)}
    assert len(tokens) == 5
    token = tokens.pop()
    for wrong in (token[:-1], token + "a", token.swapcase(), "", "a" * 5000):
        with pytest.raises(NothingHere):
            open_share(wrong)


def test_views_are_counted_once_for_each_visitor(picture):
    share, token = link_of(picture)
    first = open_share(token)
    assert first.ticket
    assert open_share(token, ticket=first.ticket).ticket == ""
    open_share(token)
    share.refresh_from_db()
    assert share.views == 2
    assert share.last_viewed_at is not None


def test_what_fetches_a_preview_is_no_view(picture):
    share, token = link_of(picture)
    assert open_share(token, counts=False).ticket == ""
    share.refresh_from_db()
    assert share.views == 0


def test_the_last_view_is_the_last_but_who_has_it_may_look_again(picture):
    _, token = link_of(picture, max_views=1)
    with pytest.raises(DoorClosed):
        open_share(token)  # nothing is taken before somebody presses
    visit = open_share(token, knocks=True)
    with pytest.raises(NothingHere):
        open_share(token, knocks=True)
    with pytest.raises(NothingHere):
        admitted(token, "")
    assert open_share(token, ticket=visit.ticket).share == visit.share
    assert admitted(token, visit.ticket) == visit.share


@pytest.mark.parametrize("forged", ["", "x", "x:y", "x:y:z", "\x00", "ä"])
def test_a_ticket_that_nobody_gave_out_admits_nobody(picture, forged):
    _, token = link_of(picture, max_views=3)
    with pytest.raises(NothingHere):
        admitted(token, forged)


def test_a_ticket_is_good_for_its_own_link_alone_and_half_a_day(picture, monkeypatch):
    _, token = link_of(picture, max_views=3)
    _, other = link_of(picture, max_views=3)
    ticket = open_share(token, knocks=True).ticket
    with pytest.raises(NothingHere):
        admitted(other, ticket)
    monkeypatch.setattr(sharing_links, "VISIT", timedelta(seconds=-1))
    with pytest.raises(NothingHere):
        admitted(token, ticket)


@pytest.mark.django_db(transaction=True)
def test_of_many_visitors_at_once_exactly_one_gets_the_last_view(picture):
    share, token = link_of(picture, max_views=1)
    if connection.vendor == "sqlite":
        # One connection to a database in memory: the moment between reading and writing instead.
        late = Share.objects.get(pk=share.pk)
        open_share(token, knocks=True)
        assert not sharing_links._take_view(late)
        assert late.views == 0
        return
    start = threading.Barrier(8)

    def visit(_):
        try:
            start.wait()
            open_share(token, knocks=True)
        except NothingHere:
            return 0
        finally:
            connections.close_all()
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(visit, range(8))) == 1
    share.refresh_from_db()
    assert share.views == 1


def test_a_link_ends_with_its_time(picture):
    soon = timezone.now() + timedelta(hours=1)
    share, token = link_of(picture, expires_at=soon)
    ticket = open_share(token).ticket
    Share.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for attempt in (lambda: open_share(token, ticket=ticket), lambda: admitted(token, ticket)):
        with pytest.raises(NothingHere):
            attempt()
    share.refresh_from_db()
    assert share.state == "expired"


def test_a_revoked_link_ends_at_once_also_for_who_is_looking(picture):
    share, token = link_of(picture)
    ticket = open_share(token).ticket
    assert revoke_share(share, share.owner)
    assert not revoke_share(share, share.owner)
    with pytest.raises(NothingHere):
        open_share(token, ticket=ticket)
    with pytest.raises(NothingHere):
        admitted(token, ticket)


def test_a_link_made_anew_is_another_one_and_the_old_one_is_over(picture):
    share, token = link_of(picture)
    ticket = open_share(token).ticket
    new = renew_link(share)
    assert new != token
    with pytest.raises(NothingHere):
        open_share(token, ticket=ticket)
    assert open_share(new).share == share
    change_share(share, Limits(max_views=9))
    with pytest.raises(NothingHere):
        admitted(new, ticket)


def test_the_password_is_asked_for_hashed_and_its_change_ends_visits(picture):
    share, token = link_of(picture, "green-garden")
    assert "green-garden" not in share.password
    with pytest.raises(DoorClosed):
        open_share(token)
    for wrong in ("green-gardem", "", None):
        with pytest.raises(WrongPassword):
            open_share(token, wrong, knocks=True)
    ticket = open_share(token, "green-garden", knocks=True).ticket
    assert admitted(token, ticket) == share
    change_share(share, Limits(), "red-garden")
    with pytest.raises(NothingHere):
        admitted(token, ticket)
    change_share(share, Limits(), "")
    assert admitted(token, "") == share


def test_a_wrong_password_takes_no_view(picture):
    share, token = link_of(picture, "green-garden", max_views=1)
    with pytest.raises(WrongPassword):
        open_share(token, "no", knocks=True)
    share.refresh_from_db()
    assert share.views == 0
    open_share(token, "green-garden", knocks=True)


def test_passwords_cannot_be_tried_on_and_on_from_one_address(picture):
    _, token = link_of(picture, "green-garden")

    def knock(password, address):
        return open_share(token, password, knocks=True, address=address)

    for _ in range(sharing_links.KNOCKS_OF_ONE):
        with pytest.raises(WrongPassword):
            knock("no", "192.0.2.1")
    with pytest.raises(TooManyKnocks):
        knock("green-garden", "192.0.2.1")
    assert knock("green-garden", "192.0.2.2").ticket
    ShareKnock.objects.update(since=timezone.now() - 2 * sharing_links.KNOCK_WINDOW)
    assert knock("green-garden", "192.0.2.1").ticket
    assert not ShareKnock.objects.filter(since__lt=timezone.now() - timedelta(minutes=1)).exists()


def test_a_network_of_ipv6_is_one_address_and_none_is_kept(picture):
    _, token = link_of(picture, "green-garden")
    for host in range(sharing_links.KNOCKS_OF_ONE):
        with pytest.raises(WrongPassword):
            open_share(token, "no", knocks=True, address=f"2001:db8::{host:x}")
    with pytest.raises(TooManyKnocks):
        open_share(token, "no", knocks=True, address="2001:db8::ffff")
    assert all("2001" not in knock.visitor for knock in ShareKnock.objects.all())


def test_many_addresses_together_get_no_further(picture, monkeypatch):
    monkeypatch.setattr(sharing_links, "KNOCKS_OF_ALL", 4)
    _, token = link_of(picture, "green-garden")
    for host in range(4):
        with pytest.raises(WrongPassword):
            open_share(token, "no", knocks=True, address=f"192.0.2.{host}")
    with pytest.raises(TooManyKnocks):
        open_share(token, "green-garden", knocks=True, address="192.0.2.99")


def test_the_right_password_is_not_counted_against_anybody(picture, monkeypatch):
    monkeypatch.setattr(sharing_links, "KNOCKS_OF_ALL", 2)
    _, token = link_of(picture, "green-garden")
    for _ in range(5):
        open_share(token, "green-garden", knocks=True, address="192.0.2.1")


@pytest.mark.parametrize("gone", ["deleted_at", "purged_at"])
def test_a_picture_in_the_trash_is_not_shown_and_comes_back_with_its_link(alice, picture, gone):
    before = make_picture(alice, name="before.png")
    _, alone = link_of(picture)
    _, both = make_share(alice, Shown(before, picture), Limits())
    Picture.objects.filter(pk=picture.pk).update(**{gone: timezone.now()})
    for token in (alone, both):
        with pytest.raises(NothingHere):
            open_share(token)
    Picture.objects.filter(pk=picture.pk).update(**{gone: None})
    for token in (alone, both):
        open_share(token)


def test_a_collection_shows_what_is_in_it_now_without_the_trash(alice, picture):
    collection = Collection.objects.create(owner=alice, name="Garden")
    others = [make_picture(alice, name=f"{n}.png") for n in range(2)]
    for place, each in enumerate([others[1], picture, others[0]]):
        CollectionItem.objects.create(collection=collection, picture=each, place=place)
    share, token = make_share(alice, Shown(collection=collection), Limits())
    assert list(open_share(token).share.pictures) == [others[1], picture, others[0]]
    Picture.objects.filter(pk=picture.pk).update(deleted_at=timezone.now())
    assert list(share.pictures) == [others[1], others[0]]
    collection.delete()
    with pytest.raises(NothingHere):
        open_share(token)


def test_links_of_a_closed_account_are_over(alice, picture):
    _, token = link_of(picture)
    alice.is_active = False
    alice.save()
    with pytest.raises(NothingHere):
        open_share(token)


def test_nobody_shares_what_is_anothers_or_gone_or_nothing(alice, bob, picture):
    his = make_picture(bob)
    hers = Collection.objects.create(owner=alice, name="Garden")
    gone = make_picture(alice)
    Picture.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    for owner, shown in (
        (bob, Shown(picture)),
        (bob, Shown(his, picture)),
        (bob, Shown(picture, his)),
        (bob, Shown(collection=hers)),
        (alice, Shown(gone)),
        (alice, Shown()),
        (alice, Shown(picture, picture)),
        (alice, Shown(picture, collection=hers)),
    ):
        with pytest.raises(ShareRefused):
            make_share(owner, shown, Limits())
    assert not Share.objects.exists()


def test_the_same_form_sent_twice_is_one_link(alice, picture):
    share, _ = link_of(picture)
    with pytest.raises(ShareRefused, match="already"):
        make_share(alice, Shown(picture), Limits(), share_id=share.pk)
    assert Share.objects.count() == 1
