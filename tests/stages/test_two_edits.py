"""Far-apart areas are sent as two edits by one press: both or none, and never twice."""

import io
import uuid
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from editor import storage
from editor.imaging.framing import Box
from editor.imaging.planning import FrameChoice, FrameWish
from editor.masks import MaskRefused
from editor.models import Budget, Consent, EditJob, LedgerEntry, Mask
from editor.submission import (
    AlreadyDone,
    PriceChanged,
    SubmitRefused,
    Wish,
    submit_edit,
    submit_edits,
)
from editor.turns import in_turn
from editor.wishes import parted
from tests.factories import CENT, make_job, make_model, make_picture

pytestmark = pytest.mark.django_db

LEFT, RIGHT = Box(0, 0, 160, 240), Box(160, 0, 320, 240)


def two_areas() -> bytes:
    """Paint one area on the left, and one on the right."""
    mask = Image.new("L", (320, 240), 0)
    draw = ImageDraw.Draw(mask)
    draw.rectangle((20, 20, 59, 49), fill=255)
    draw.rectangle((260, 180, 299, 219), fill=128)
    out = io.BytesIO()
    mask.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def wish(alice):
    """One image, four cents, two areas."""
    return Wish(make_picture(alice), "make it golden", make_model(), 1, "auto", two_areas())


def send(owner, wish, key=None, shown=8 * CENT, **how):
    return submit_edits(owner, parted(wish, [LEFT, RIGHT]), key or uuid.uuid4(), shown, **how)


def nothing_was_kept():
    rows = (EditJob, Mask, Consent, LedgerEntry)
    return not any(row.objects.exists() for row in rows)


def test_alices_two_areas_become_two_jobs_each_with_its_own_paint_and_consent(alice, wish):
    jobs, is_new = send(alice, wish)
    assert is_new
    assert [job.prompt for job in jobs] == ["make it golden"] * 2
    boxes = [(job.mask.left, job.mask.top, job.mask.right, job.mask.bottom) for job in jobs]
    assert boxes == [(20, 20, 60, 50), (260, 180, 300, 220)]
    assert [job.mask.painted_pixels for job in jobs] == [40 * 30, 40 * 40]
    assert [job.consents.get().max_cost_nano for job in jobs] == [4 * CENT] * 2
    assert len({job.submit_key for job in jobs}) == 2
    assert Budget.objects.get(user=alice).reserved_nano == 8 * CENT


def test_every_painted_pixel_is_in_exactly_one_of_the_two_masks(alice, wish):
    first, second = (
        Image.open(io.BytesIO(storage.get(job.mask.file.name))) for job in send(alice, wish)[0]
    )
    whole = Image.open(io.BytesIO(wish.mask))
    assert [a + b for a, b in zip(first.tobytes(), second.tobytes(), strict=True)] == list(
        whole.tobytes()
    )


def test_a_second_press_gives_the_same_two_jobs_and_pays_nothing(alice, wish):
    key = uuid.uuid4()
    first, _ = send(alice, wish, key)
    again, is_new = send(alice, wish, key)
    assert again == first
    assert not is_new
    assert Consent.objects.count() == 2


def test_one_key_never_sends_one_edit_and_two(alice, wish):
    key = uuid.uuid4()
    send(alice, wish, key)
    with pytest.raises(SubmitRefused, match="already sent with other settings"):
        submit_edit(alice, wish, key, 4 * CENT)
    other = uuid.uuid4()
    submit_edit(alice, wish, other, 4 * CENT)
    with pytest.raises(SubmitRefused, match="already sent with other settings"):
        send(alice, wish, other)
    assert EditJob.objects.count() == 3


@pytest.mark.parametrize("shown", [4 * CENT, 16 * CENT, None])
def test_the_price_shown_must_be_that_of_both(alice, wish, shown):
    with pytest.raises(PriceChanged, match=r"these 2 edits are now \$0\.08") as changed:
        send(alice, wish, shown=shown)
    assert changed.value.price_nano == 8 * CENT
    assert nothing_was_kept()


