"""Unfinished work is kept: one draft per picture, and no device overwrites what it has not seen."""

import io
import logging
import uuid
from datetime import timedelta

import numpy as np
import pytest
from django.db.models.functions import Now
from django.utils import timezone
from PIL import Image

from editor import drafts, storage
from editor.drafts import DraftMoved, DraftNotStored, Left, save_draft
from editor.imaging.framing import Box
from editor.imaging.masking import MaskRefused
from editor.imaging.planning import FrameChoice, FrameWish
from editor.invariants import broken_invariants
from editor.models import Draft, DraftMask, JobState, Picture
from tests.factories import make_job, make_picture, mask_bytes

pytestmark = pytest.mark.django_db

HALF = (0, 0, 160, 240)


def left(prompt: str = "make it golden", mask: bytes | uuid.UUID | None = None, **more) -> Left:
    """What somebody leaves behind."""
    usual = {
        "model_id": "sandbox/inpaint",
        "n": 2,
        "size": "auto",
        "frame": FrameWish(),
        "references": (),
        "view": None,
        "device": "Firefox on Linux",
        "changed_at": timezone.now(),
    }
    return Left(prompt=prompt, mask=mask, **{**usual, **more})


def save(picture: Picture, what: Left, base: Draft | None = None, **how) -> Draft:
    """Save as the page does, with a fresh name for what is saved."""
    how.setdefault("revision", uuid.uuid4())
    return save_draft(picture, what, base=base.revision if base else None, **how)


def painted(mask: DraftMask) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(storage.get(mask.file.name)))) > 0


@pytest.fixture
def picture(alice) -> Picture:
    return make_picture(alice)


def test_everything_that_was_left_is_there_again(picture, alice):
    lent = make_picture(alice, (90, 60))
    by_hand = FrameWish(FrameChoice.BY_HAND, box=Box(10, 20, 110, 90))
    what = left(mask=mask_bytes(), frame=by_hand, references=[lent.pk], view={"tool": "lasso"})
    save(picture, what)
    kept = Draft.objects.current(picture)
    assert (kept.prompt, kept.model_id, kept.n, kept.size) == (
        "make it golden",
        "sandbox/inpaint",
        2,
        "auto",
    )
    assert kept.frame_wish == by_hand
    assert (kept.references, kept.view) == ([str(lent.pk)], {"tool": "lasso"})
    assert painted(kept.mask)[60:120, 80:160].all()
    assert painted(kept.mask).sum() == 80 * 60
    assert broken_invariants(read_bytes=True) == []


def test_a_second_device_goes_on_and_the_first_one_is_told(picture):
    desk = save(picture, left("a lamp"))
    phone = save(picture, left("a lamp, please"), desk)
    with pytest.raises(DraftMoved) as moved:
        save(picture, left("no lamp"), desk)
    assert moved.value.current == phone
    assert Draft.objects.current(picture).prompt == "a lamp, please"
    with pytest.raises(DraftMoved):
        save(picture, left("never seen anything"), None)


def test_the_very_same_save_sent_twice_is_one(picture):
    name = uuid.uuid4()
    once = save(picture, left("a lamp", mask_bytes()), revision=name)
    again = save(picture, left("a lamp", mask_bytes()), revision=name)
    assert again == once
    assert DraftMask.objects.count() == 1


def test_a_draft_begun_anew_is_not_taken_for_the_old_one(picture):
    old = save(picture, left("a lamp"))
    drafts.forget(picture)
    with pytest.raises(DraftMoved) as moved:
        save(picture, left("a lamp, please"), old)
    assert moved.value.current is None
    save(picture, left("a tree"))
    with pytest.raises(DraftMoved):
        save(picture, left("a lamp, please"), old)


def test_strokes_that_did_not_change_are_not_sent_again(picture):
    first = save(picture, left("a", mask_bytes()))
    second = save(picture, left("ab", first.mask_id), first)
    assert second.mask == first.mask
    strange = left("abc", uuid.uuid4())
    with pytest.raises(DraftMoved):
        save(picture, strange, second)


def test_a_mask_of_another_size_or_no_mask_is_refused_and_nothing_changes(picture):
    first = save(picture, left("a lamp", mask_bytes()))
    for data in (mask_bytes((100, 100)), b"no picture", mask_bytes()[:80]):
        with pytest.raises(MaskRefused):
            save(picture, left("a tree", data), first)
    assert Draft.objects.current(picture).prompt == "a lamp"
    faint = Image.new("L", (320, 240), 3)
    out = io.BytesIO()
    faint.save(out, "PNG")
    assert save(picture, left("a tree", out.getvalue()), first).mask is None


def test_what_is_set_aside_can_be_brought_back(picture):
    first = save(picture, left("a lamp", mask_bytes()))
    second = save(picture, left("a tree", mask_bytes(box=HALF)), first, set_aside=True)
    (aside,) = Draft.objects.aside(picture)
    assert (aside.prompt, aside.mask, aside.revision) == ("a lamp", first.mask, first.revision)
    third = save(
        picture, left("a lamp", aside.mask_id), second, set_aside=True, from_aside=aside.pk
    )
    assert third.mask == first.mask
    assert [each.prompt for each in Draft.objects.aside(picture)] == ["a tree"]


