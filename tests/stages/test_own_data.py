"""Alice takes everything with her: all that is hers, no secret, nothing of anybody else."""

import hashlib
import json

import pytest
from django.utils import timezone

from editor import archives, keeping, own_data, purging, trash
from editor.archives import ask_for_everything
from editor.models import Archive, JobState, NoticeSetting, Picture, Result, Share
from editor.notices import new_secret
from editor.sharing_links import Limits, Shown, make_share
from tests.factories import make_job, make_picture
from tests.stages.test_archives import edited, packed, packing_folder  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def rows(opened, table: str) -> list[dict]:
    return json.loads(opened.read(f"data/{table}.json"))


@pytest.fixture
def hers(alice, settings):
    """An edit of Alice's with its result, a tag, a link and a webhook."""
    job = edited(alice, settings)
    keeping.tag(alice, [job.picture_id], ["garden"])
    make_share(alice, Shown(job.picture), Limits())
    setting = NoticeSetting(user=alice, webhook_url="https://hooks.example/")
    new_secret(setting)
    setting.save()
    return job


def test_all_files_and_rows_are_in_it_and_each_is_what_the_manifest_says(hers, alice, bob):
    make_job(bob, JobState.DONE, picture=make_picture(bob, name="bobs.png"))
    opened = packed(ask_for_everything(alice))
    listed = json.loads(opened.read("manifest.json"))["files"]
    for name, told in listed.items():
        assert hashlib.sha256(opened.read(name)).hexdigest() == told["sha256"]
    folders = sorted(name.partition("/")[0] for name in listed)
    assert folders.count("pictures") == Picture.objects.filter(owner=alice).count()
    assert folders.count("masks") == 1
    assert folders.count("answers") == Result.objects.count()
    (edit,) = rows(opened, "edits")
    assert (edit["prompt"], edit["id"]) == ("make it golden", str(hers.pk))
    assert [tag["name"] for tag in rows(opened, "tags")] == ["garden"]
    assert {entry["kind"] for entry in rows(opened, "money")} == {"reserve"}
    assert rows(opened, "history")
    assert rows(opened, "account")[0]["username"] == "alice"
    assert {name for name, _ in own_data.tables_of(alice)} == {
        name.removeprefix("data/").removesuffix(".json")
        for name in opened.namelist()
        if name.startswith("data/")
    }
    assert all("bob" not in name for name in opened.namelist())


def test_no_secret_is_in_it_and_nothing_of_bobs(hers, alice, bob):
    make_job(bob, picture=make_picture(bob, name="bobs.png"))
    text = b"".join(data for _, data in own_data.tables_of(alice)).decode()
    secret = NoticeSetting.objects.get().webhook_secret
    token = Share.objects.get().token_sha256
    for hidden in (secret, token, alice.password, "key_hash", "session_key", "bobs.png"):
        assert hidden not in text
    assert "https://hooks.example/" in text


def test_what_staff_withhold_stays_here(hers, alice):
    made = Result.objects.get().picture
    Picture.objects.filter(pk=made.pk).update(withheld_at=timezone.now())
    opened = packed(ask_for_everything(alice))
    assert not any(str(made.pk) in name for name in opened.namelist())
    assert not any(name.startswith("answers/") for name in opened.namelist())
    assert str(made.pk) not in [row["id"] for row in rows(opened, "pictures")]


def test_much_comes_in_parts_and_the_rows_are_in_the_first(hers, alice, monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 5000)
    first = ask_for_everything(alice)
    parts = list(Archive.objects.of_wish(first))
    assert len(parts) > 1
    opened = [packed(part) for part in parts]
    files = [json.loads(each.read("manifest.json"))["files"] for each in opened]
    assert sum(map(len, files)) == Picture.objects.filter(owner=alice).count() + 2
    assert [any(name.startswith("data/") for name in each.namelist()) for each in opened] == [
        True,
        *[False] * (len(parts) - 1),
    ]


def test_who_has_nothing_yet_gets_the_rows_alone(alice):
    opened = packed(ask_for_everything(alice))
    assert rows(opened, "edits") == []
    assert rows(opened, "account")[0]["username"] == "alice"


def test_an_edit_that_is_erased_takes_the_archive_that_tells_of_it_along(hers, alice):
    archive = ask_for_everything(alice)
    packed(archive)
    assert not trash.put_edits_into_trash(alice, [hers.pk]).refused
    purging.empty_trash(alice)
    while purging.erase_some() and not hers.purged_at:
        hers.refresh_from_db()
    assert not Archive.objects.exists()
