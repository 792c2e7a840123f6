"""The audit log: what a row says, who may change it, and what is found when somebody did."""

import shutil
import threading

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction

from editor import audit
from editor.audit import UnknownAct, record
from editor.audit_chain import broken_links, head_in_words, heads_that_differ
from editor.models import AuditEntry, AuditHead, User
from editor.models.search_tables import make
from tests.factories import make_job, make_picture
from tests.faults.place import using_database

pytestmark = pytest.mark.django_db

BLANK = "salt = '', who_name = '', address = '', thing_label = ''"
SAID = (
    "body, words, salt, at, action, who, who_name, who_role, thing_type, thing_id, thing_label, "
    "address, request_id, why, facts"
)
# No sequence gives 0, so that this row meets no other, however many tests wrote before.
INSERTED = (
    f"INSERT INTO editor_auditentry (id, number, previous, hash, {SAID}) "  # noqa: S608
    f"SELECT 0, 6, hash, 'x', {SAID} FROM editor_auditentry WHERE number = 5"
)


def linked():
    """What is linked when a transaction ends is linked now."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def some_acts(person, count=5):
    for number in range(count):
        record("job.judged", by=person, why=f"reason {number}", facts={"verdict": "approved"})
    linked()


def broken():
    return [f"{row} {why}" for row, why in broken_links()]


def behind_the_guards(statement, *values):
    """Do what somebody could do who owns the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            names = cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' "
                "AND name LIKE 'editor_audit%'"
            ).fetchall()
            for (name,) in names:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(statement, values)
            make(connection)
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement, values)
            cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_row_says_who_did_what_on_what_from_where_and_why(rita, alice, rf):
    rita.role = User.Role.ADMINISTRATOR
    request = rf.post("/", REMOTE_ADDR="192.0.2.7")
    with audit.answering(request):
        record("account.changed", by=rita, on=alice, why="She asked", facts={"b": 1, "a": [True]})
    linked()
    row = AuditEntry.objects.get()
    assert (row.who, row.who_name, row.who_role) == (rita.pk, "rita", "administrator")
    assert (row.thing_type, row.thing_id, row.thing_label) == ("user", str(alice.pk), "alice")
    assert (row.action, row.address, row.why) == ("account.changed", "192.0.2.7", "She asked")
    assert row.facts == '{"a":[true],"b":1}'
    assert row.facts_told == {"a": [True], "b": 1}
    assert (row.number, row.previous) == (1, "")
    assert broken() == []


def test_nobody_writes_down_an_act_without_a_name(rita):
    with pytest.raises(UnknownAct):
        record("job.jduged", by=rita)
    with pytest.raises(ValueError, match="characters of facts"):
        record("job.judged", by=rita, facts={"much": "x" * 9000})
    assert not AuditEntry.objects.exists()


def test_neither_prompt_nor_file_name_gets_into_the_log(rita, alice):
    job = make_job(alice, prompt="a secret garden", picture=make_picture(alice, name="diary.png"))
    record("job.judged", by=rita, on=job)
    record("picture.looked_at", by=rita, on=job.picture)
    for row in AuditEntry.objects.all():
        said = " ".join(str(value) for value in vars(row).values())
        assert "secret" not in said
        assert job.picture.name not in said


def test_an_act_that_is_taken_back_leaves_no_row(rita):
    some_acts(rita, 1)
    with transaction.atomic():
        record("job.judged", by=rita)
        transaction.set_rollback(True)
    some_acts(rita, 1)
    assert AuditEntry.objects.count() == 2
    assert broken() == []


