"""Alice chooses what she is told, and how; nobody else learns of it."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from editor import webhooks
from editor.models import AuditEntry, JobState, Notice, NoticeSetting
from editor.notices import unseal
from editor.webhooks import Answer
from tests.factories import make_job

pytestmark = pytest.mark.django_db

PAGE = "/account/notices/"
HOOK = "https://hooks.example/nanoedit"


@pytest.fixture(autouse=True)
def nothing_tried_yet():
    cache.clear()


@pytest.fixture
def called(monkeypatch):
    """What was posted to webhooks; they all answer."""
    calls = []
    monkeypatch.setattr(webhooks, "post", lambda *told: calls.append(told) or Answer(True))
    return calls


def with_address(user, *, verified=True) -> None:
    user.email = f"{user.username}@example.org"
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)


def ticked(page: str) -> list[tuple[str, str]]:
    return re.findall(r'type="checkbox" name="(\w+)" value="(\w+)" checked', page)


def test_the_matrix_holds_what_alice_has_ticked_and_nothing_else(alices, alice):
    assert len(ticked(alices.get(PAGE).content.decode())) == 7  # all of the browser's
    form = {"mail": ["done", "failed", "nonsense"], "webhook": ["verdict"]}
    page = alices.post(PAGE, form, follow=True).content.decode()
    assert ticked(page) == [("mail", "done"), ("mail", "failed"), ("webhook", "verdict")]
    setting = NoticeSetting.objects.get()
    assert (setting.user, setting.mail, setting.site) == (
        alice,
        ["done", "failed"],
        "http://testserver",
    )


def test_the_secret_of_a_webhook_is_shown_once_and_kept_sealed(alices, alice):
    page = alices.post(f"{PAGE}webhook/", {"url": HOOK}).content.decode()
    (secret,) = re.findall(r"whsec_[\w-]+", page)
    assert "whsec_" not in alices.get(PAGE).content.decode()
    setting = NoticeSetting.objects.get()
    assert unseal(setting.webhook_secret, of=setting.secret_is_of) == secret
    assert len(setting.webhook) == 7
    alices.post(f"{PAGE}webhook/", {"url": f"{HOOK}/2"})
    assert NoticeSetting.objects.get().webhook_secret == setting.webhook_secret
    again = alices.post(f"{PAGE}webhook/", {"url": HOOK, "new_secret": "1"}).content.decode()
    assert re.findall(r"whsec_[\w-]+", again) != [secret]
    entries = AuditEntry.objects.filter(action="webhook.changed")
    assert entries.count() == 3
    assert "hooks.example" not in str(list(entries.values()))
    alices.post(f"{PAGE}webhook/", {"url": ""})
    assert not NoticeSetting.objects.get().webhook_url


@pytest.mark.parametrize("url", ["http://hooks.example/", "https://10.0.0.1:22/", "file:///etc"])
def test_an_address_that_is_never_called_is_refused_in_words(alices, url):
    answer = alices.post(f"{PAGE}webhook/", {"url": url})
    assert answer.status_code == 422
    assert 'id="webhook-problem"' in answer.content.decode()
    assert not NoticeSetting.objects.exists()


def test_the_test_buttons_send_one_and_not_a_flood(alices, alice, called):
    assert "no webhook" in alices.post(f"{PAGE}webhook/test/", follow=True).content.decode()
    assert "no confirmed mail" in alices.post(f"{PAGE}mail/test/", follow=True).content.decode()
    alices.post(f"{PAGE}webhook/", {"url": HOOK})
    with_address(alice)
    assert "your webhook works" in alices.post(f"{PAGE}webhook/test/", follow=True).content.decode()
    for _ in range(3):
        page = alices.post(f"{PAGE}mail/test/", follow=True).content.decode()
        assert "One test in 10 seconds" in page
    assert len(called) == 1
    assert mail.outbox == []


def test_a_letter_for_a_test_goes_to_the_confirmed_address(alices, alice):
    with_address(alice)
    page = alices.post(f"{PAGE}mail/test/", follow=True).content.decode()
    assert "Sent to alice@example.org" in page
    assert [letter.to for letter in mail.outbox] == [["alice@example.org"]]


def test_an_address_that_is_not_confirmed_is_named_as_such(alices, alice):
    with_address(alice, verified=False)
    page = alices.get(PAGE).content.decode()
    assert "alice@example.org is not confirmed yet" in page
    assert "Send a test" not in page


def test_the_browser_is_told_of_what_has_just_ended_and_charlie_is_not(alices, charlies, alice):
    job = make_job(alice, JobState.CALLING)
    job.move(JobState.FAILED, "It failed.")
    (told,) = alices.get(f"{PAGE}recent/").json()["notices"]
    assert told["url"] == job.get_absolute_url()
    assert told["text"].startswith("Failed: garden.png")
    assert "golden" not in told["text"]
    assert charlies.get(f"{PAGE}recent/").json() == {"notices": []}
    Notice.objects.update(in_browser=False)
    assert alices.get(f"{PAGE}recent/").json() == {"notices": []}


def test_a_webhook_that_was_switched_off_says_so_until_it_is_saved_again(alices, alice):
    alices.post(f"{PAGE}webhook/", {"url": HOOK})
    NoticeSetting.objects.update(
        webhook_off_at=timezone.now(), webhook_problem="It answered HTTP 500."
    )
    page = alices.get(PAGE).content.decode()
    assert "It was switched off" in page
    assert "It answered HTTP 500." in page
    alices.post(f"{PAGE}webhook/", {"url": HOOK})
    assert "It was switched off" not in alices.get(PAGE).content.decode()
    assert NoticeSetting.objects.get().webhook_is_on
