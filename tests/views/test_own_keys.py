"""The page about keys: who pays, entering one, and what no page ever shows."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache

from editor import own_keys
from editor.models import JobState, OwnKey
from editor.processing import process_job
from editor.results import keep_answer
from editor.upstream import UpstreamKey
from tests.factories import make_job, make_model
from tests.servers.accounts import ALICES_KEY, BOBS_KEY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()


def enter(client, key):
    return client.post("/account/keys/", {"key": key})


def text_of(answer):
    """The words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def current(user):
    return OwnKey.objects.current_of(user)


def test_alice_enters_her_key_and_it_is_tried_for_free(accounts, alices, alice):
    assert "s key pays for your edits" in text_of(alices.get("/account/keys/"))
    assert enter(alices, f"  {ALICES_KEY} ")["Location"] == "/account/keys/"
    page = alices.get("/account/keys/")
    assert "Your key …abcd works" in text_of(page)
    assert "Tried and taken" in text_of(page)
    assert "as of" in text_of(page)
    assert ALICES_KEY not in page.content.decode()
    assert accounts.calls() == [], "trying costs nothing"
    assert "/account/keys/" in alices.get("/account/").content.decode()


def test_a_wrong_key_is_refused_in_words_and_not_saved(accounts, alices, alice):
    answer = enter(alices, "sk-nano-of-somebody-else")
    assert answer.status_code == 422
    assert "The upstream does not take this key" in text_of(answer)
    assert "Nothing was saved" in text_of(answer)
    assert "sk-nano-of-somebody-else" not in answer.content.decode()
    assert current(alice) is None


@pytest.mark.parametrize(
    "given", ["", "short", "two words of it, so no key", "x" * 600, "ключ" * 9]
)
def test_what_cannot_be_a_key_is_not_even_tried(accounts, alices, alice, given):
    accounts.fail_with({"kind": "status", "status": 500, "on": "balance"})
    answer = enter(alices, given)
    assert answer.status_code == 422
    assert current(alice) is None
    accounts.fail_with()


@pytest.mark.parametrize(
    ("choice", "kept"), [("again", True), ("keep", True), ("forget", False), ("", False)]
)
def test_while_the_upstream_is_away_alice_chooses(accounts, alices, alice, choice, kept):
    accounts.fail_with({"kind": "status", "status": 503, "on": "balance"})
    answer = enter(alices, ALICES_KEY)
    assert answer.status_code == 409
    assert "Your key …abcd could not be tried" in text_of(answer)
    assert current(alice) is None
    assert ALICES_KEY not in answer.content.decode()
    assert not any(ALICES_KEY in str(row.get_decoded()) for row in Session.objects.all())
    alices.post("/account/keys/waiting/", {"choice": choice})
    own = current(alice)
    assert (own is not None) == kept
    if kept:
        assert (own.tested_at is not None) == (choice == "again")
        assert own_keys.opened(own).secret == ALICES_KEY
    alices.post("/account/keys/waiting/", {"choice": "keep"})
    assert OwnKey.objects.count() == kept, "it waits once"


def test_a_key_that_waits_in_one_session_is_of_no_use_in_another(accounts, alices, bobs, bob):
    accounts.fail_with({"kind": "status", "status": 503, "on": "balance"})
    enter(alices, ALICES_KEY)
    hers, his = alices.session, bobs.session
    his["key to keep"] = hers["key to keep"]
    his.save()
    bobs.post("/account/keys/waiting/", {"choice": "keep"})
    assert current(bob) is None


def test_the_balance_is_asked_for_again(accounts, alices, alice):
    own_keys.keep(alice, ALICES_KEY, None)
    assert "Not tried yet" in text_of(alices.get("/account/keys/"))
    alices.post("/account/keys/look/")
    assert current(alice).balance_nano is not None
    OwnKey.objects.all().delete()
    own_keys.keep(alice, "sk-nano-revoked-meanwhile", None)
    alices.post("/account/keys/look/")
    assert "is not taken any more" in text_of(alices.get("/account/keys/"))