def test_rows_cannot_be_changed_or_deleted(rita):
    some_acts(rita, 2)
    row = AuditEntry.objects.first()
    refusals = [
        row.save,
        row.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(why="another"),
        lambda: AuditEntry.objects.bulk_update([row], ["why"]),
        lambda: AuditEntry.objects.bulk_create([AuditEntry()]),
    ]
    for refused in refusals:
        with pytest.raises(TypeError, match="only grows"):
            refused()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE editor_auditentry SET why = 'another'",
        "UPDATE editor_auditentry SET number = number + 10",
        "UPDATE editor_auditentry SET hash = 'x' WHERE number = 1",
        "UPDATE editor_auditentry SET who_name = 'bob'",
        "UPDATE editor_auditentry SET who_name = ''",
        f"UPDATE editor_auditentry SET {BLANK}, who = 7",  # noqa: S608
        "DELETE FROM editor_auditentry WHERE number = 2",
        "DELETE FROM editor_auditentry",
        "UPDATE editor_audithead SET number = 1",
        "UPDATE editor_audithead SET hash = 'x'",
        "DELETE FROM editor_audithead",
        "TRUNCATE editor_auditentry",
        "TRUNCATE editor_audithead",
        "INSERT OR REPLACE INTO editor_auditentry SELECT * FROM editor_auditentry WHERE number = 1",
    ],
)
def test_the_database_itself_refuses(rita, statement):
    if connection.vendor != ("postgresql" if "TRUNCATE" in statement else connection.vendor):
        pytest.skip("SQLite knows no TRUNCATE")
    if connection.vendor == "postgresql" and "OR REPLACE" in statement:
        pytest.skip("Postgres knows no INSERT OR REPLACE")
    some_acts(rita, 2)
    before = list(AuditEntry.objects.values_list())
    refused = pytest.raises(IntegrityError, match="only grows")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(AuditEntry.objects.values_list()) == before
    assert broken() == []


def test_the_guards_are_there_again_after_a_migration(rita):
    call_command("migrate", verbosity=0)
    some_acts(rita, 1)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM editor_auditentry")


TAMPERING = {
    "changed": ("UPDATE editor_auditentry SET why = 'another' WHERE number = 3", "something else"),
    "other facts": ("UPDATE editor_auditentry SET facts = '{}' WHERE number = 3", "something else"),
    "other time": (
        "UPDATE editor_auditentry SET at = '2020-01-01 00:00:00+00:00' WHERE number = 3",
        "something else",
    ),
    "other person": ("UPDATE editor_auditentry SET who_name = 'bob' WHERE number = 3", "names"),
    "other address": ("UPDATE editor_auditentry SET address = '::1' WHERE number = 3", "names"),
    "deleted": ("DELETE FROM editor_auditentry WHERE number = 3", "no row 3"),
    "several deleted": ("DELETE FROM editor_auditentry WHERE number IN (2, 3)", "no row 2 to 3"),
    "first deleted": ("DELETE FROM editor_auditentry WHERE number = 1", "no row 1"),
    "cut off": ("DELETE FROM editor_auditentry WHERE number > 3", "ends at 3, and 5"),
    "emptied": ("DELETE FROM editor_auditentry", "ends at 0, and 5"),
    "inserted": (
        INSERTED,
        "not linked",
    ),
    "never linked": (
        "UPDATE editor_auditentry SET number = NULL WHERE number = 5",
        "never linked",
    ),
    "blanked": (
        f"UPDATE editor_auditentry SET {BLANK} WHERE number = 3",  # noqa: S608
        "no row says they were forgotten",
    ),
}


@pytest.mark.parametrize("kind", TAMPERING)
def test_what_was_done_behind_the_guards_is_found(rita, kind):
    statement, word = TAMPERING[kind]
    some_acts(rita)
    assert broken() == []
    behind_the_guards(statement)
    found = broken()
    assert any(word in sentence for sentence in found), found


def test_rows_that_changed_places_are_found(rita):
    some_acts(rita)
    for old, new in ((2, -1), (3, 2), (-1, 3)):
        behind_the_guards("UPDATE editor_auditentry SET number = %s WHERE number = %s", new, old)
    assert any("audit entry 2 does not follow" in sentence for sentence in broken())


def test_a_tail_that_was_cut_off_with_the_head_is_found_by_heads_kept_elsewhere(rita, log):
    some_acts(rita)
    line = head_in_words()
    rows = AuditEntry.objects.filter(number=3).values_list("hash", flat=True)
    behind_the_guards("DELETE FROM editor_auditentry WHERE number > 3")
    behind_the_guards("UPDATE editor_audithead SET number = 3, hash = %s", rows[0])
    assert broken() == [], "the rows alone cannot tell"
    assert list(heads_that_differ([f"12:00 INFO {line}\n", "something else"])) == [
        ("audit entry 5", "is gone, and was there when its head was written")
    ]
    some_acts(rita, 2)
    assert [why for _, why in heads_that_differ([line])] == [
        "is not the one whose head was written down"
    ]


