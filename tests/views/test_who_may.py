"""Everybody at every address, by every way of asking: who_may.py says what must come of it."""

import re
import uuid

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import override_settings

from editor.models import User
from tests.views.addresses import every_action, every_address
from tests.views.walking import WAYS, Answer, Walker
from tests.views.who_may import (
    ACTIONS,
    ADAM,
    ADDRESSES,
    ALICE,
    ANONYMOUS,
    ANSWERS,
    BOB,
    LOOKS_OF_STAFF,
    LOOKS_THAT_WRITE,
    MODELS,
    PEOPLE,
    RITA,
    STAFF,
    audience,
    has_rule,
)
from tests.views.world import belongings_of, rows_of_the_admin

pytestmark = [pytest.mark.once, pytest.mark.django_db]

ALL = every_address()
NOTHING: frozenset[str] = frozenset()
INLINE = re.compile(
    r"<style\b|<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>"
    r"|<[^<>]*\s(?:style|on[a-z]+|hx-on[^=]*)=[^<>]*>"
)
BY_LINK = {"editor:share", "editor:share_file", "editor:invited"}
PUBLIC = {"editor:healthz", "editor:readyz", "editor:metrics", "editor:static_moved"}
STRANGE = uuid.UUID("00000000-0000-4000-8000-000000000000")