def test_a_budget_for_one_of_them_sends_neither(alice, wish):
    alice.monthly_cap_nano = 7 * CENT
    alice.save()
    jobs, _ = send(alice, wish)
    assert [job.state for job in jobs] == ["held", "held"]
    assert "These 2 edits cost $0.08, but only $0.07" in jobs[0].state_sentence
    assert not Consent.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert not Budget.objects.filter(reserved_nano__gt=0).exists()


def test_a_budget_for_exactly_both_sends_both(alice, wish):
    alice.monthly_cap_nano = 8 * CENT
    alice.save()
    assert len(send(alice, wish)[0]) == 2


def test_a_failure_between_the_two_leaves_neither(alice, wish, monkeypatch):
    noted = EditJob.note
    calls = []

    def fails_at_the_second(job, *args, **more):
        calls.append(job)
        if len(calls) == 2:
            raise RuntimeError("the machine stumbles")
        return noted(job, *args, **more)

    monkeypatch.setattr(EditJob, "note", fails_at_the_second)
    with pytest.raises(RuntimeError):
        send(alice, wish)
    assert not EditJob.objects.exists()
    assert not Consent.objects.exists()


def test_one_that_is_there_already_is_said_before_both_are_paid(alice, wish):
    only_left = parted(wish, [LEFT, RIGHT])[0]
    there, _ = submit_edit(alice, only_left, uuid.uuid4(), 4 * CENT)
    with pytest.raises(AlreadyDone, match="one of these 2 edits") as found:
        send(alice, wish)
    assert found.value.job == there
    assert EditJob.objects.count() == 1
    assert len(send(alice, wish, run_again=True)[0]) == 2


@pytest.mark.parametrize(
    "boxes",
    [
        [LEFT, Box(160, 0, 320, 200)],  # leaves paint out
        [LEFT, Box(100, 0, 200, 240)],  # holds none
        [Box(0, 0, 320, 240), RIGHT],  # leaves nothing to the second
    ],
)
def test_boxes_that_do_not_part_all_of_the_paint_are_refused(alice, wish, boxes):
    with pytest.raises(MaskRefused, match="Nothing was sent"):
        parted(wish, boxes)
    assert nothing_was_kept()


def test_without_paint_there_are_no_two_areas(wish):
    with pytest.raises(SubmitRefused, match="at least two areas"):
        parted(replace(wish, mask=None), [LEFT, RIGHT])


def test_a_frame_chosen_for_all_of_the_paint_is_not_taken_over(wish):
    by_hand = replace(wish, frame=FrameWish(FrameChoice.BY_HAND, box=LEFT))
    assert [each.frame.choice for each in parted(by_hand, [LEFT, RIGHT])] == ["auto"] * 2
    around = replace(wish, frame=FrameWish(FrameChoice.AROUND, 0.2))
    assert [each.frame.context for each in parted(around, [LEFT, RIGHT])] == [0.2] * 2


def test_bob_does_not_get_alices_jobs_by_her_key(alice, bob, wish):
    key = uuid.uuid4()
    send(alice, wish, key)
    his = replace(wish, picture=make_picture(bob))
    jobs, is_new = send(bob, his, key)
    assert is_new
    assert {job.owner for job in jobs} == {bob}


def test_what_is_sent_to_the_front_runs_first_and_in_its_order(alice, bob, wish):
    waiting = [make_job(alice), make_job(alice)]
    jobs, _ = send(alice, wish, to_front=True)
    assert in_turn() == [jobs[0].pk, jobs[1].pk, *(job.pk for job in waiting)]
    assert "before the other edits" in jobs[0].events.get().sentence
    his = make_job(bob)
    assert in_turn().index(his.pk) == 1, "her front is not before his turn"


def test_sending_again_to_the_front_moves_what_waits(alice, wish):
    key = uuid.uuid4()
    last = make_job(alice)
    one = replace(wish, prompt="make it blue")
    job, _ = submit_edit(alice, one, key, 4 * CENT)
    assert in_turn() == [last.pk, job.pk]
    submit_edit(alice, one, key, 4 * CENT, to_front=True)
    assert in_turn() == [job.pk, last.pk]
    assert Consent.objects.filter(job=job).count() == 1