def test_only_the_newest_few_lie_aside_and_blank_ones_never(picture):
    now = save(picture, left(""), None)
    for number in range(drafts.MOST_ASIDE + 3):
        now = save(picture, left(f"wish {number}"), now, set_aside=True)
    beside = [each.prompt for each in Draft.objects.aside(picture)]
    newest = drafts.MOST_ASIDE + 1
    assert beside == [f"wish {newest - back}" for back in range(drafts.MOST_ASIDE)]


def test_storage_that_is_away_changes_nothing_and_no_file_is_forgotten(picture, monkeypatch):
    first = save(picture, left("a lamp", mask_bytes()))

    def away(*_: object) -> str:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(storage, "put", away)
        with pytest.raises(DraftNotStored):
            save(picture, left("a tree", mask_bytes(box=HALF)), first)
    kept = Draft.objects.current(picture)
    assert (kept.prompt, kept.mask) == ("a lamp", first.mask)
    save(picture, left("a tree", mask_bytes(box=HALF)), first)


def age_all() -> None:
    later = Now() - drafts.KEEP_REPLACED - timedelta(minutes=1)
    DraftMask.objects.exclude(let_go_at=None).update(let_go_at=later)


def test_replaced_strokes_go_an_hour_later_and_never_those_that_are_needed(picture, monkeypatch):
    first = save(picture, left("a", mask_bytes()))
    second = save(picture, left("b", mask_bytes(box=HALF)), first)
    assert drafts.sweep_masks() == 0, "a page may still be reading it"
    assert storage.get(first.mask.file.name)
    age_all()

    def away(*_: object) -> None:
        raise OSError("storage is away")

    with monkeypatch.context() as patched:
        patched.setattr(storage, "drop", away)
        assert drafts.sweep_masks() == 0
    assert drafts.sweep_masks() == 1
    with pytest.raises(FileNotFoundError):
        storage.get(first.mask.file.name)
    assert storage.get(second.mask.file.name)
    age_all()
    assert drafts.sweep_masks() == 0


def test_a_file_of_which_the_draft_was_never_written_is_swept(picture):
    orphan = uuid.uuid4()
    key = storage.put(storage.draft_mask_key(orphan), mask_bytes())
    DraftMask.objects.create(id=orphan, picture=picture, file=key, sha256="0" * 64)
    drafts.sweep_masks()
    age_all()
    assert drafts.sweep_masks() == 1
    with pytest.raises(FileNotFoundError):
        storage.get(key)


def test_forgetting_drops_rows_and_files(picture):
    first = save(picture, left("a", mask_bytes()))
    second = save(picture, left("b", mask_bytes(box=HALF)), first, set_aside=True)
    drafts.forget(picture)
    assert not Draft.objects.exists()
    assert not DraftMask.objects.exists()
    for each in (first, second):
        with pytest.raises(FileNotFoundError):
            storage.get(each.mask.file.name)


def test_a_picture_is_marked_until_its_draft_was_sent(picture, alice):
    def is_marked() -> bool:
        return Draft.objects.mark(Picture.objects.filter(pk=picture.pk), alice).get().has_draft

    assert not is_marked()
    blank = save(picture, left(""))
    assert not is_marked()
    kept = save(picture, left("a lamp"), blank)
    assert is_marked()
    make_job(alice, JobState.DONE, picture=picture, masked=False)
    assert not is_marked()
    # What was changed before the edit but arrived after it is no newer.
    late = left("a lamp", changed_at=timezone.now() - timedelta(minutes=5))
    kept = save(picture, late, kept)
    assert not is_marked()
    save(picture, left("a lamp at night"), kept)
    assert is_marked()


def test_no_prompt_stands_in_the_log(picture, caplog, monkeypatch):
    def away(*_: object) -> str:
        raise OSError("no space left")

    monkeypatch.setattr(storage, "put", away)
    with caplog.at_level(logging.DEBUG), pytest.raises(DraftNotStored):
        save(picture, left("the secret wish", mask_bytes()))
    assert "secret" not in caplog.text


def test_a_save_that_was_under_way_leaves_nothing_on_a_picture_deleted_meanwhile(alice, picture):
    Picture.objects.filter(pk=picture.pk).update(deleted_at=timezone.now())
    drafts.forget(picture)
    with pytest.raises(DraftMoved) as moved:
        save(picture, left("the secret wish", mask_bytes()))  # as it was read before
    assert moved.value.current is None
    assert not Draft.objects.exists()


def test_forgetting_lets_the_strokes_of_a_save_alone_that_is_under_way(picture, monkeypatch):
    """A phone forgets the draft just when the desk's strokes are stored, and not yet named."""
    put = storage.put

    def forgotten_meanwhile(key: str, data: bytes) -> str:
        stored = put(key, data)
        drafts.forget(picture)
        return stored

    monkeypatch.setattr(storage, "put", forgotten_meanwhile)
    saved = save(picture, left("a lamp", mask_bytes()))
    assert painted(saved.mask).any()
    assert broken_invariants(read_bytes=True) == []