@pytest.fixture(scope="module")
def walker(django_db_setup, django_db_blocker):
    """Alice with one of everything, Bob, Rita and Adam; made once, and gone afterwards."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(OWN_KEYS="allowed"):
        alice, _, rita, adam = (
            User.objects.create_user(name, password="long-enough-2026") for name in PEOPLE[1:]
        )
        for person, role in ((rita, User.Role.REVIEWER), (adam, User.Role.ADMINISTRATOR)):
            person.role = role
            person.save()
        things = belongings_of(alice)
        rows = rows_of_the_admin(alice, adam)
        things |= {f"admin {name}": row.pk for name, row in rows.items()}
        things |= {"model_pk": rows["upstreammodel"].pk, "attempt_pk": things["attempts"]}
        yield Walker(things)
        transaction.set_rollback(True)


def what_is_wrong(name: str, person: str, way: str, answer: Answer) -> str:
    """Compare an answer with the rule, or ""."""
    if answer.status == 405 and not answer.writes:
        return ""
    if answer.status >= 500 and name != "editor:readyz":
        return "it breaks"
    if person in audience(name, way):
        return wrong_for_who_may(name, person, way, answer)
    return wrong_for_others(name, person, way, answer)


def wrong_for_who_may(name: str, person: str, way: str, answer: Answer) -> str:
    expected = ANSWERS.get(name, {}).get(way)
    if expected is not None:
        return "" if answer.status == expected else f"{expected} was expected"
    refused = answer.status in (403, 404) or (answer.leads_to_login and person != ANONYMOUS)
    return "somebody who may is refused" if refused else ""


def wrong_for_others(name: str, person: str, way: str, answer: Answer) -> str:
    if answer.writes:
        return f"it writes: {sorted(answer.writes)}"
    in_admin = name.startswith(("admin:", "staff_"))
    only_looks = way == "POST" and answer.status == 200 and person in audience(name, "GET")
    is_in_already = name == "admin:login" and answer.status == 403
    if only_looks or is_in_already:
        return ""
    if person == ANONYMOUS or (in_admin and person in (ALICE, BOB)):
        return "" if answer.leads_to_login else "the login was expected"
    expected = (403, 404) if in_admin else (404,)
    return "" if answer.status in expected else f"{expected} was expected"


def test_every_address_has_a_rule_and_no_rule_is_left_over():
    without = {each.name for each in ALL if not has_rule(each.name)}
    assert not without, "say in who_may.py who may go there"
    assert ADDRESSES.keys() <= {each.name for each in ALL}
    registered = {str(model._meta.model_name) for model in admin.site._registry}
    assert registered == MODELS.keys()


@pytest.mark.parametrize("person", PEOPLE)
def test_each_may_what_the_table_says_and_nothing_else(walker, person):
    wrong = [
        f"{way} {name}: {answer.status} {answer.leads_to}: {why}"
        for (name, way), answer in walker.answers(person).items()
        if (why := what_is_wrong(name, person, way, answer))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("person", PEOPLE)
def test_every_address_is_of_use_to_those_who_may(walker, person):
    answers = walker.answers(person)
    dead = [
        each.name
        for each in ALL
        if person in audience(each.name, "GET") | audience(each.name, "POST")
        and all(answers[each.name, way].status == 405 for way in WAYS)
    ]
    assert not dead


@pytest.mark.parametrize("person", PEOPLE)
def test_looking_changes_nothing(walker, person):
    of_looks = LOOKS_OF_STAFF if person in STAFF else NOTHING
    wrote = {
        name: written
        for (name, way), answer in walker.answers(person).items()
        if (written := answer.writes - of_looks) and way == "GET" and name not in LOOKS_THAT_WRITE
    }
    assert not wrote


@pytest.mark.parametrize("person", [BOB, RITA])
def test_what_is_anothers_looks_like_what_is_not_there(walker, person):
    strange = {
        kind: 999_999_999 if str(thing).isdigit() else STRANGE
        for kind, thing in walker.things.items()
    }
    elsewhere, answers = walker.elsewhere(strange), walker.answers(person)
    differ = [
        (each.name, way)
        for each in ALL
        if each.takes_parts and not each.name.startswith("admin:")
        for way in WAYS
        if person not in audience(each.name, way)
        and elsewhere.ask_at(person, way, each).status != answers[each.name, way].status
    ]
    assert not differ


@pytest.mark.parametrize("person", [ANONYMOUS, ALICE, ADAM])
def test_every_answer_has_the_strict_headers(walker, person):
    for (name, way), answer in walker.answers(person).items():
        told, where = answer.headers, (way, name, answer.status)
        policy = told["content-security-policy"]
        assert "default-src 'none'" in policy, where
        assert "unsafe" not in policy, where
        assert told["x-content-type-options"] == "nosniff", where
        assert told["x-frame-options"] == "DENY", where
        assert told["cross-origin-opener-policy"] == "same-origin", where
        assert told["cross-origin-resource-policy"] == "same-origin", where
        assert "camera=()" in told["permissions-policy"], where
        by_link = name in BY_LINK and answer.status != 405
        assert told["referrer-policy"] == ("no-referrer" if by_link else "same-origin"), where


@pytest.mark.parametrize("person", [ANONYMOUS, ALICE, ADAM])
def test_no_page_carries_script_or_style_of_its_own(walker, person):
    for (name, way), answer in walker.answers(person).items():
        found = INLINE.search(answer.page)
        assert found is None, (way, name, found[0])


@pytest.mark.parametrize("person", [ALICE, ADAM])
def test_nobody_else_keeps_what_is_told_to_those_who_are_logged_in(walker, person):
    for (name, way), answer in walker.answers(person).items():
        told = answer.headers.get("cache-control", "")
        if answer.status == 200 and name not in PUBLIC:
            assert "private" in told or "no-store" in told, (way, name, told)


def test_a_post_without_the_token_is_refused(walker):
    passed = {}
    for each in ALL:
        person = ALICE if ALICE in audience(each.name, "POST") else ADAM
        answer = walker.ask_at(person, "POST", each, enforce_csrf_checks=True)
        if answer.status not in (403, 405) or answer.writes:
            passed[each.name] = answer.status
    # The door of a share link asks for no token: shared_pages.py says why.
    assert passed.keys() == {"editor:share"}


@pytest.mark.parametrize(("person", "role"), [(RITA, "reviewer"), (ADAM, "administrator")])
def test_acts_on_chosen_rows_are_offered_to_those_who_may(person, role):
    allowed = {act for act, people in ACTIONS.items() if person in people}
    allowed |= {(name, "delete_selected") for name in MODELS if person in MODELS[name].delete}
    assert every_action(role) == allowed


@pytest.mark.parametrize(("model", "act"), ACTIONS)
def test_acts_on_chosen_rows_are_done_for_those_alone(walker, model, act):
    chosen = {"action": act, "_selected_action": [str(walker.things[f"admin {model}"])]}
    for person in PEOPLE:
        answer = walker.ask(person, "POST", f"/admin/editor/{model}/", chosen)
        if person in ACTIONS[model, act]:
            assert answer.status in (200, 302)
            assert not answer.leads_to_login
        else:
            assert not answer.writes
            assert answer.status in (302, 403)