def test_replacing_and_removing_say_what_becomes_of_edits_that_wait(accounts, alices, alice):
    own_keys.keep(alice, ALICES_KEY, None)
    make_job(alice)
    assert "1 edit waits to be paid with …abcd" in text_of(alices.get("/account/keys/"))
    question = alices.get("/account/keys/remove/")
    assert "1 edit that waits for it ends unsent and free" in text_of(question)
    assert current(alice) is not None, "looking changes nothing"
    alices.post("/account/keys/remove/")
    assert current(alice) is None
    assert OwnKey.objects.get().sealed == ""
    assert alices.get("/account/keys/remove/")["Location"] == "/account/keys/"


def test_nobody_sees_or_touches_anothers_key(accounts, alice, bobs, bob, ritas):
    own_keys.keep(alice, ALICES_KEY, None)
    for client in (bobs, ritas):
        assert "abcd" not in client.get("/account/keys/").content.decode()
        client.post("/account/keys/remove/")
        client.post("/account/keys/look/")
    enter(bobs, BOBS_KEY)
    assert own_keys.opened(current(alice)).secret == ALICES_KEY
    assert own_keys.opened(current(bob)).secret == BOBS_KEY


def test_tries_are_counted(accounts, alices, bobs, alice):
    answers = [enter(alices, f"sk-nano-guess-number-{number}") for number in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert enter(bobs, BOBS_KEY).status_code == 302


def test_a_server_that_takes_no_own_keys_has_no_such_page(alices, settings):
    for address in ("", "remove/"):
        assert alices.get(f"/account/keys/{address}").status_code == 404
    assert alices.post("/account/keys/", {"key": ALICES_KEY}).status_code == 404
    assert "/account/keys/" not in alices.get("/account/").content.decode()


def test_where_a_key_is_asked_for_the_page_says_so(accounts, alices, alice, settings):
    settings.OWN_KEYS = "required"
    assert "Nobody pays yet" in text_of(alices.get("/account/keys/"))


def test_the_receipt_says_which_key_pays(accounts, alices, alice, bobs, bob, ritas):
    own_keys.keep(alice, ALICES_KEY, own_keys.ask(UpstreamKey(ALICES_KEY)))
    hers, his = make_job(alice), make_job(bob)
    assert "your key …abcd" in text_of(alices.get(f"/jobs/{hers.pk}/"))
    assert "this server&#x27;s key" in text_of(bobs.get(f"/jobs/{his.pk}/"))
    desk = text_of(ritas.get(f"/admin/editor/editjob/{hers.pk}/change/"))
    assert "its owner&#x27;s own key …abcd" in desk


def test_what_lies_on_her_account_is_alices_to_see_and_not_for_staff(
    accounts, alices, alice, ritas
):
    own_keys.keep(alice, ALICES_KEY, own_keys.ask(UpstreamKey(ALICES_KEY)))
    model = make_model("sandbox/redraw-flash", sizes=["auto"])
    answered = make_job(alice, model=model)
    keep_answer(process_job(answered.pk))
    accounts.fail_with({"kind": "reset_after_reading"})
    doubtful = make_job(alice, model=model)
    process_job(doubtful.pk)
    ritas.post(f"/admin/editor/editjob/{doubtful.pk}/look/")
    hers = text_of(alices.get(f"/jobs/{doubtful.pk}/"))
    desk = text_of(ritas.get(f"/admin/editor/editjob/{doubtful.pk}/change/"))
    for words in ("Balance before", "Balance after", "That day, upstream"):
        assert words in hers
        assert words not in desk
    assert "own key …abcd" in desk
    viewer = answered.results[0].picture.view_url
    assert "Balance after" in text_of(alices.get(viewer))
    assert "Balance after" not in text_of(ritas.get(viewer))


def test_a_closed_gate_is_told_to_whom_it_concerns(accounts, alices, alice, bobs, bob):
    own_keys.keep(alice, "sk-nano-revoked-meanwhile", None)
    job = make_job(alice)
    process_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert "refuses your key …hile" in text_of(alices.get("/queue/"))
    assert "refuses" not in text_of(bobs.get("/queue/"))