def test_each_head_is_written_into_the_log(rita, log, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record("job.judged", by=rita)
        linked()
    assert head_in_words() in log.getvalue()
    assert list(heads_that_differ(log.getvalue().splitlines())) == []


def test_names_are_forgotten_and_the_chain_holds(rita, alice, bob, rf):
    request = rf.get("/", REMOTE_ADDR="192.0.2.9")
    record("share.made", by=alice, request=request)
    record("account.changed", by=rita, on=alice, request=request)
    record("share.made", by=bob, request=request)
    linked()
    assert audit.forget_names(alice.pk, by=rita, why="She asked") == 2
    linked()
    assert broken() == []
    hers, about_her, his, forgetting = AuditEntry.objects.order_by("id")
    assert (hers.who, hers.who_name, hers.address, hers.salt) == (alice.pk, "", "", "")
    assert (about_her.who, about_her.thing_id) == (rita.pk, str(alice.pk))
    assert about_her.thing_label == ""
    assert (his.who_name, his.address) == ("bob", "192.0.2.9")
    assert forgetting.facts_told == {"person": alice.pk, "rows": 2}
    behind_the_guards("UPDATE editor_auditentry SET who_name = 'alice' WHERE number = 1")
    assert [why for _, why in broken_links()] == ["has names again that were forgotten"]


def test_verify_tells_of_a_broken_chain_and_of_the_head(rita, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("editor.invariants.SECOND_LOOK_SECONDS", 0)
    some_acts(rita)
    call_command("verify")
    told = capsys.readouterr().out
    assert told.splitlines() == ["Every invariant holds.", head_in_words()]
    kept = tmp_path / "heads.txt"
    kept.write_text(told)
    call_command("verify", heads=kept)
    behind_the_guards("UPDATE editor_auditentry SET why = 'another' WHERE number = 3")
    with pytest.raises(SystemExit):
        call_command("verify")
    assert "I6 audit entry 3: says something else than was written" in capsys.readouterr().out


def write_at_once(person):
    """Eight who write thirteen rows each; gives what went wrong."""
    problems = []

    def write(number):
        try:
            for turn in range(10):
                with transaction.atomic():
                    record("job.judged", by=person, facts={"writer": number, "turn": turn})
                    if turn % 3 == 2:
                        record("alert.resolved", by=person)
        except Exception as error:  # noqa: BLE001, told below
            problems.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return problems


def is_one_chain():
    numbers = list(AuditEntry.objects.order_by("number").values_list("number", flat=True))
    return numbers == list(range(1, 8 * 13 + 1)) and AuditHead.objects.get().number == 8 * 13


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_make_one_chain(rita, migrated_file, tmp_path):
    if connection.vendor != "sqlite":
        assert write_at_once(rita) == []
        assert is_one_chain()
        assert broken() == []
        return
    # The database in memory that tests use knows no waiting; one in a file does.
    shutil.copy(migrated_file, tmp_path / "audit.sqlite3")
    with using_database(f"sqlite:///{tmp_path}/audit.sqlite3"):
        assert write_at_once(rita) == []
        assert is_one_chain()
        assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_two_acts_never_wait_for_each_other_in_a_ring(rita, alice):
    """Each changes both accounts, in the other order, and writes a row after each change."""
    if connection.vendor == "sqlite":
        pytest.skip("one write at a time")
    both_have_one = threading.Barrier(2)
    problems = []

    def change(first, second):
        try:
            with transaction.atomic():
                record("account.changed", by=rita, on=first)
                both_have_one.wait(5)
                record("account.changed", by=rita, on=second)
        except Exception as error:  # noqa: BLE001, told below
            problems.append(error)
        finally:
            connections.close_all()

    acts = [threading.Thread(target=change, args=pair) for pair in ((rita, alice), (alice, rita))]
    for act in acts:
        act.start()
    for act in acts:
        act.join()
    assert problems == []
    assert AuditEntry.objects.count() == 4
    assert broken() == []
