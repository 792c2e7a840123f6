"""Alice deletes her account: no byte and no word of hers remains, money and history do."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth import authenticate
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from editor import departures, purging
from editor.audit import record
from editor.invariants import broken_invariants
from editor.leaving import leave
from editor.models import (
    Archive,
    AuditEntry,
    Departure,
    EditJob,
    Event,
    Invitation,
    JobState,
    LedgerEntry,
    Notice,
    NoticeSetting,
    Picture,
    PromptTemplate,
    Share,
    StaffAlert,
    Tag,
    User,
)
from editor.roles import RoleRefused
from editor.sharing_links import Limits, Shown, make_share
from tests.conftest import logged_in
from tests.factories import make_job, make_picture
from tests.stages.test_purging import (
    SECRET,
    SIZE,
    digests,
    edited,
    erase_all,
    everything_of,
    model,  # noqa: F401
    words_in_rows,
)
from tests.stages.test_verify_storage import a_storage_of_its_own  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def gone_for_good() -> None:
    """Let the workers do what they do, until nothing is left."""
    for _ in range(3):
        departures.sweep()
        erase_all()
    departures.sweep()


def invited(person, mail: str, by) -> None:
    """She came by an invitation that was sent to her, made in the administration."""
    invitation = Invitation.objects.create(
        mail=mail, made_by=by, used_by=person, used_at=timezone.now(), ends_at=timezone.now()
    )
    LogEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(Invitation),
        object_id=str(invitation.pk),
        object_repr=str(invitation),
        action_flag=ADDITION,
    )


def test_no_byte_and_no_word_remains_but_what_it_cost_does(alice, bob, adam, model):  # noqa: F811
    edited(bob, model, picture=make_picture(bob, SIZE, "bob.png"))
    EditJob.objects.update(prompt="bob's own words")
    bobs = digests()
    User.objects.filter(pk=alice.pk).update(
        username=f"{SECRET}-alice", email=f"{SECRET}@example.org", first_name=SECRET
    )
    alice.refresh_from_db()
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    invited(alice, alice.email, adam)
    spending = StaffAlert.Kind.SPENDING
    StaffAlert.objects.tell(spending, f"{alice}: 2026-11-01", f"{alice} has used 80 %.")
    StaffAlert.objects.tell(spending, "The server: 2026-11-01", "The server has used 80 %.")
    PromptTemplate.objects.create(owner=alice, name=SECRET, prompt=f"{SECRET} gold")
    NoticeSetting.objects.create(user=alice, webhook_url=f"https://{SECRET}.example/")
    record("account.changed", by=alice, on=alice, why=f"{SECRET} asked")
    everything_of(alice, model)
    make_share(alice, Shown(Picture.objects.filter(owner=alice).first()), Limits())
    assert digests().keys() > bobs.keys()
    money = list(LedgerEntry.objects.values_list("kind", "amount_nano"))
    history = set(Event.objects.values_list("pk", flat=True))

    leave(alice)
    gone_for_good()

    assert digests() == bobs
    # What somebody gave as a reason was their own word for the log, and stands in no name of hers.
    assert [row for row in words_in_rows() if not row.startswith("AuditEntry")] == []
    for kind in (Tag, Share, PromptTemplate, NoticeSetting, Notice):
        owner = "user" if kind is NoticeSetting else "owner"
        assert not kind.objects.filter(**{owner: alice}).exists()
    assert not EmailAddress.objects.exists()
    assert not Archive.objects.filter(owner=alice).exists()
    assert Departure.objects.get().done_at is not None
    assert list(LedgerEntry.objects.values_list("kind", "amount_nano")) == money
    assert history <= set(Event.objects.values_list("pk", flat=True))
    assert SECRET not in str(list(AuditEntry.objects.values_list("who_name", "thing_label")))
    assert broken_invariants(read_bytes=True) == []
    assert EditJob.objects.get(owner=bob).prompt == "bob's own words"
    assert StaffAlert.objects.filter(kind=spending).count() == 1, "the server's own stays"


def test_nobody_keeps_her_here_by_taking_the_name_that_she_would_get(alice, bob):
    bob.username = f"Deleted-{alice.pk}"
    bob.save()
    leave(alice)
    alice.refresh_from_db()
    assert alice.username.startswith(f"deleted-{alice.pk}-")


def test_she_is_out_everywhere_at_once_and_nobody_comes_in_as_her(alice):
    phone, other = logged_in(alice), logged_in(alice)
    leave(alice)
    assert [client.get("/").status_code for client in (phone, other)] == [302, 302]
    assert authenticate(username="alice", password="alice-paints-2026") is None
    alice.refresh_from_db()
    assert (alice.is_active, alice.has_usable_password(), alice.email) == (False, False, "")
    # Her name is free again, for somebody who gets nothing of hers.
    newcomer = User.objects.create_user("alice", password="another-alice-2026")
    assert not Picture.objects.filter(owner=newcomer).exists()


def test_what_waits_is_cancelled_for_free_and_what_runs_ends_first(alice):
    waiting = make_job(alice)
    held = make_job(alice, JobState.HELD, masked=False, picture=waiting.picture)
    running = make_job(alice, JobState.CALLING, picture=waiting.picture, masked=False)
    leave(alice)
    for job in (waiting, held):
        job.refresh_from_db()
        assert (job.state, job.charged) == (JobState.CANCELLED, EditJob.Charged.NO)
    gone_for_good()
    running.refresh_from_db()
    assert (running.state, running.purged_at) == (JobState.CALLING, None)
    assert Departure.objects.get().done_at is None
    assert storage_has(waiting.picture)  # the call may need it

    running.move(JobState.UNKNOWN, "Nobody knows.")
    gone_for_good()
    running.refresh_from_db()
    assert running.state == JobState.FAILED
    assert running.purged_at is not None
    assert Departure.objects.get().done_at is not None


def storage_has(picture: Picture) -> bool:
    return Picture.objects.get(pk=picture.pk).purged_at is None


def test_a_worker_that_died_after_the_first_step_is_followed_by_one_that_ends_it(
    alice, monkeypatch
):
    job = make_job(alice)

    def dies(_person: User) -> bool:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(departures, "go_on", dies)
        leave(alice)  # it is deleted all the same, and she is told so
        departures.sweep()
    assert not User.objects.get(pk=alice.pk).is_active
    gone_for_good()
    job.refresh_from_db()
    assert job.purged_at is not None


def test_storage_that_is_away_keeps_it_open_until_all_is_erased(alice, monkeypatch):
    make_job(alice)
    leave(alice)

    def away(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(purging.storage, "drop_folder", away)
        purging.erase_some()
        departures.sweep()
        assert Departure.objects.get().done_at is None
    gone_for_good()
    assert Departure.objects.get().done_at is not None


def test_an_upload_that_was_on_its_way_when_she_left_is_erased_too(alice):
    leave(alice)
    gone_for_good()
    assert Departure.objects.get().done_at is not None
    late = make_picture(alice)
    gone_for_good()
    assert not storage_has(late)


def test_the_last_administrator_stays(adam, alice):
    with pytest.raises(RoleRefused):
        leave(adam)
    adam.refresh_from_db()
    assert adam.is_active
    assert not Departure.objects.exists()
    alice.role = User.Role.ADMINISTRATOR
    alice.save()
    leave(adam)
    assert not User.objects.get(pk=adam.pk).is_administrator


def test_bob_keeps_all_of_his(alice, bob):
    kept = make_job(bob, JobState.DONE)
    make_job(alice, JobState.DONE)
    leave(alice)
    gone_for_good()
    kept.refresh_from_db()
    assert (kept.prompt, kept.purged_at) == ("make it golden", None)
    assert storage_has(kept.picture)
    assert Departure.objects.get().at <= timezone.now()
